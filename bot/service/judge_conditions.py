"""Conditions: verdicts of a whole batch at once; the state machine only for sites where something is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from bot.alerts.condition import Machine
from bot.alerts.model import Alert, AlertKey, State
from bot.alerts.reconcile import reconcile
from bot.domain.block import Block
from bot.domain.times import HOUR, Slot, Window, floor
from bot.engine.edges import UNKNOWN, runs
from bot.service.conditions import Condition, Judged
from bot.service.judging import POOL, Batch, Due

Recorded = Mapping[AlertKey, Sequence[Alert]]


async def judge_condition(batch: Batch, condition: Condition, recorded: Recorded) -> None:
    """Judge it for every site of the batch that its rule is about; what happened is noted on the batch."""
    rows = np.array(batch.rows(condition.rule), np.intp)
    if not len(rows):
        return
    block = batch.block if len(rows) == len(batch.due) else batch.block.rows(rows)
    await judge_rows(batch, condition, block, [batch.due[row] for row in rows], recorded)


async def judge_rows(batch: Batch, condition: Condition, block: Block, due: Sequence[Due], recorded: Recorded) -> None:
    """Judge it for every row of a block; row i is of `due[i]`."""
    since = np.array([block.column(item.dirty_from) for item in due], np.intp)
    known = [[alert for alert in recorded.get(_key(condition, one), ()) if _concerns(alert, one)] for one in due]
    open_alerts = {alert.key.site or POOL: alert for alerts in known for alert in alerts if alert.is_open}
    judged = await condition.verdicts(batch, due, block, since, open_alerts)
    breaching = set(judged.verdicts.rows_with_breach(since).tolist())
    for place, item in enumerate(due):
        if item.is_revised and (place in breaching or known[place]):
            await _replay(batch, condition, item, known[place])
        elif place in breaching or any(alert.is_open for alert in known[place]):
            _continue(batch, condition, item, known[place], _Row(block, judged, place))


def _key(condition: Condition, due: Due) -> AlertKey:
    return AlertKey(due.site.workspace, condition.rule.name, condition.kind, due.key, condition.direction)


def _concerns(alert: Alert, due: Due) -> bool:
    """Open, or not over before what is judged begins; others of the batch may begin earlier."""
    return alert.is_open or (alert.resolved_at or due.until) > due.dirty_from


@dataclass(frozen=True, slots=True, eq=False)
class _Row:
    """One site's row of a judged block."""

    block: Block
    judged: Judged
    place: int

    @property
    def values(self) -> NDArray[np.int64]:
        values: NDArray[np.int64] = self.judged.verdicts.values[self.place]
        return values

    def value_at(self, end: Slot) -> int:
        """The value at the bucket that ends at `end`, or of the block, where a clock that was ahead had set `end`."""
        return int(self.values[self._column(end)])

    def is_known(self, end: Slot) -> bool:
        """Whether there is a verdict of that bucket."""
        return bool(self.judged.verdicts.states[self.place, self._column(end)] != UNKNOWN)

    def _column(self, end: Slot) -> int:
        return min(self.block.column(end - self.block.step), len(self.values) - 1)

    def kept(self, alert: Alert, column: int) -> Alert:
        return self.judged.kept(alert, self.place, column) if self.judged.kept else alert


def _fed(batch: Batch, condition: Condition, due: Due, row: _Row, first: Slot, current: Alert | None) -> Machine:
    """The state machine after the site's buckets from `first` on, beginning with the alert as it is given."""
    block = row.block
    columns = runs(row.judged.verdicts, row.place, block.column(first), block.column(due.until))
    start = _key(condition, due), condition.measure, block.start, block.step
    return Machine.start(*start, batch.at, current, row.kept).feed(columns)


async def _judged_alone(
    batch: Batch, condition: Condition, due: Due, first: Slot, lasting: Alert | None = None
) -> _Row:
    """The site judged by itself from `first` on, which may be long before the batch's block; `lasting` is the alert
    that goes on from before that."""
    begin = floor(first - condition.memory, HOUR)
    keys: NDArray[np.int64] = np.array([due.site.key], np.int64)
    block = await batch.read(keys, Window(begin, due.until))
    since = np.array([block.column(first)], np.intp)
    open_alerts = {due.site.key: lasting} if lasting is not None else {}
    return _Row(block, await condition.verdicts(batch, [due], block, since, open_alerts), 0)


def _continue(batch: Batch, condition: Condition, due: Due, known: Sequence[Alert], row: _Row) -> None:
    """Feed the new buckets to the alert as it was left."""
    current = next((alert for alert in known if alert.is_open), None)
    machine = _fed(batch, condition, due, row, due.dirty_from, current)
    batch.note(machine.alerts, machine.transitions)


async def _replay(batch: Batch, condition: Condition, due: Due, known: Sequence[Alert]) -> None:
    """Judge again from before whatever the revision may have touched, and make the record agree.

    An alert that has fired for long is not judged again from its beginning, which the revision cannot touch, but
    from as long before it as its state remembers: the cost does not grow with how long it has fired.
    """
    step, rule = batch.block.step, condition.measure
    memory = condition.memory + rule.hold + rule.keep_firing + step
    firing = [] if condition.goes_on else [alert for alert in known if alert.state is State.FIRING]
    lasting = next((alert for alert in firing if alert.since + memory <= due.dirty_from), None)
    if lasting is not None:
        first = Slot(due.dirty_from - memory)
        lasting = replace(lasting, cleared=0, judged_until=first)
        row = await _judged_alone(batch, condition, due, first, lasting)
        machine = _fed(batch, condition, due, row, first, lasting)
        batch.note(machine.alerts, machine.transitions)
        return
    first = min([due.dirty_from, *(Slot(alert.since - step) for alert in known)])
    row = await _judged_alone(batch, condition, due, first)
    machine = _fed(batch, condition, due, row, first, None)
    found = reconcile(known, machine, row.value_at, row.is_known, batch.is_news_after(condition.rule, due))
    batch.note(found.alerts, found.moves)
