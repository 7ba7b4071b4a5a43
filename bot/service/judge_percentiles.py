"""Percentile rules: burst time since the period's start against each step, for every site of a batch."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np

from bot.alerts.model import Alert, AlertKey, Kind, Transition, retire
from bot.alerts.percentile import BurstStanding
from bot.alerts.quota import advance_quota
from bot.domain.periods import Calendar
from bot.domain.times import Slot, Window, floor
from bot.engine.percentile import (
    BurstCrossing,
    BurstEdges,
    BurstSegment,
    Marks,
    allowed_bursts,
    burst_level,
    judge_percentile,
    mark,
)
from bot.rules.model import Percentile, Rule
from bot.service.bursts import Bursts
from bot.service.judging import Batch, Due

Recorded = Mapping[AlertKey, Sequence[Alert]]
Reached = dict[Fraction, Slot | None]


@dataclass(frozen=True, slots=True)
class _Case:
    """One site's percentile in one period. `row` is the site's row in the marks."""

    row: int
    due: Due
    period: Window


@dataclass(frozen=True, slots=True, eq=False)
class _Scene:
    """One rule in one direction, over a batch."""

    batch: Batch
    rule: Rule
    percentile: Percentile
    bursts: Bursts
    marks: Marks
    recorded: Recorded

    def key(self, case: _Case) -> AlertKey:
        site = case.due.site
        return AlertKey(
            site.workspace, self.rule.name, Kind.PERCENTILE, case.due.key, self.bursts.direction, case.period
        )

    def segment(self, cases: Sequence[_Case], before: Mapping[int, tuple[int, int]]) -> BurstSegment:
        counts = np.array([before[case.due.site.key] for case in cases], np.int64)
        rows = np.array([case.row for case in cases], np.intp)
        return BurstSegment(cases[0].period, rows, counts[:, 0], counts[:, 1])


async def judge_percentiles(batch: Batch, rule: Rule, percentile: Percentile, recorded: Recorded) -> None:
    """Judge one rule for every site of the batch; what happened is noted on the batch."""
    found = {} if percentile.pool else _periods(batch, rule, percentile)
    if not found:
        return
    due = [batch.due[row] for row in found]
    periods: dict[Window, list[_Case]] = {}
    for place, (item, own) in enumerate(zip(due, found.values(), strict=True)):
        for period in own:
            periods.setdefault(period, []).append(_Case(place, item, period))
    since = {item.site.key: own[0].start for item, own in zip(due, found.values(), strict=True)}
    block, ends = batch.block.rows(np.array(list(found), np.intp)), np.array([item.until for item in due], np.int64)
    for direction in rule.directions:
        bursts = Bursts(percentile.rate, direction)
        marks = mark(block, direction, percentile.rate, ends)
        done = await bursts.look(batch, due, marks, since)
        scene = _Scene(batch, rule, percentile, bursts, marks, recorded)
        for _, group in sorted(periods.items()):
            cases = [case for case in group if case.due.site.key in done]
            if cases:
                await _judge_period(scene, cases)


async def judge_marks(
    batch: Batch, rule: Rule, bursts: Bursts, marks: Marks, periods: Sequence[Window], recorded: Recorded
) -> None:
    """Judge one row of marks in these periods; it is of what the batch is about."""
    (due,) = batch.due
    assert isinstance(rule.judge, Percentile)  # noqa: S101 - nothing else has bursts
    await bursts.look(batch, [due], marks, {due.site.key: periods[0].start})
    scene = _Scene(batch, rule, rule.judge, bursts, marks, recorded)
    for period in periods:
        await _judge_period(scene, [_Case(0, due, period)])


def _periods(batch: Batch, rule: Rule, percentile: Percentile) -> Mapping[int, list[Window]]:
    """Row → the periods that new buckets fall into and whose history is complete, or given up, in order; rows without
    any are left out."""
    known: dict[tuple[Calendar, Window], list[Window]] = {}
    found: dict[int, list[Window]] = {}
    step = batch.block.step
    for row, item in ((row, batch.due[row]) for row in batch.rows(rule)):
        asked = percentile.calendar_of(item.site), Window(min(item.dirty_from, Slot(item.until - step)), item.until)
        if asked not in known:  # most sites share a calendar, and its arithmetic is dear
            periods = asked[0].periods(asked[1])
            known[asked] = [Window(floor(period.start, step), floor(period.end, step)) for period in periods]
        own = [period for period in known[asked] if item.knows(period.start)]
        if own:
            found[row] = own
    return found


async def _judge_period(scene: _Scene, cases: Sequence[_Case]) -> None:
    """Cases that share one period."""
    batch, percentile = scene.batch, scene.percentile
    before = await scene.bursts.before(batch, [case.due.site.key for case in cases], cases[0].period)
    edges = judge_percentile(scene.marks, percentile.p, percentile.steps, scene.segment(cases, before))
    for place, case in enumerate(cases):
        counts = int(edges.hot[place]), int(edges.gaps[place])
        standing = _standing(scene, case, counts, case.due.until)
        alert = _recorded(scene, case, standing)
        crossed = [one for one in edges.crossings if one.row == case.row]
        standing = replace(standing, reached=await _reached(scene, case, alert, edges, place))
        new = [one for one in crossed if one.slot >= case.due.dirty_from]
        went = _as_it_went(scene, case, standing, new) if batch.at is None else ()
        _advance(batch, alert, [*went, standing])


def _advance(batch: Batch, before: Alert | None, standings: Sequence[BurstStanding]) -> None:
    """Take the alert through what the data said, one after the other; what happened is noted on the batch."""
    alert, moves = before, list[Transition]()
    for standing in standings:
        alert, more = advance_quota(alert, standing, batch.learnt(min(standing.until, standing.period.end)))
        moves += more
    if alert is not None and alert != before:
        batch.note([alert], moves)


def _standing(scene: _Scene, case: _Case, counts: tuple[int, int], until: Slot) -> BurstStanding:
    """`counts` are (hot, gaps) of the period up to `until`."""
    (hot, gaps), percentile, step = counts, scene.percentile, scene.marks.step
    period = case.period
    return BurstStanding(
        key=scene.key(case),
        period=period,
        limit=allowed_bursts((period.end - period.start) // step - gaps, percentile.p) * step,
        severities=dict(zip(percentile.steps, percentile.severities, strict=True)),
        reached={},
        used=hot * step,
        known=(min(until, period.end) - period.start) // step - gaps,
        expected=(min(until, period.end) - period.start) // step,
        until=until,
        bucket=step,
        rule_version=scene.rule.version,
    )


def _as_it_went(
    scene: _Scene, case: _Case, last: BurstStanding, crossings: Sequence[BurstCrossing]
) -> Iterator[BurstStanding]:
    """What the data said at the end of every bucket that reached a step, where each was learnt of by itself."""
    for one in sorted({one.slot: one for one in crossings}.values(), key=lambda one: one.slot):
        until = Slot(one.slot + scene.marks.step)
        reached = {step: end for step, end in last.reached.items() if end is None or end <= until}
        yield replace(_standing(scene, case, (one.hot, one.gaps), until), reached=reached)


async def _reached(scene: _Scene, case: _Case, alert: Alert | None, edges: BurstEdges, place: int) -> Reached:
    """The steps that are reached, as a standing wants them: when is looked up, even before the block, for those that
    nobody was told of yet. Where each bucket is learnt of at its end, those behind the first new one were told then."""
    steps, step = scene.percentile.steps, scene.marks.step
    crossed = {steps[one.step]: Slot(one.slot + step) for one in edges.crossings if one.row == case.row}
    carried = [own for number, own in enumerate(steps) if edges.carried[place, number]]
    reached: Reached = {**dict.fromkeys(carried), **crossed}
    if scene.batch.at is None:
        return {own: None if end and end <= case.due.dirty_from else end for own, end in reached.items()}
    if any(own not in (alert.steps if alert else ()) for own in carried):
        past = Window(case.period.start, min(scene.marks.start, case.period.end))
        marks = await scene.bursts.past(scene.batch, [case.due.site.key], past)
        zero = np.zeros(1, np.int64)
        segment = BurstSegment(case.period, np.zeros(1, np.intp), zero, zero)
        earlier = judge_percentile(marks, scene.percentile.p, steps, segment).crossings
        reached |= {steps[one.step]: Slot(one.slot + step) for one in earlier}
    return reached


def _recorded(scene: _Scene, case: _Case, now: BurstStanding) -> Alert | None:
    """The alert of this period, or of an open one that was this period before the billing day or the zone was edited.

    Steps that the new period reaches too stay told; where it reaches none, the old alert is closed without a word.
    """
    key, batch = scene.key(case), scene.batch
    if key in scene.recorded:
        return scene.recorded[key][0]
    for own, (old, *_) in scene.recorded.items():
        is_same = replace(own, period=None) == replace(key, period=None) and old.is_open
        if is_same and own.period is not None and own.period.overlap(case.period):
            allowed = now.limit // now.bucket
            steps = {s: end for s, end in old.steps.items() if burst_level(allowed, s) * now.bucket <= now.used}
            if steps:
                return replace(old, key=key, value=min(old.value, now.used), steps=steps, step=max(steps))
            gone, move = retire(old, now.bucket, batch.learnt(case.due.until))
            batch.note([gone], [move])
    return None
