"""Rows that several answers share: quotas and alerts."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

from bot.alerts.model import Kind
from bot.domain.moments import moment
from bot.domain.names import name as safe
from bot.domain.units import format_bytes, format_duration, format_hours, format_percent, format_rate
from bot.service.answers.model import Table
from bot.service.answers.phrases import UNKNOWN, count, coverage_words, direction_words, left_words, percent_words
from bot.service.queries.replies import OpenAlert, QuotaState
from bot.service.spikes.amounts import lasting_words, level_words, usual_words
from bot.service.views import AlertView

QUOTA_COLUMNS = ("Site", "Rule", "Used", "Left", "Pace", "Runs out")
ALERT_COLUMNS = ("Site", "Alert", "State", "What", "Since")


def quota_tables(title: str, quotas: Sequence[QuotaState], now: datetime, *, grid: bool = False) -> tuple[Table, ...]:
    """One table, or none where there is nothing in it."""
    rows = tuple(_quota_row(quota, now) for quota in quotas)
    return (Table(title, QUOTA_COLUMNS, rows, grid=grid, numbers=_quota_numbers(quotas)),) if rows else ()


def alert_tables(title: str, alerts: Sequence[OpenAlert], now: datetime, *, doable: bool = False) -> tuple[Table, ...]:
    """As `quota_tables`; `doable` where something can be done about each alert where it stands."""
    rows = tuple(_alert_row(alert, now) for alert in alerts)
    views = tuple(alert.view for alert in alerts) if doable else ()
    return (Table(title, ALERT_COLUMNS, rows, views),) if rows else ()


def by_number(columns: Mapping[int, Sequence[int | None]]) -> dict[int, tuple[int, ...]]:
    """The columns that can be sorted by number: those of which every row has one."""
    known = {column: tuple(one for one in values if one is not None) for column, values in columns.items()}
    return {column: values for column, values in known.items() if len(values) == len(columns[column])}


def _quota_numbers(quotas: Sequence[QuotaState]) -> dict[int, tuple[int, ...]]:
    used, left = QUOTA_COLUMNS.index("Used"), QUOTA_COLUMNS.index("Left")
    return by_number({used: [quota.used for quota in quotas], left: [quota.left for quota in quotas]})


def _quota_row(quota: QuotaState, now: datetime) -> tuple[str, ...]:
    side = direction_words(quota.direction)
    return (
        safe(quota.site.label) + (f" ({count(quota.pool, 'site')})" if quota.pool else ""),
        safe(quota.rule) + (f" ({side})" if side else ""),
        _joined(f"{_used(quota)} of {format_bytes(quota.limit)}", *_granted(quota), coverage_words(quota.coverage)),
        _joined(left_words(quota.limit, quota.used), _days_left(quota, now)),
        _pace(quota),
        runs_out(quota, now),
    )


def _granted(quota: QuotaState) -> tuple[str, ...]:
    """What the quota holds beyond itself."""
    return (
        f"{format_bytes(quota.carried)} carried over" if quota.carried else "",
        f"{format_bytes(quota.top_ups)} topped up" if quota.top_ups else "",
    )


def _used(quota: QuotaState) -> str:
    return UNKNOWN if quota.used is None else f"{format_bytes(quota.used)} ({percent_words(quota.percent_used)})"


def _days_left(quota: QuotaState, now: datetime) -> str:
    span = quota.period_end - now
    return f"{format_duration(span)} to go" if span.total_seconds() > 0 else ""


def _pace(quota: QuotaState) -> str:
    """Against using the quota evenly over the period."""
    if not quota.used or not quota.even_pace:
        return ""
    tenths = quota.used * 10 // quota.even_pace
    if not 0 < tenths < 1000:
        return "under 0.1× even" if tenths == 0 else "over 100× even"
    return f"{tenths // 10}.{tenths % 10}× even"


def runs_out(quota: QuotaState, now: datetime) -> str:
    """When the quota is used up as forecast or, without a forecast, at the period's average pace; or why that is not
    said."""
    if quota.used is None:
        return UNKNOWN
    if quota.is_over:
        return "used up"
    total = f"{format_bytes(quota.forecast)} forecast" if quota.forecast is not None else ""
    if quota.runs_out_at is not None:
        return _joined(moment(quota.runs_out_at, quota.site.zone, now), total)
    if total:
        return f"not in this period, {total}"
    if quota.known * 10 < quota.expected * 9:
        return "too little known"
    is_early = (quota.until - quota.period_start) * 20 < quota.period_end - quota.period_start
    return "too early to say" if is_early and quota.used else "not in this period"


def _alert_row(alert: OpenAlert, now: datetime) -> tuple[str, ...]:
    view = alert.view
    return (
        label_words(alert),
        f"{safe(view.rule)} {view.id}",
        _joined(view.state.value, view.severity.value, *_attended(view, now)),
        what(view),
        moment(view.since, view.zone, now),
    )


def label_words(alert: OpenAlert) -> str:
    """Whose alert it is."""
    return safe(alert.label) if alert.label else "usagebot"


def _attended(view: AlertView, now: datetime) -> tuple[str, ...]:
    """Who has taken it, and what keeps it quiet."""
    taken = f"acknowledged by {safe(view.acknowledged_by)}" if view.acknowledged_by else ""
    silenced = f"silenced by {safe(view.silenced_by)}" if view.silenced_until else ""
    return (
        taken + _until(view, view.acknowledged_until, now),
        silenced + _until(view, view.silenced_until, now),
        f"held back by {view.held_by}" if view.held_by else "",
        "flapping" if view.flapping else "",
    )


def _until(view: AlertView, until: datetime | None, now: datetime) -> str:
    return f" until {moment(until, view.zone, now)}" if until is not None else ""


def what(view: AlertView) -> str:
    """What the alert is about, in a few words."""
    side = direction_words(view.direction)
    words = _what(view) + (f", {side}" if side else "")
    return _joined(words, coverage_words(view.coverage))


def _what(view: AlertView) -> str:
    tell = _WHAT.get(view.kind)
    return tell(view) if tell else f"{view.kind.value.replace('_', ' ')}, {format_bytes(view.value)}"


def _quota(view: AlertView) -> str:
    return f"{_step(view)}used {format_bytes(view.value)} of {format_bytes(view.limit)}"


def _threshold(view: AlertView) -> str:
    limit = format_rate(view.rate) if view.rate is not None else format_bytes(view.limit)
    return f"{format_bytes(view.value)}{_within(view)}, {'under' if view.under else 'over'} {limit}"


def _pace_of_quota(view: AlertView) -> str:
    return f"quota burns fast: {format_bytes(view.value)}{_within(view)}, over {format_bytes(view.limit)}"


def _percentile(view: AlertView) -> str:
    return f"{_step(view)}burst time {format_hours(view.value)} of {format_hours(view.limit)}"


def _step(view: AlertView) -> str:
    return f"reached {format_percent(view.step)}, " if view.step is not None else ""


def _within(view: AlertView) -> str:
    return f" in {format_duration(view.within)}" if view.within else ""


def _forecast(view: AlertView) -> str:
    expected = format_bytes(view.outlook.forecast) if view.outlook else "more than"
    return f"expected {expected} of {format_bytes(view.limit)}"


def _spike(view: AlertView) -> str:
    spike, rise = view.spike, view.rise
    if rise is not None:
        return f"{rise.moved:,} of {rise.known:,} sites, +{rise.percent} %"
    if spike is None:
        return "more than is usual"
    if spike.is_lasting:
        return lasting_words(spike)
    usual = usual_words(spike.low, spike.top, spike.span).removesuffix(" an hour")
    return f"{level_words(spike.came, spike.span)}, usual {usual}"


_WHAT: Mapping[Kind, Callable[[AlertView], str]] = {
    Kind.SELF: lambda view: safe(view.note, 300),
    Kind.QUOTA: _quota,
    Kind.THRESHOLD: _threshold,
    Kind.FORECAST: _forecast,
    Kind.NO_DATA: lambda view: f"silent for {format_duration(timedelta(seconds=view.value))}",
    Kind.PACE: _pace_of_quota,
    Kind.PERCENTILE: _percentile,
    Kind.SPIKE: _spike,
}


def _joined(*words: str) -> str:
    return ", ".join(filter(None, words))
