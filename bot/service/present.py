"""Alerts and transitions as notifiers and answers show them; `bot.service.notification` has whole messages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any

from bot.alerts.endings import ForecastPasses, GetsWorse
from bot.alerts.fleet import is_fleets
from bot.alerts.model import Alert, AlertKey, Kind, Transition
from bot.alerts.silences import NONE_IN_FORCE, InForce, Silence
from bot.domain.sites import Site
from bot.domain.times import Slot, to_instant
from bot.domain.units import format_percent
from bot.engine.quota import even_pace, runs_out_at
from bot.rules.kinds import Judge
from bot.rules.model import NoData, Percentile, Quota, Threshold
from bot.service.fleet import Fleet, Scope
from bot.service.queries.matched import is_within
from bot.service.spikes.fleet_view import rise_view
from bot.service.spikes.view import spike_view
from bot.service.views import PLAIN_GRANT, AlertView, GrantView, LikeDays, News, OutlookView


def _instant(slot: Slot | None) -> datetime | None:
    return to_instant(slot) if slot is not None else None


def alert_view(
    alert: Alert,
    fleet: Fleet,
    silences: InForce = NONE_IN_FORCE,
    scope: Scope | None = None,
    like: LikeDays | None = None,
) -> AlertView:
    """The alert with everything that words about it need, looked up. `scope` is what the reader may see: the alert's
    own workspace unless given. `like` says how often what is unusual was so before, where that was looked up."""
    key = alert.key
    site = fleet.by_key(key.site) if key.site is not None else None
    rule = fleet.configuration.rule(key.rule)
    judge = rule.judge if rule else None
    threshold = judge if isinstance(judge, Threshold) else None
    percentile = judge if isinstance(judge, Percentile) else None
    # The bot is not judged by data.
    period, until = key.period, alert.judged_until if key.kind is not Kind.SELF else None
    return AlertView(
        id=alert.short_id,
        kind=key.kind,
        rule=key.rule,
        workspace=key.workspace,
        site=_name(site, alert),
        zone=site.timezone if site else fleet.configuration.timezone,
        direction=key.direction,
        state=alert.state,
        severity=alert.severity,
        reason=alert.reason,
        since=to_instant(alert.since),
        value=alert.value,
        limit=alert.limit,
        coverage=alert.known / alert.expected if alert.expected else None,
        data_until=_instant(until),
        step=alert.step,
        steps={step: to_instant(end) for step, end in sorted(alert.steps.items())},
        period_start=_instant(period.start) if period else None,
        period_end=_instant(period.end) if period else None,
        even_pace=_even_pace(alert),
        runs_out_at=_runs_out_at(alert),
        within=_within(alert, judge),
        under=threshold.under if threshold else False,
        rate=threshold.rate if threshold else percentile.rate if percentile else None,
        percentile=percentile.p if percentile else None,
        detail=alert.detail,
        fired_at=_instant(alert.fired_at),
        resolved_at=_instant(alert.resolved_at),
        note=alert.note,
        pool=_sites_of_pool(alert, fleet),
        grant=_grant(alert.detail, fleet) if key.kind is Kind.QUOTA and alert.detail else PLAIN_GRANT,
        outlook=_outlook(alert),
        spike=spike_view(alert, fleet, like),
        rise=rise_view(alert, fleet),
        acknowledged_by=alert.acknowledged_by,
        acknowledged_until=_instant(alert.acknowledged_until),
        flapping=alert.flapping,
        flapping_within=flaps.within if (flaps := fleet.configuration.flapping) and alert.flapping else None,
        **_silenced(alert, silences.over(alert, site), fleet, scope),
    )


def _silenced(alert: Alert, silence: Silence | None, fleet: Fleet, scope: Scope | None) -> dict[str, Any]:
    """What a view says of the silence that keeps the alert quiet. Why is said only where the silence is about nothing
    that the reader may not see: the reason of one about several customers may name another of them."""
    if silence is None or not alert.is_open:
        return {}
    own = fleet.everything if alert.key.kind is Kind.SELF else frozenset({alert.key.workspace})
    is_for_them = is_within(silence.match, fleet, own if scope is None else scope)
    return {
        "silenced_by": silence.author,
        "silenced_until": to_instant(silence.said_until(alert)),
        "silenced_for": silence.reason if is_for_them else "",
        "silenced_unless": _unless(silence),
    }


def _unless(silence: Silence) -> str:
    match silence.ending:
        case GetsWorse():
            return "it gets worse"
        case ForecastPasses(percent):
            return f"{format_percent(percent)} is forecast"
        case _:
            return ""


def _within(alert: Alert, judge: Judge | None) -> timedelta | None:
    """The span that the alert's value is about."""
    match judge:
        case Threshold():
            return judge.within
        case NoData():
            return judge.after
        case Quota() if alert.key.kind is Kind.PACE and "long" in alert.detail:
            return timedelta(seconds=alert.detail["long"])
        case _:
            return None


