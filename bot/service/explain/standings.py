"""What a rule said of a site at one time, kind by kind; a kind without words of its own is told from its alert."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from bot.alerts.model import Alert
from bot.domain.times import Slot, Window, floor, to_instant
from bot.domain.usage import Direction
from bot.engine.edges import BREACH, CLEAR
from bot.engine.quota import level_of
from bot.engine.threshold import buckets_in, judge_threshold
from bot.rules.contracts import Contract, contract, holders
from bot.rules.model import Quota, Rule, Threshold
from bot.service.explain.facts import Facts
from bot.service.explain.model import Standing, StepAt, Verdict


@dataclass(frozen=True, slots=True)
class Asked:
    """One rule in one direction. `alert` is as it was at the last transition by then; `is_edited` says that the rule
    was another then."""

    rule: Rule
    direction: Direction
    alert: Alert | None
    is_edited: bool


Told = Callable[[Facts, Asked], Awaitable[Standing | None]]


async def standing_of(facts: Facts, kind: str, asked: Asked) -> Standing | None:
    """None where the rule has nothing to say of the site: no data, no limit, or nothing that was kept."""
    return await _KINDS.get(kind, _from_alert)(facts, asked)


async def _quota(facts: Facts, asked: Asked) -> Standing | None:
    quota, until = asked.rule.judge, facts.until
    if not isinstance(quota, Quota) or until is None:
        return None
    held = held_by(facts, asked.rule, quota)
    period = _aligned(held.calendar.period(until - 1), facts.bucket)
    grant = held.grant(period)
    own = asked.alert if asked.alert and asked.alert.key.period == period else None
    # What an edit, a rollover or the sites' own quotas made of it was stored with the alert.
    stored = own.limit if own is not None and (asked.is_edited or quota.rollover) else None
    limit = stored if stored is not None else grant.until(until, facts.bucket) if grant else None
    if limit is None:
        return None
    value, known = 0, 0
    for part in held.parts(period, until, facts.bucket):
        counted = await facts.usage(part.sites, Window(part.since, until))
        value += part.billed(counted.of(asked.direction))
        known += counted.known
    if own is not None and own.judged_until == until:
        value = own.value
    expected = (until - period.start) // facts.bucket * len(held.holder.sites)
    steps = _steps(quota, limit, own)
    is_over = any(value >= step.level for step in steps)
    verdict = Verdict.BREACH if is_over else Verdict.CLEAR if known == expected else Verdict.UNKNOWN
    return Standing(
        verdict,
        value,
        limit,
        known,
        expected,
        to_instant(period.start),
        to_instant(until),
        steps,
        is_of_then=not asked.is_edited or stored is not None,
    )


def held_by(facts: Facts, rule: Rule, quota: Quota) -> Contract:
    """The quota as the site holds it, alone or in its pool."""
    fleet = facts.inquiry.fleet
    sites = [site for site in fleet.sites if rule.sites.matches(site)] if quota.pool else [facts.site]
    mine = [one for one in holders(quota, sites, fleet.configuration.timezone) if facts.site in one.sites]
    return contract(quota, mine[0])


def _aligned(period: Window, step: int) -> Window:
    return Window(floor(period.start, step), floor(period.end, step))


def _steps(quota: Quota, limit: int, alert: Alert | None) -> tuple[StepAt, ...]:
    """Those of the rule, and those that were told and are no step of it any more."""
    reached = alert.steps if alert else {}
    return tuple(
        StepAt(step, level_of(limit, step), to_instant(reached[step]) if step in reached else None)
        for step in sorted({*quota.steps, *reached})
    )


async def _threshold(facts: Facts, asked: Asked) -> Standing | None:
    threshold, until = asked.rule.judge, facts.until
    if not isinstance(threshold, Threshold) or until is None:
        return None
    width = buckets_in(threshold.within, facts.bucket)
    window = Window(Slot(until - width * facts.bucket), until)
    block = await facts.block(window)
    verdicts = judge_threshold(block, asked.direction, threshold)
    state = int(verdicts.states[0, -1])
    verdict = {BREACH: Verdict.BREACH, CLEAR: Verdict.CLEAR}.get(state, Verdict.UNKNOWN)
    stored = asked.alert.limit if asked.is_edited and asked.alert and asked.alert.is_open else None
    return Standing(
        verdict,
        int(verdicts.values[0, -1]),
        threshold.limit if stored is None else stored,
        int(block.known.sum()),
        width,
        to_instant(window.start),
        to_instant(until),
        under=threshold.under,
        is_of_then=not asked.is_edited or stored is not None,
    )


async def _from_alert(facts: Facts, asked: Asked) -> Standing | None:
    """What the alert had stored: its value against its limit, in whatever its kind counts."""
    alert = asked.alert
    if alert is None or facts.until is None:
        return None
    period = alert.key.period
    return Standing(
        Verdict.BREACH if alert.is_open else Verdict.CLEAR,
        alert.value,
        alert.limit,
        alert.known,
        alert.expected,
        to_instant(period.start if period else alert.since),
        to_instant(alert.judged_until or facts.until),
        tuple(StepAt(step, level_of(alert.limit, step), to_instant(end)) for step, end in sorted(alert.steps.items())),
        has_bytes=alert.key.kind.value in _IN_BYTES,
    )


_IN_BYTES = frozenset({"quota", "threshold", "pace", "forecast", "spike"})
_KINDS: Mapping[str, Told] = {"quota": _quota, "threshold": _threshold}
