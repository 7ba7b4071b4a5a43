"""Scores of a past, kept where an alert may be looked at again before its life goes on.

They are kept while alerts of spikes are open, which is seldom: those of a whole past would take more memory than the
past. What came late changes them only from when it was seen.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from bot.alerts.model import Alert, Kind
from bot.domain.block import Block
from bot.domain.times import Slot, Window
from bot.domain.usage import Direction
from bot.engine.spikes.scores import Scores
from bot.service.judging import Batch, Due
from bot.service.ports import Transaction

ONE = np.zeros(1, np.intp)
AT_ONCE = Slot(0)
"""When that was known which was on time: no scores are asked for before their buckets have ended."""


@dataclass(slots=True)
class Scored:
    """By site (its key): since when they were known, and scores of one row."""

    kept: defaultdict[int, list[tuple[Slot, Scores]]] = field(default_factory=lambda: defaultdict(list))

    def keep(self, batch: Batch) -> None:
        """What a batch's alerts of spikes were judged by."""
        scores, rows = batch.found, {due.site.key: row for row, due in enumerate(batch.due)}
        for alert in batch.alerts:
            if scores is not None and alert.key.kind is Kind.SPIKE and alert.key.site in rows:
                row = rows[alert.key.site]
                window = _of(alert, batch.due[row], batch.block.step)
                part = scores.of_rows(np.array([row], np.intp)).within(window)
                self.kept[alert.key.site].append((AT_ONCE if batch.at is None else batch.at, part))

    def add(self, other: Scored) -> None:
        """Of other sites."""
        self.kept.update(other.kept)

    def known(self, at: Slot, directions: tuple[Direction, ...]) -> Known:
        return Known(self, at, directions)


def _of(alert: Alert, due: Due, step: int) -> Window:
    """What is judged of the alert in this pass, from the bucket that began it on."""
    start = min(max(due.dirty_from, Slot(alert.since - step)), Slot(due.until - step))
    return Window(start, due.until)


@dataclass(frozen=True, slots=True)
class Known:
    """`Scoring` by what was known at one moment; scores that were not kept are unknown."""

    scored: Scored
    at: Slot
    directions: tuple[Direction, ...]

    async def see(self, tx: Transaction, due: Sequence[Due], block: Block) -> Scores:  # noqa: ARG002 - nothing is read
        scores = Scores.unknown(self.directions, block.start, block.step, len(due), block.length)
        for row, item in enumerate(due):
            for known_at, part in self.scored.kept.get(item.site.key, ()):
                if known_at <= self.at and part.start < block.end and part.end > block.start:
                    scores.put_rows(ONE + row, part)
        return scores

    async def again(self, tx: Transaction, due: Sequence[Due], block: Block, first: Slot) -> Scores:  # noqa: ARG002
        return await self.see(tx, due, block)
