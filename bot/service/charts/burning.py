"""A quota, its pace or its forecast as a chart: usage to date as its alert counts it, against what is granted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import chain

import numpy as np

from bot.alerts.model import Kind
from bot.domain.times import DAY, HOUR, Slot, Window, floor, to_instant
from bot.domain.usage import Direction
from bot.rules.contracts import Contract, Holder, Part, contract, holders
from bot.rules.model import Quota, Rule
from bot.service.charts.model import BurnDown, Fan, Step
from bot.service.charts.sight import Sight
from bot.service.counting import Counted, Gap, Once, count, count_part, granted
from bot.service.forecasts.cases import Case
from bot.service.forecasts.expected import expected
from bot.service.ports import Progress
from bot.service.quotas.gaps import Gaps
from bot.service.quotas.periods import periods_of

GRAINS = ((4 * DAY, HOUR), (14 * DAY, 6 * HOUR), (100 * DAY, DAY))
"""How far apart the points are, by how long the period is; of a longer one it is a week."""
WEEK = 7 * DAY
MOST_FORETOLD = 200
"""Sites of a pool up to which it is foretold for a chart alone: five weeks of hours are read of each."""


@dataclass(frozen=True, slots=True)
class _Quota:
    """One quota in one period. Data end at `until`, those of a pool's newest site at `seen`."""

    rule: Rule
    judge: Quota
    contract: Contract
    direction: Direction
    period: Window
    until: Slot
    seen: Slot

    def parts(self, until: Slot, step: int) -> tuple[Part, ...]:
        return self.contract.parts(self.period, until, step)


async def burn_down(sight: Sight) -> BurnDown | None:
    """Ends where the alert was judged, so that it says what the words say; None where the rule is gone, or grants
    nothing any more."""
    progress = await sight.tx.progress.all()
    own = _quota(sight, progress)
    if own is None:
        return None
    once = Once(sight.tx.buckets, sight.step)
    knows = _Knows(progress)
    grant = await granted(once.usage, own.contract, own.direction, own.period, sight.step, knows)
    if grant is None:
        return None
    used = await _course(sight, own, once)
    counted = await count(once.usage, own.parts(own.until, sight.step), own.direction, own.until)
    limit = grant.until(max(own.seen, own.period.start + sight.step), sight.step)
    return BurnDown(
        subject=sight.view.site,
        zone=own.contract.calendar.zone,
        start=to_instant(own.period.start),
        end=to_instant(own.period.end),
        until=to_instant(own.seen),
        limit=limit,
        used=tuple((to_instant(at), so_far) for at, so_far in used),
        steps=await _steps(sight, own),
        fan=await _fan(sight, own, knows.since) if used[-1][1] < limit else None,
        direction=own.direction,
        known=_share(counted),
    )


class _Knows:
    """Whether the history of a site is there from a slot on; for one never heard of nothing is waited for."""

    def __init__(self, progress: Mapping[int, Progress]) -> None:
        self.since = {site: row.known_from for site, row in progress.items() if row.known_from is not None}

    def __call__(self, site: int, slot: Slot) -> bool:
        return site not in self.since or self.since[site] <= slot


def _quota(sight: Sight, progress: Mapping[int, Progress]) -> _Quota | None:
    rule, key, until = sight.rule, sight.alert.key, sight.alert.judged_until
    if rule is None or not isinstance(rule.judge, Quota) or until is None:
        return None
    holder = _holder(sight, rule, rule.judge)
    own = contract(rule.judge, holder) if holder is not None else None
    if holder is None or own is None or not own.has_quota:
        return None
    period = key.period or periods_of(own.calendar, Window(Slot(until - sight.step), until), sight.step)[-1]
    ends = [min(until, period.end)]
    if holder.is_pool:
        ends += [row.judged_until for site in holder.sites if (row := progress.get(site.key)) and row.judged_until]
    seen = min(max(ends), period.end)
    return _Quota(rule, rule.judge, own, key.direction, period, ends[0], seen) if period.start < seen else None


