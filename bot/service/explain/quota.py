"""What a quota said at one time, and how fast it was used."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from functools import partial

import numpy as np

from bot.domain.times import Slot, Window, floor, to_instant
from bot.engine.pace import pace_level
from bot.engine.quota import level_of
from bot.engine.threshold import buckets_in
from bot.rules.contracts import Contract, contract, holders
from bot.rules.kinds import Pace
from bot.rules.model import Quota
from bot.service.counting import Gap, count, granted
from bot.service.explain.asked import Asked
from bot.service.explain.facts import Facts
from bot.service.explain.model import Standing, StepAt, Verdict
from bot.service.quotas.gaps import Gaps


async def quota_standing(facts: Facts, asked: Asked) -> Standing | None:
    """Usage of the billing period so far against what was granted."""
    quota, until = asked.rule.judge, facts.until
    if not isinstance(quota, Quota) or until is None:
        return None
    held = _held(facts, asked, quota)
    period = _period(held, until, facts.bucket)
    own = asked.alert if asked.alert and asked.alert.key.period == period else None
    stored = own.limit if own is not None and asked.is_edited else None
    limit = stored if stored is not None else await _limit(facts, asked, held, period)
    if limit is None:
        return None
    gap = await _gap(facts, asked, held, period) if quota.possible else None
    counted = await count(facts.usages, held.parts(period, until, facts.bucket), asked.direction, until, gap)
    used = own.value if own is not None and own.judged_until == until else counted.used
    steps = _steps(quota, limit, own.steps if own else {})
    is_over, is_whole = any(used >= step.level for step in steps), counted.known == counted.expected
    return Standing(
        Verdict.BREACH if is_over else Verdict.CLEAR if is_whole else Verdict.UNKNOWN,
        used,
        limit,
        counted.known,
        counted.expected,
        to_instant(period.start),
        to_instant(until),
        steps,
        is_of_then=not asked.is_edited or stored is not None,
    )


def _held(facts: Facts, asked: Asked, quota: Quota) -> Contract:
    """The quota as the site holds it, alone or in its pool."""
    fleet = facts.inquiry.fleet
    sites = [site for site in fleet.sites if asked.rule.sites.matches(site)] if quota.pool else [facts.site]
    mine = [one for one in holders(quota, sites, fleet.configuration.timezone) if facts.site in one.sites]
    return contract(quota, mine[0])


def _period(held: Contract, until: Slot, step: int) -> Window:
    period = held.calendar.period(until - 1)
    return Window(floor(period.start, step), floor(period.end, step))


async def _limit(facts: Facts, asked: Asked, held: Contract, period: Window) -> int | None:
    grant = await granted(facts.usages, held, asked.direction, period, facts.bucket, facts.knows)
    return grant.until(facts.until, facts.bucket) if grant is not None and facts.until is not None else None


async def _gap(facts: Facts, asked: Asked, held: Contract, period: Window) -> Gap:
    sites = np.array([site.key for site in held.holder.sites], np.int64)
    span = Window(period.start, facts.until or period.end)
    gaps = await Gaps.read(facts.tx, sites, span, facts.bucket, asked.direction)
    return partial(gaps.between, facts.usages)


def _steps(quota: Quota, limit: int, reached: Mapping[Fraction, Slot]) -> tuple[StepAt, ...]:
    """Those of the rule, and those that were told and are no step of it any more."""
    return tuple(
        StepAt(step, level_of(limit, step), to_instant(reached[step]) if step in reached else None)
        for step in sorted({*quota.steps, *reached})
    )


async def pace_standing(facts: Facts, asked: Asked) -> Standing | None:
    """Usage of the long span of the pair that is nearest to its pace, and the most that an even pace would allow."""
    quota, until = asked.rule.judge, facts.until
    if not isinstance(quota, Quota) or until is None or quota.pool:
        return None
    held = _held(facts, asked, quota)
    period = _period(held, until, facts.bucket)
    limit = await _limit(facts, asked, held, period)
    if limit is None or asked.is_edited:
        return None
    pairs = [await _pair(facts, asked, pair, limit, period) for pair in quota.pace]
    breaching = [one for one in pairs if one.verdict is Verdict.BREACH]
    return max(breaching or pairs, key=lambda one: one.value / max(one.limit or 1, 1))


async def _pair(facts: Facts, asked: Asked, pair: Pace, limit: int, period: Window) -> Standing:
    assert facts.until is not None  # noqa: S101 - the caller looked
    burns, whole, found = [], [], []
    for span in (pair.long, pair.short):
        seconds = buckets_in(span, facts.bucket) * facts.bucket
        window = Window(Slot(facts.until - seconds), facts.until)
        usage = (await facts.usages([facts.site.key], window.start, window.end))[facts.site.key]
        factor = facts.site.billing_factor
        used = usage.of(asked.direction) * factor.numerator // factor.denominator
        level = pace_level(limit, period, seconds, pair.factor)
        burns.append(used > level)
        whole.append(usage.known == usage.expected)
        found.append((used, level, usage, window))
    verdict = Verdict.BREACH if all(burns) else Verdict.CLEAR if all(whole) else Verdict.UNKNOWN
    used, level, usage, window = found[0]
    return Standing(verdict, used, level, usage.known, usage.expected, to_instant(window.start), to_instant(window.end))
