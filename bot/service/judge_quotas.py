"""Quota rules: usage since the period's start against each step, for every site of a batch."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from bot.alerts.model import Alert, AlertKey, Kind
from bot.alerts.quota import QuotaStanding, advance_quota
from bot.domain.times import Slot, Window, floor
from bot.domain.usage import Direction
from bot.engine.quota import QuotaEdges, Segment, judge_quota, levels_of
from bot.rules.model import Quota, Rule
from bot.service.judging import Batch, Due

Recorded = Mapping[AlertKey, Sequence[Alert]]


@dataclass(frozen=True, slots=True)
class _Case:
    """One site's quota in one period. `row` is the site's row in the block, `limit` its quota in bytes."""

    row: int
    due: Due
    limit: int
    period: Window


async def judge_quotas(batch: Batch, rule: Rule, quota: Quota, recorded: Recorded) -> None:
    """Judge one rule for every site of the batch; what happened is noted on the batch."""
    periods: dict[Window, list[_Case]] = {}
    for case in _cases(batch, rule, quota):
        periods.setdefault(case.period, []).append(case)
    for direction in rule.directions:
        for _, group in sorted(periods.items()):
            await _judge_period(batch, rule, quota, direction, group, recorded)


def _cases(batch: Batch, rule: Rule, quota: Quota) -> Iterable[_Case]:
    """Every period that new buckets fall into and whose history is complete; the current one in any case.

    A period that began before what is known is not judged yet: nobody hears 50 % and then 80 % of the same past.
    """
    for row in batch.rows(rule):
        due = batch.due[row]
        limit = quota.limit_of(due.site)
        if limit is None:
            continue
        newest = Slot(due.until - batch.block.step)
        span = Window(min(due.dirty_from, newest), due.until)
        for period in quota.calendar_of(due.site).periods(span):
            if due.knows(period.start):
                yield _Case(row, due, limit, period)


async def _judge_period(
    batch: Batch, rule: Rule, quota: Quota, direction: Direction, cases: Sequence[_Case], recorded: Recorded
) -> None:
    """Cases that share one period."""
    period, sites = cases[0].period, [case.due.site.key for case in cases]
    before = await batch.usage(sites, period.start, min(batch.block.start, period.end))
    opening = np.array([before[site].of(direction) for site in sites], np.int64)
    rows = np.array([case.row for case in cases], np.intp)
    edges = judge_quota(
        batch.block, direction, Segment(period, rows, opening, levels_of([c.limit for c in cases], quota.steps))
    )
    crossed = _crossed(edges, quota, batch.block.step)
    for place, case in enumerate(cases):
        site = case.due.site
        key = AlertKey(site.workspace, rule.name, Kind.QUOTA, site.key, direction, period)
        alert = next(iter(recorded.get(key, ())), None)
        carried = [step for k, step in enumerate(quota.steps) if edges.carried[place, k]]
        reached: dict[Fraction, Slot | None] = {**dict.fromkeys(carried), **crossed.get(case.row, {})}
        if any(step not in (alert.steps if alert else ()) for step in carried):
            reached = {**reached, **await _since_start(batch, case, quota, direction)}
        counted = _Counted(int(edges.used[place]), before[site.key].known + int(edges.known[place]))
        after, moves = advance_quota(alert, _standing(batch, quota, key, case, reached, counted), batch.at)
        if after is not None and after != alert:
            batch.note([after], moves)


def _crossed(edges: QuotaEdges, quota: Quota, bucket: int) -> dict[int, dict[Fraction, Slot]]:
    """Row → step → end of the bucket that reached it."""
    ends: dict[int, dict[Fraction, Slot]] = {}
    for crossing in edges.crossings:
        ends.setdefault(crossing.row, {})[quota.steps[crossing.step]] = Slot(crossing.slot + bucket)
    return ends


async def _since_start(batch: Batch, case: _Case, quota: Quota, direction: Direction) -> dict[Fraction, Slot]:
    """When each step was reached, looked up in the whole period: for steps that nobody was told of yet, such as
    those behind a first start or a new rule."""
    step, keys = batch.block.step, np.array([case.due.site.key], np.int64)
    window = Window(floor(case.period.start, step), min(case.due.until, case.period.end))
    block = await batch.tx.buckets.block(keys, window, step)
    levels = levels_of([case.limit], quota.steps)
    segment = Segment(case.period, np.zeros(1, np.intp), np.zeros(1, np.int64), levels)
    return _crossed(judge_quota(block, direction, segment), quota, step).get(0, {})


@dataclass(frozen=True, slots=True)
class _Counted:
    used: int
    known: int


def _standing(
    batch: Batch, quota: Quota, key: AlertKey, case: _Case, reached: dict[Fraction, Slot | None], counted: _Counted
) -> QuotaStanding:
    until = min(case.due.until, case.period.end)
    return QuotaStanding(
        key=key,
        period=case.period,
        limit=case.limit,
        severities=dict(zip(quota.steps, quota.severities, strict=True)),
        reached=reached,
        used=counted.used,
        known=counted.known,
        expected=(until - case.period.start) // batch.block.step,
        until=case.due.until,
        bucket=batch.block.step,
        rule_version=batch.version,
    )
