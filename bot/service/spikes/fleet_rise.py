"""The condition of a fleet: many of the sites that a rule watches in one workspace have risen together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from bot.alerts.condition import ConditionRule
from bot.alerts.fleet import MOST_LISTED, Rise
from bot.alerts.model import Alert, Kind
from bot.domain.block import Block
from bot.domain.times import HOUR, Slot, Window
from bot.domain.usage import Direction
from bot.engine.edges import BREACH, CLEAR, Verdicts
from bot.engine.spikes.fleet import REMEMBERS, Moves, Together, beyond, judge_fleet, together
from bot.engine.spikes.scales import QUICK, SCALES
from bot.rules.model import Rule
from bot.service.conditions.condition import Judged, measured
from bot.service.judging import POOL, Batch, Due
from bot.service.ports import Transaction
from bot.service.spikes.fleet_moves import Moving

SPAN = SCALES[QUICK].span
"""Seconds over which moves are measured."""
GOES_ON = 2 * HOUR
"""A fleet that fell back still rises so long: what was unusual at its sites may still be so on their longest scale, and
is no news of theirs."""


@dataclass(frozen=True, slots=True)
class Rising:
    """The sites of a batch rise together. There is one row, of all of them."""

    rule: Rule
    direction: Direction
    source: Moving

    @property
    def kind(self) -> Kind:
        return Kind.SPIKE

    @property
    def memory(self) -> int:
        return REMEMBERS

    @property
    def goes_on(self) -> bool:
        return False

    @property
    def measure(self) -> ConditionRule:
        own = measured(self.rule, self.kind, 0)
        return replace(own, keep_firing=max(own.keep_firing, GOES_ON))

    async def verdicts(
        self,
        batch: Batch,
        due: Sequence[Due],  # noqa: ARG002 - stands for the batch's
        block: Block,
        since: NDArray[np.intp],
        open_alerts: Mapping[int, Alert],
    ) -> Judged:
        alert, window = open_alerts.get(POOL), Window(block.start, block.end)
        course = await self.course(batch.tx, batch.due, window, Slot(block.start + int(since[0]) * block.step), alert)
        return Judged(course.verdicts(), lambda alert, _, column: course.kept(alert, column))

    async def course(
        self, tx: Transaction, due: Sequence[Due], window: Window, start: Slot, alert: Alert | None
    ) -> Course:
        """What came in a window, judged from `start` on; `alert` is open since before that."""
        moves = await self.source.of(tx, self.rule, self.direction, due, window)
        found, first = together(moves), (start - window.start) // moves.step
        states = judge_fleet(found, len(due), was_open=alert is not None and not alert.cleared, first=first)
        wanted = self._wanted(states, first, moves.step, alert)
        amounts = await self._amounts(tx, moves, wanted)
        return Course(moves, found, states, *amounts, beyond(moves, found))

    async def course_after(self, tx: Transaction, due: Sequence[Due], alert: Alert, until: Slot) -> Course:
        """What came since the alert was judged."""
        assert alert.judged_until is not None  # noqa: S101 - whoever made it judged it
        window = Window(Slot(alert.judged_until - self.memory), max(until, alert.judged_until))
        return await self.course(tx, due, window, alert.judged_until, alert)

    def _wanted(self, states: NDArray[np.int8], first: int, step: int, alert: Alert | None) -> NDArray[np.bool_]:
        """In which buckets an alert may be open, that its numbers are asked for."""
        calm = np.cumsum((states == CLEAR) & (np.arange(len(states)) >= first))
        most = self.measure.keep_firing // step + 1
        before = most + 1 if alert is None else alert.cleared // step
        last = np.maximum.accumulate(np.where(states == BREACH, calm, -before))
        wanted: NDArray[np.bool_] = (calm - last <= most) & (np.arange(len(states)) >= first)
        return wanted

    async def _amounts(
        self, tx: Transaction, moves: Moves, wanted: NDArray[np.bool_]
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Bytes that came in the `SPAN` up to each of these buckets, at the sites that are known, and what is usual
        there; 0 in the others."""
        came, usual = (np.zeros(len(wanted), np.int64) for _ in range(2))
        high = np.flatnonzero(wanted)
        if len(high):
            first, end, width = int(high[0]), int(high[-1]) + 1, max(1, SPAN // moves.step)
            start, until = (Slot(moves.start + column * moves.step) for column in (first - width + 1, end))
            block = await tx.buckets.block(moves.sites, Window(start, until), moves.step)
            used = np.where(block.known, block.of(self.direction), 0)
            sums = np.cumsum(np.pad(used, ((0, 0), (1, 0))), axis=1, dtype=np.int64)
            own, move = sums[:, width:] - sums[:, :-width], moves.move[:, first:end].astype(np.float64)
            own = np.where(np.isnan(move), 0, own)
            came[high] = own.sum(axis=0)[high - first]
            expected = np.rint(own * np.exp(-np.nan_to_num(move))).astype(np.int64)
            usual[high] = expected.sum(axis=0)[high - first]
        return came, usual


@dataclass(frozen=True, slots=True, eq=False)
class Course:
    """What came, bucket by bucket: `came` and `usual` are bytes, `beyond` (shape (S, N)) who did more than others."""

    moves: Moves
    found: Together
    states: NDArray[np.int8]
    came: NDArray[np.int64]
    usual: NDArray[np.int64]
    beyond: NDArray[np.bool_]

    def verdicts(self) -> Verdicts:
        one = np.zeros((1, len(self.states)), np.int8)
        return Verdicts(self.states[None], self.came[None], self.usual[None], one)

    def column(self, slot: int) -> int:
        return (slot - self.moves.start) // self.moves.step

    def end_of(self, column: int) -> Slot:
        return Slot(self.moves.start + (column + 1) * self.moves.step)

    def kept(self, alert: Alert, column: int) -> Alert:
        """The alert with the worst bucket of its episode up to that of a column, and who went beyond in any."""
        first, rise = self._first(alert), Rise.of(alert)
        high = first + np.flatnonzero(self.states[first : column + 1] == BREACH)
        if len(high):
            worst = int(high[int(np.argmax(self.found.factor[high]))])
            if not rise.at or _thousandths(self.found.factor[worst]) > rise.factor:
                rise = replace(self._rise(worst, alert.since), beyond=rise.beyond)
        ahead = self.moves.sites[self.beyond[:, first : column + 1].any(axis=1)]
        rise = replace(rise, beyond=tuple(sorted({*rise.beyond, *ahead.tolist()})))
        return replace(alert, value=rise.came, limit=rise.usual, detail=rise.as_detail())

    def goings_beyond(self, alert: Alert) -> list[int]:
        """The columns, of those that the alert was not judged by yet, in which sites begin to do more than others."""
        first = self._first(alert)
        ahead = self.beyond[~np.isin(self.moves.sites, Rise.of(alert).beyond), first:]
        begun = ahead[ahead.any(axis=1)].argmax(axis=1)
        return sorted({first + column for column in begun.tolist()})

    def _first(self, alert: Alert) -> int:
        """The first column that the alert was not judged by yet."""
        begun = Slot(alert.since - self.moves.step)
        return max(0, self.column(max(alert.judged_until or begun, begun)))

    def _rise(self, column: int, begun: int) -> Rise:
        """Of the bucket of a column; `begun` is the end of the first in which the sites were high."""
        move = self.moves.move[:, column]
        order = np.lexsort((self.moves.sites, -np.nan_to_num(move, nan=-np.inf)))[:MOST_LISTED]
        return Rise(
            at=self.end_of(column),
            since=begun - SPAN,
            sites=len(move),
            known=int(self.found.known[column]),
            moved=int(self.found.moved[column]),
            factor=_thousandths(self.found.factor[column]),
            span=SPAN,
            came=int(self.came[column]),
            usual=int(self.usual[column]),
            largest=tuple((int(self.moves.sites[n]), _thousandths(move[n])) for n in order if not np.isnan(move[n])),
        )


def _thousandths(value: float) -> int:
    return round(float(value) * 1000)
