"""One alert of every kind, and what can happen to one: what golden files show, and limits are tested with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from fractions import Fraction

from bot.alerts.model import Change, Kind, Reason, State
from bot.domain.usage import Direction
from bot.rules.model import Severity
from bot.service.views import AlertView, GrantView, News, Notification, OutlookView, RiseView
from tests.notify.builders import (
    GB,
    NOW,
    SINCE,
    bursts,
    ended,
    forecast,
    news,
    pace,
    quota,
    silent,
    spike,
    telling,
    threshold,
    trouble,
)

LATER = NOW + timedelta(hours=4)
REF = "posted"

_SPIKE = spike()
assert _SPIKE.spike is not None
_LASTING = replace(
    spike(number=26),
    since=NOW - timedelta(days=1),
    spike=replace(_SPIKE.spike, span=timedelta(days=1), share=None, like=None),
)
_RISE = RiseView(
    37,
    40,
    42,
    60,
    NOW - timedelta(minutes=45),
    SINCE,
    timedelta(minutes=15),
    46 * GB,
    29 * GB,
    (("Cape Town", 140), ("Durban North", 95), ("George", 80), ("Pretoria East", 72), ("Midrand", 66)),
    ("Cape Town",),
)
_POOL = replace(
    quota("pool of lte-pool", 80, 8040, number=25),
    rule="lte-pool",
    limit=10_000 * GB,
    even_pace=6520 * GB,
    pool=48,
    grant=GrantView(shares=(("Cape Town", 2_100 * GB), ("Durban North", 1_480 * GB)), rest=(46, 4_460 * GB)),
)

KINDS: Mapping[str, AlertView] = {
    "quota": quota(),
    "quota_pool": _POOL,
    "forecast": forecast(24),
    "pace": pace(22),
    "threshold": threshold(),
    "threshold_rate": replace(threshold(gigabytes=10.3), rate=80_000_000, limit=9 * GB, within=timedelta(minutes=15)),
    "threshold_under": replace(
        threshold(gigabytes=0), under=True, limit=10**6, direction=Direction.TOTAL, within=timedelta(hours=6)
    ),
    "percentile": bursts(23),
    "spike_out": _SPIKE,
    "spike_in": replace(spike(number=9), direction=Direction.IN),
    "spike_lasting": _LASTING,
    "fleet_rise": replace(spike("fleet of unusual-traffic", number=27), pool=42, spike=None, rise=_RISE),
    "no_data": silent(21),
    "self": trouble("No usage data has arrived for 40 minutes.\nThe API answers 503 since 13:30 UTC."),
}
_NO_LONGER = OutlookView(452 * GB, 430 * GB, 481 * GB, 3, 28, None)
"""What ended a forecast: another, that is not so bad."""
_PERIODIC = {Kind.QUOTA, Kind.FORECAST, Kind.PERCENTILE}


def tellings(alert: AlertView) -> dict[str, Notification]:
    """Everything that a message about the alert can say, by the state that it says."""
    bad = replace(alert, severity=Severity.CRITICAL)
    told = {
        "firing": telling(news(alert)),
        "firing, learnt late": telling(news(alert, late=timedelta(hours=3))),
        "worsened": _next(news(_worse(bad), Change.WORSENED)),
        "nobody has taken it": _next(news(alert, Change.ESCALATED)),
        "still so": _next(news(alert, Change.REPEATED)),
        "acknowledged": _edit(replace(alert, acknowledged_by="Ana")),
        "acknowledged for a time": _edit(replace(alert, acknowledged_by="Ana", acknowledged_until=LATER)),
        "silenced": _edit(replace(alert, silenced_by="Ben", silenced_until=LATER, silenced_for="new router")),
        "flapping": _edit(replace(alert, flapping=7, flapping_within=timedelta(days=1))),
        "resolved": _next(_end(alert, _well(alert))),
    }
    if alert.kind is Kind.SELF:
        return told
    if alert.kind not in {Kind.QUOTA, Kind.PERCENTILE}:
        told["pending"] = telling(news(replace(alert, state=State.PENDING), Change.PENDING))
    told["held back"] = _edit(replace(alert, held_by="A12"))
    told["withdrawn"] = _next(_withdrawn(alert))
    told["closed"] = _next(_end(alert, Reason.RULE_CHANGED), loud=False)
    return told | _of_the_kind(alert)


def _of_the_kind(alert: AlertView) -> dict[str, Notification]:
    told = {}
    if alert.kind in _PERIODIC:
        told["period ended"] = _next(_end(alert, Reason.PERIOD_ENDED), loud=False)
    if alert.kind in {Kind.QUOTA, Kind.PERCENTILE}:
        told["corrected"] = _next(news(alert, Change.CORRECTED, step=Fraction(100), was=alert.limit * 101 // 100))
    if alert.kind is Kind.FORECAST:
        told["came true"] = _next(_end(replace(alert, value=alert.limit), Reason.CAME_TRUE), loud=False)
    if alert.kind is Kind.SPIKE:
        told["new normal"] = _next(_end(alert, Reason.NEW_NORMAL), loud=False)
    return told


def _worse(alert: AlertView) -> AlertView:
    if alert.kind not in {Kind.QUOTA, Kind.PERCENTILE}:
        return alert
    more = alert.limit * 1004 // 1000
    return replace(alert, value=more, step=Fraction(100), steps={**alert.steps, Fraction(100): SINCE}, runs_out_at=None)


def _well(alert: AlertView) -> Reason:
    return Reason.BOT_WELL if alert.kind is Kind.SELF else Reason.BACK_TO_NORMAL


def _end(alert: AlertView, reason: Reason) -> News:
    if alert.outlook is not None and reason is Reason.BACK_TO_NORMAL:
        alert = replace(alert, outlook=_NO_LONGER)
    return news(ended(alert, reason, NOW + timedelta(hours=1)), Change.RESOLVED)


def _withdrawn(alert: AlertView) -> News:
    less = {Kind.QUOTA: alert.limit * 76 // 100, Kind.PERCENTILE: alert.limit * 7 // 10}
    value = less.get(alert.kind, alert.limit // 2)
    taken = ended(replace(alert, value=value, steps={}), Reason.DATA_REVISED)
    return replace(news(taken, Change.CORRECTED), was=alert.value)


def _next(told: News, *, loud: bool = True) -> Notification:
    return telling(told, ref=REF, loud=loud)


def _edit(alert: AlertView) -> Notification:
    return telling(alerts=(alert,), ref=REF, loud=False)


def group(alert: AlertView, count: int) -> tuple[AlertView, ...]:
    """So many sites with an alert like this, each a little further than the one after it."""
    return tuple(_member(alert, place) for place in range(1, count + 1))


def _member(alert: AlertView, place: int) -> AlertView:
    names = ("Cape Town", "Durban North", "George")
    site = names[place - 1] if place <= len(names) else f"Site {place:03}"
    return replace(alert, id=f"A{100 + place}", site=site, value=alert.value - place * (alert.value // 100_000))


def group_tellings(alert: AlertView, count: int) -> dict[str, Notification]:
    """What messages about several such alerts say."""
    members = group(alert, count)
    third = len(members) // 3
    mixed = [
        *(replace(one, acknowledged_by="Ana") for one in members[:third]),
        *(ended(one) for one in members[third : 2 * third]),
        *members[2 * third :],
    ]
    return {
        "firing": telling(*map(news, members)),
        "one more": telling(news(members[-1]), alerts=members, ref=REF),
        "some taken, some over": telling(*map(_over, mixed[third : 2 * third]), alerts=tuple(mixed), ref=REF),
        "resolved": telling(*(_end(one, _well(one)) for one in members), ref=REF),
        "withdrawn": telling(*map(_withdrawn, members), ref=REF),
        "closed": telling(*(_end(one, Reason.RULE_CHANGED) for one in members), ref=REF, loud=False),
    }


def _over(alert: AlertView) -> News:
    return news(alert, Change.RESOLVED)
