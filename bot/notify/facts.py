"""The numbers of an alert as labelled facts, and one line of them for an alert among many.

Values are made of numbers, instants and our own words alone: nothing in them was chosen by others, so that a
medium may style them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.alerts.model import Kind, State
from bot.domain.moments import left, moment, period, soon
from bot.domain.units import format_bytes, format_duration, format_percent
from bot.notify.amounts import amount, coverage_words, direction_words, level, share, times_even
from bot.notify.attention import attention_row
from bot.notify.clauses import state_word
from bot.notify.kinds import words_of
from bot.notify.sentences import limit_clause, span_words, step_history
from bot.service.views import AlertView

_BEGAN = {Kind.NO_DATA: "Alert since", Kind.FORECAST: "Alert since"}
"""What was so before its alert began: silence, and what a forecast says; the rise of a fleet too."""


@dataclass(frozen=True, slots=True)
class Fact:
    label: str
    value: str


def facts_of(alert: AlertView, now: datetime) -> tuple[Fact, ...]:
    """What there is to know of one alert, the most pressing first."""
    pairs = [*_numbers_of(alert, now), *_times(alert, now)]
    return tuple(Fact(label, value) for label, value in pairs if value)


def _numbers_of(alert: AlertView, now: datetime) -> Sequence[tuple[str, str]]:
    match alert.kind:
        case Kind.QUOTA:
            return _quota(alert, now)
        case Kind.THRESHOLD:
            return _threshold(alert, now)
        case Kind.SELF:
            return []
        case _:
            return words_of(alert).facts(alert, now)


def _quota(alert: AlertView, now: datetime) -> list[tuple[str, str]]:
    ahead = alert.limit - alert.value
    is_open = alert.state is not State.RESOLVED
    part = share(alert.value, alert.limit)
    used = f"{format_bytes(alert.value)} of {level(alert)}" + (f" ({part})" if part else "")
    return [
        ("Used", used),
        ("Left", format_bytes(ahead)) if ahead >= 0 else ("Over by", format_bytes(-ahead)),
        ("Counted", _counted(alert)),
        *_granted(alert, now),
        ("Billing period", _period(alert, now)),
        ("Pace", _pace(alert) if is_open else ""),
        ("At this pace", runs_out(alert, now)),
        ("Coverage", _coverage(alert)),
    ]


def _granted(alert: AlertView, now: datetime) -> list[tuple[str, str]]:
    """What the quota is made of, and how usage is counted, where that is not plain."""
    grant, zone = alert.grant, alert.zone
    opened = f"{format_bytes(grant.opening)} on {moment(grant.opened_at, zone, now)}" if grant.opened_at else ""
    factor = "" if grant.factor == 1 else f"{float(grant.factor):g}× what is counted"
    return [
        ("Carried over", f"{format_bytes(grant.carried)}, part of the quota" if grant.carried else ""),
        ("Topped up", f"{format_bytes(grant.top_ups)}, part of the quota" if grant.top_ups else ""),
        ("Counted on from", f"{opened}, as the carrier said" if opened else ""),
        ("Billed", factor),
        ("Gaps", "count as what is usual then" if grant.is_possible else ""),
    ]


def _threshold(alert: AlertView, now: datetime) -> list[tuple[str, str]]:  # noqa: ARG001 - as _quota
    # The value is the worst of the episode: what it is now, where it is over, is below the limit again.
    worst = "Lowest" if alert.under else "Peak"
    present = "Used" if alert.rate is None else "Average"
    label = (present if alert.state is not State.RESOLVED else worst) + span_words(alert)
    return [
        (label, amount(alert, alert.value)),
        ("Limit", limit_clause(alert)),
        ("Coverage", _coverage(alert)),
    ]


def _times(alert: AlertView, now: datetime) -> list[tuple[str, str]]:
    if state_word(alert) in {"withdrawn", "for information"} and not alert.steps:
        return []
    since = moment(alert.since, alert.zone, now)
    began = ("Alert since" if alert.rise is not None else _BEGAN.get(alert.kind, "Since"), since)
    if alert.steps:
        began = ("Reached", step_history(alert, now))
    if alert.state is not State.RESOLVED or alert.resolved_at is None:
        return [began]
    if alert.period_end is not None or alert.kind is Kind.NO_DATA or alert.resolved_at <= alert.since:
        return [began]
    return [began, ("Lasted", format_duration(alert.resolved_at - alert.since))]


def _counted(alert: AlertView) -> str:
    words = direction_words(alert.direction)
    return f"{words} only" if "bound" in words else words


def _period(alert: AlertView, now: datetime) -> str:
    if alert.period_start is None or alert.period_end is None:
        return ""
    span = period(alert.period_start, alert.period_end, alert.zone, now)
    rest = left(alert.period_end, now) if alert.state is not State.RESOLVED else ""
    return ", ".join(filter(None, (span, rest)))


def _pace(alert: AlertView) -> str:
    if not alert.even_pace:
        return ""
    return (
        f"{times_even(alert.value, alert.even_pace)} even pace, which would be {format_bytes(alert.even_pace)} by now"
    )


def _coverage(alert: AlertView) -> str:
    words = coverage_words(alert.coverage)
    if alert.grant.is_possible:
        return words
    return f"{words}; gaps count as unknown, not as zero" if words else ""


def runs_out(alert: AlertView, now: datetime) -> str:
    """`"it runs out on Thu 27 Nov"`; "" where that cannot be said, or is over."""
    if alert.runs_out_at is None or alert.state is State.RESOLVED or alert.value >= alert.limit:
        return ""
    return f"it runs out on {soon(alert.runs_out_at, alert.zone, now)}"


@dataclass(frozen=True, slots=True)
class Row:
    """One alert among many. `site` and `state` hold other people's text; `numbers` does not."""

    site: str
    state: str
    numbers: str
    alert: str


def row_numbers(alert: AlertView, now: datetime) -> str:
    """`"82.4 %, 412 GB of 500 GB, runs out on Thu 27 Nov"`."""
    parts = [_row_time(alert, now)]
    if alert.kind is Kind.THRESHOLD:
        parts = [amount(alert, alert.value), *parts]
    elif alert.kind is Kind.QUOTA:
        used = f"{format_bytes(alert.value)} of {level(alert)}"
        parts = [share(alert.value, alert.limit), used, runs_out(alert, now).removeprefix("it ")]
    elif alert.kind is not Kind.SELF:
        parts = [*words_of(alert).numbers(alert, now), *parts]
    return ", ".join(filter(None, (*parts, coverage_words(alert.coverage))))


def _row_time(alert: AlertView, now: datetime) -> str:
    if alert.state is State.RESOLVED and alert.resolved_at is not None:
        return f"until {moment(alert.resolved_at, alert.zone, now)}"
    return f"since {moment(alert.since, alert.zone, now)}"


def row_state(alert: AlertView) -> str:
    """The severity while it fires, else how it stands, and who took it: `"critical, acknowledged by Ana"`."""
    state = alert.severity.value if alert.state is State.FIRING else state_word(alert)
    return ", ".join([state, *attention_row(alert)])


def step_words(alerts: tuple[AlertView, ...]) -> str:
    """`"80 %"`, or `"80 % to 110 %"` where they differ; "" where none has a step."""
    steps = sorted({alert.step for alert in alerts if alert.step is not None})
    if not steps:
        return ""
    low, high = format_percent(steps[0]), format_percent(steps[-1])
    return low if low == high else f"{low} to {high}"
