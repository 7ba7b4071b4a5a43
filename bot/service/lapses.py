"""Silences until a forecast: found to have lapsed for an alert when its quota is expected to be used up that far.

Looked at when data of a site reach a whole hour, and when an alert has just fired or got worse: forecasts see whole
hours.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from bot.alerts.endings import ForecastPasses
from bot.alerts.model import Alert, Change, State, Transition
from bot.alerts.silences import Silence
from bot.domain.times import HOUR, Slot, Window, floor
from bot.rules.contracts import Contract, contract, holders
from bot.rules.model import Quota
from bot.service.attend import show
from bot.service.audit import BY_ITSELF, LAPSED, note
from bot.service.fleet import Fleet
from bot.service.forecasts.cases import Case
from bot.service.forecasts.expected import expected
from bot.service.hearing import site_of
from bot.service.ports import Transaction

NEWS = frozenset({Change.FIRED, Change.WORSENED})


@dataclass(frozen=True, slots=True)
class Reach:
    """How far data reach, by site: `until` their end, `knows_from` their beginning. `turned` are the sites whose data
    have just reached a whole hour."""

    until: Mapping[int, Slot]
    knows_from: Mapping[int, Slot]
    turned: Collection[int]


async def look_at_forecasts(
    tx: Transaction, fleet: Fleet, moves: Sequence[Transition], reach: Reach, at: Slot
) -> list[Alert]:
    """Let silences lapse whose forecast has come; `moves` are what has just happened. The alerts that are not kept
    quiet by them any more. In the transaction of the facts."""
    silences = [one for one in await tx.silences.ending_after(at) if isinstance(one.ending, ForecastPasses)]
    if not silences:
        return []
    fresh = {move.alert.id for move in moves if move.change in NEWS}
    firing = [one for one in await tx.alerts.open() if one.state is State.FIRING]
    covered = [one for one in firing if any(_covers(silence, fleet, one, at) for silence in silences)]
    cases = {one.id: case for one in covered if (case := _case(fleet, one, reach, is_fresh=one.id in fresh))}
    if not cases:
        return []
    said = await expected(tx.buckets, list(cases.values()), fleet.bucket, reach.knows_from)
    shares = {
        alert: Fraction(100 * max(one.used, 0 if one.reason else one.forecast), one.limit)
        for alert, one in zip(cases, said, strict=True)
        if one.limit
    }
    return await _lapse(tx, fleet, silences, [one for one in covered if one.id in shares], shares, at)


def _covers(silence: Silence, fleet: Fleet, alert: Alert, at: Slot) -> bool:
    return silence.covers(alert, site_of(fleet, alert), at) > at


def _case(fleet: Fleet, alert: Alert, reach: Reach, *, is_fresh: bool) -> Case | None:
    """The forecast that an alert is about; None where there is none, or it is not to be looked at now."""
    rule = fleet.configuration.rule(alert.key.rule)
    own = _contract(fleet, alert)
    if rule is None or own is None:
        return None
    keys = [site.key for site in own.holder.sites if site.key in reach.until]
    if not keys or not (is_fresh or any(key in reach.turned for key in keys)):
        return None
    tick = floor(min(reach.until[key] for key in keys), HOUR)
    period = alert.key.period or _period(own, tick, fleet.bucket)
    if not period.start < tick < period.end:
        return None
    return Case(rule, own, alert.key.direction, tick, period)


def _contract(fleet: Fleet, alert: Alert) -> Contract | None:
    """The quota that the alert's rule gives to its site or pool."""
    rule = fleet.configuration.rule(alert.key.rule)
    if rule is None or not isinstance(rule.judge, Quota):
        return None
    site = site_of(fleet, alert)
    listed = fleet.in_workspace(alert.key.workspace) if alert.key.site is None else [site] if site else []
    matching = [one for one in listed if rule.sites.matches(one)]
    own = [contract(rule.judge, holder) for holder in holders(rule.judge, matching, fleet.configuration.timezone)]
    return next((one for one in own if one.has_quota), None)


def _period(own: Contract, tick: Slot, step: int) -> Window:
    period = own.calendar.period(tick)
    return Window(floor(period.start, step), floor(period.end, step))


async def _lapse(
    tx: Transaction,
    fleet: Fleet,
    silences: Sequence[Silence],
    alerts: Sequence[Alert],
    shares: Mapping[int, Fraction],
    at: Slot,
) -> list[Alert]:
    """`shares` are the percent of what is granted that is used or expected, by alert."""
    freed: dict[int, Alert] = {}
    for silence in silences:
        percent = silence.ending.percent if isinstance(silence.ending, ForecastPasses) else Fraction(0)
        over = [one for one in alerts if shares[one.id] >= percent and _covers(silence, fleet, one, at)]
        if over:
            await tx.silences.save(replace(silence, lapsed={**silence.lapsed, **{one.id: at for one in over}}))
        for one in over:
            freed[one.id] = one
            await note(tx, at, BY_ITSELF, LAPSED, silence.short_id, one.key.workspace, alert=one.short_id)
    await show(tx, freed, at)
    return list(freed.values())