def _even_pace(alert: Alert) -> int | None:
    period, until = alert.key.period, alert.judged_until
    if period is None or until is None or alert.key.kind is not Kind.QUOTA:
        return None
    return even_pace(alert.limit, period, until)


def _runs_out_at(alert: Alert) -> datetime | None:
    period, until = alert.key.period, alert.judged_until
    if period is None or until is None or not alert.is_open or alert.key.kind is not Kind.QUOTA:
        return None
    return _instant(runs_out_at(alert.value, alert.limit, period, until))


def _grant(detail: Mapping[str, Any], fleet: Fleet) -> GrantView:
    opened_at, opening = detail.get("opening") or (None, 0)
    shares = [(site_name(fleet.by_key(site), site), used) for site, used in detail.get("shares", ())]
    others, theirs = detail.get("rest", (0, 0))
    return GrantView(
        carried=detail.get("carried", 0),
        top_ups=detail.get("top_ups", 0),
        opening=opening,
        opened_at=_instant(opened_at),
        factor=Fraction(detail.get("factor", 1)),
        is_possible=detail.get("possible", False),
        shares=tuple(shares),
        rest=(others, theirs),
    )


def is_pool(key: AlertKey) -> bool:
    return key.site is None and key.kind is not Kind.SELF


def _sites_of_pool(alert: Alert, fleet: Fleet) -> int:
    """How many sites the pool has now; 0 of what is no pool. At least one, for one whose rule is gone."""
    if not is_pool(alert.key):
        return 0
    rule = fleet.configuration.rule(alert.key.rule)
    sites = fleet.in_workspace(alert.key.workspace)
    return max(1, sum(rule.sites.matches(site) for site in sites) if rule else 0)


def _outlook(alert: Alert) -> OutlookView | None:
    """What an alert about a forecast keeps of it."""
    said = alert.detail
    if alert.key.kind is not Kind.FORECAST or "forecast" not in said:
        return None
    numbers = {name: int(said[name]) for name in ("forecast", "low80", "high80", "likely", "days")}
    return OutlookView(**numbers, exhausts_at=_instant(said.get("exhausts_at")))


def _name(site: Site | None, alert: Alert) -> str:
    if alert.key.kind is Kind.SELF:
        return ""
    if alert.key.site is None:
        return f"{'fleet' if is_fleets(alert.key) else 'pool'} of {alert.key.rule}"
    return site_name(site, alert.key.site)


def site_name(site: Site | None, key: int) -> str:
    return site.name if site else f"site {key} (no longer listed)"


def news(move: Transition, view: AlertView, bucket: int) -> News:
    at = to_instant(move.slot + bucket) if move.alert.key.kind is not Kind.SELF else to_instant(move.slot)
    late = move.late_by(bucket)
    return News(view, move.change, move.reason, at, late, move.step, move.value, was=move.was)


def rules_of(alerts: Iterable[Alert]) -> str:
    """The rules that a message is about, each once."""
    return ", ".join(dict.fromkeys(alert.key.rule for alert in alerts))
