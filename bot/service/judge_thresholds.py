"""Threshold rules: verdicts of a whole batch at once; the state machine only for sites where something is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from bot.alerts.condition import ConditionRule, Machine
from bot.alerts.model import Alert, AlertKey, Kind, State
from bot.alerts.reconcile import reconcile
from bot.domain.block import Block
from bot.domain.times import Slot, Window
from bot.domain.usage import Direction
from bot.engine.edges import Verdicts, runs
from bot.engine.threshold import columns_of, judge_threshold
from bot.rules.model import Rule, Threshold
from bot.service.judging import Batch, Due

Recorded = Mapping[AlertKey, Sequence[Alert]]


@dataclass(frozen=True, slots=True)
class _Watch:
    """One rule in one direction."""

    rule: Rule
    threshold: Threshold
    direction: Direction
    condition: ConditionRule

    def key(self, due: Due) -> AlertKey:
        return AlertKey(due.site.workspace, self.rule.name, Kind.THRESHOLD, due.site.key, self.direction)


async def judge_thresholds(batch: Batch, rule: Rule, threshold: Threshold, recorded: Recorded) -> None:
    """Judge one rule for every site of the batch; what happened is noted on the batch."""
    rows = np.array(batch.rows(rule), np.intp)
    if not len(rows):
        return
    block = batch.block if len(rows) == len(batch.due) else batch.block.rows(rows)
    condition = ConditionRule(
        rule.severity,
        threshold.limit,
        int(rule.hold.total_seconds()),
        int(rule.keep_firing.total_seconds()),
        threshold.under,
        rule.version,
    )
    since = np.array([block.column(batch.due[row].dirty_from) for row in rows], np.intp)
    for direction in rule.directions:
        watch = _Watch(rule, threshold, direction, condition)
        verdicts = judge_threshold(block, direction, threshold)
        breaching = set(verdicts.rows_with_breach(since).tolist())
        for place, row in enumerate(rows):
            due = batch.due[row]
            known = [alert for alert in recorded.get(watch.key(due), ()) if _concerns(alert, due)]
            if due.is_revised and (place in breaching or known or _may_have_breached(verdicts, place)):
                await _replay(batch, watch, due, known)
            elif place in breaching or any(alert.is_open for alert in known):
                _continue(batch, watch, due, known, _Judged(block, verdicts, place))


def _concerns(alert: Alert, due: Due) -> bool:
    """Open, or not over before what is judged begins; others of the batch may begin earlier."""
    return alert.is_open or (alert.resolved_at or due.until) > due.dirty_from


def _may_have_breached(verdicts: Verdicts, place: int) -> bool:
    return bool((verdicts.states[place] == 1).any())


@dataclass(frozen=True, slots=True, eq=False)
class _Judged:
    """One site's row of a judged block."""

    block: Block
    verdicts: Verdicts
    place: int

    def value_at(self, end: Slot) -> int:
        """Bytes of the `within` that ends at `end`, or with the block, where a clock that was ahead had set `end`."""
        last = self.verdicts.values.shape[1] - 1
        return int(self.verdicts.values[self.place, min(self.block.column(end - self.block.step), last)])


def _fed(batch: Batch, watch: _Watch, due: Due, judged: _Judged, first: Slot, current: Alert | None) -> Machine:
    """The state machine after the site's buckets from `first` on, beginning with the alert as it is given."""
    block = judged.block
    machine = Machine.start(watch.key(due), watch.condition, block.start, block.step, batch.at, current)
    return machine.feed(runs(judged.verdicts, judged.place, block.column(first), block.column(due.until)))


async def _judged_alone(batch: Batch, watch: _Watch, due: Due, first: Slot) -> _Judged:
    """The site judged by itself from `first` on, which may be long before the batch's block."""
    step = batch.block.step
    back = columns_of(watch.threshold, step) * step
    keys = np.array([due.site.key], np.int64)
    block = await batch.tx.buckets.block(keys, Window(Slot(first - back), due.until), step)
    return _Judged(block, judge_threshold(block, watch.direction, watch.threshold), 0)


def _continue(batch: Batch, watch: _Watch, due: Due, known: Sequence[Alert], judged: _Judged) -> None:
    """Feed the new buckets to the alert as it was left."""
    current = next((alert for alert in known if alert.is_open), None)
    machine = _fed(batch, watch, due, judged, due.dirty_from, current)
    batch.note(machine.alerts, machine.transitions)


async def _replay(batch: Batch, watch: _Watch, due: Due, known: Sequence[Alert]) -> None:
    """Judge again from before whatever the revision may have touched, and make the record agree.

    An alert that has fired for long is not judged again from its beginning, which the revision cannot touch, but
    from as long before it as its state remembers: the cost does not grow with how long it has fired.
    """
    step, rule = batch.block.step, watch.condition
    memory = columns_of(watch.threshold, step) * step + rule.hold + rule.keep_firing + step
    lasting = next((a for a in known if a.state is State.FIRING and a.since + memory <= due.dirty_from), None)
    if lasting is not None:
        first = Slot(due.dirty_from - memory)
        judged = await _judged_alone(batch, watch, due, first)
        machine = _fed(batch, watch, due, judged, first, replace(lasting, cleared=0))
        batch.note(machine.alerts, machine.transitions)
        return
    first = min([due.dirty_from, *(Slot(alert.since - step) for alert in known)])
    judged = await _judged_alone(batch, watch, due, first)
    machine = _fed(batch, watch, due, judged, first, None)
    found = reconcile(known, machine, judged.value_at, batch.is_news_after(watch.rule, due))
    batch.note(found.alerts, found.moves)