def _holder(sight: Sight, rule: Rule, quota: Quota) -> Holder | None:
    key, fleet = sight.alert.key, sight.fleet
    if key.site is not None:
        site = fleet.by_key(key.site)
        return Holder.of(site) if site is not None and not quota.pool else None
    matched = filter(rule.sites.matches, fleet.in_workspace(key.workspace))
    return next((one for one in holders(quota, matched, fleet.configuration.timezone) if one.is_pool), None)


async def _course(sight: Sight, own: _Quota, once: Once) -> list[tuple[Slot, int]]:
    """What was used by each instant as it was counted then: an opening shows as a leap. Each stretch is read once."""
    gap = await _gap(sight, own, once)
    found, known = [(own.period.start, 0)], dict[Part, tuple[Slot, int]]()
    for end in _cuts(own, sight.step):
        parts = own.parts(end, sight.step)
        for part in parts:
            since, counted = known.get(part, (part.since, 0))
            more, _ = await count_part(once.usage, replace(part, since=since), own.direction, end, gap)
            known[part] = end, counted + more
        found.append((end, sum(part.billed(known[part][1]) for part in parts)))
    return found


def _cuts(own: _Quota, step: int) -> list[Slot]:
    """The instants after the period's start at which usage is counted, the last of them `seen`: whole days in UTC,
    which cost the least, and those around openings."""
    start, length = own.period.start, own.period.end - own.period.start
    grain = next((grain for most, grain in GRAINS if length <= most), WEEK)
    openings = ((turn, turn + step) for turn in own.contract.turns(own.period, step))
    inner = chain(range(floor(start, grain) + grain, own.seen, grain), *openings)
    return [*sorted({Slot(at) for at in inner if start < at < own.seen}), own.seen]


async def _gap(sight: Sight, own: _Quota, once: Once) -> Gap | None:
    """Where the rule counts what is possible."""
    if not own.judge.possible:
        return None
    keys = np.array([site.key for site in own.contract.holder.sites], np.int64)
    gaps = await Gaps.read(sight.tx, keys, Window(own.period.start, own.seen), sight.step, own.direction)
    return lambda site, start, end: gaps.between(once.usage, site, start, end)


async def _steps(sight: Sight, own: _Quota) -> tuple[Step, ...]:
    """Those of the rule, and those that were reached, maybe by an older version of it."""
    reached = await _reached(sight, own)
    every: Iterable[Fraction] = {*own.judge.steps, *reached}
    return tuple(Step(one, to_instant(reached[one]) if one in reached else None) for one in sorted(every))


async def _reached(sight: Sight, own: _Quota) -> Mapping[Fraction, Slot]:
    alert, key = sight.alert, sight.alert.key
    if key.kind is Kind.QUOTA:
        return alert.steps
    mine = (key.workspace, key.rule, key.direction)
    for one in await sight.tx.alerts.overlapping(Kind.QUOTA, [key.site], own.period.start):
        period = one.key.period
        if (one.key.workspace, one.key.rule, one.key.direction) == mine and period and period.overlap(own.period):
            return one.steps
    return {}


async def _fan(sight: Sight, own: _Quota, knows_from: Mapping[int, Slot]) -> Fan | None:
    """As the alert says where it is about a forecast, else what is expected where its data end."""
    said = sight.view.outlook
    if said is not None:
        return Fan(said.forecast, said.low80, said.high80, said.exhausts_at)
    case = Case(own.rule, own.contract, own.direction, own.until, own.period)
    if own.until >= own.period.end or case.until <= own.period.start or len(case.sites) > MOST_FORETOLD:
        return None
    (one,) = await expected(sight.tx.buckets, [case], sight.step, knows_from)
    if one.reason:
        return None
    return Fan(one.forecast, one.low80, one.high80, to_instant(one.exhausts_at) if one.exhausts_at else None)


def _share(counted: Counted) -> float | None:
    return counted.known / counted.expected if counted.expected else None
