"""Bytes counted so far, at the end of every bucket: what quotas are judged by."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bot.domain.block import Block
from bot.domain.times import Slot, Window
from bot.domain.usage import Direction
from bot.rules.contracts import Part

Counts = NDArray[np.int64]
Columns = NDArray[np.intp]


@dataclass(frozen=True, slots=True, eq=False)
class Ledger:
    """Several rows of running totals over one span of buckets; a row is a site, or some sites together.

    `running` has shape (R, N + 1): `running[r, n]` is what the first n buckets hold. `known` has shape (R, N): how
    many buckets of the row's sites are known there.
    """

    start: Slot
    step: int
    running: Counts
    known: NDArray[np.bool_] | NDArray[np.int64]

    @classmethod
    def of(cls, block: Block, direction: Direction, gaps: Counts | None = None) -> Ledger:
        """A row a site. `gaps`, shape (S, N), is what is taken for the buckets that are not known, where any is."""
        counted = block.of(direction)
        if gaps is not None:
            counted = np.where(block.known, counted, gaps)
        return cls(block.start, block.step, running(counted), block.known)

    @property
    def end(self) -> Slot:
        return Slot(self.start + (self.running.shape[1] - 1) * self.step)

    def column(self, slot: int) -> int:
        """How many buckets end at or before `slot`, cut to 0 … N."""
        return int(min(max((slot - self.start) // self.step, 0), self.running.shape[1] - 1))

    def columns(self, slots: Sequence[int]) -> Columns:
        """`column` of each."""
        places = (np.array(slots, np.int64) - self.start) // self.step
        return np.clip(places, 0, self.running.shape[1] - 1).astype(np.intp)

    def totals(self, rows: Columns, periods: Sequence[Window], untils: Sequence[int]) -> Counts:
        """Shape (len(rows), len(periods)): what each row holds of each period, up to the row's own `until`."""
        ends = np.minimum(self.columns([period.end for period in periods])[None, :], self.columns(untils)[:, None])
        starts = np.minimum(self.columns([period.start for period in periods])[None, :], ends)
        return self.running[rows[:, None], ends] - self.running[rows[:, None], starts]


def running(counted: Counts) -> Counts:
    """Shape (R, N + 1) of running totals, from nothing on."""
    total = np.zeros((counted.shape[0], counted.shape[1] + 1), np.int64)
    np.cumsum(counted, axis=1, out=total[:, 1:])
    return total


@dataclass(frozen=True, slots=True)
class Strand:
    """One part of what is counted: its row in the ledger, and what it held before the ledger begins."""

    part: Part
    row: int
    before: int = 0
    known_before: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Course:
    """How usage of one holder grows over a span in which the same parts are counted."""

    ledger: Ledger
    strands: Sequence[Strand]

    def used(self, end: int) -> int:
        """Bytes used, as billed, by `end` (of a bucket of the ledger, or its start)."""
        return self._used(self.ledger.column(end))

    def _used(self, column: int) -> int:
        total = 0
        for strand in self.strands:
            row = self.ledger.running[strand.row]
            first = min(self.ledger.column(strand.part.since), column)
            total += strand.part.billed(strand.before + int(row[column] - row[first]))
        return total

    def first(self, level: int, after: int, until: int) -> Slot | None:
        """The earliest end of a bucket, later than `after` and not later than `until`, by which `level` was used."""
        low, high = self.ledger.column(after) + 1, self.ledger.column(until)
        if low > high or self._used(high) < level:
            return None
        column = bisect_left(range(high + 1), level, lo=low, hi=high, key=self._used)
        return Slot(self.ledger.start + column * self.ledger.step)

    def known(self, end: int) -> int:
        """Buckets known by `end`, of those that are counted."""
        column, total = self.ledger.column(end), 0
        for strand in self.strands:
            first = min(self.ledger.column(strand.part.since), column)
            total += strand.known_before + int(self.ledger.known[strand.row, first:column].sum())
        return total

    def expected(self, end: int) -> int:
        """Buckets there are by `end`, of those that are counted."""
        return sum(
            len(strand.part.sites) * (max(0, end - strand.part.since) // self.ledger.step) for strand in self.strands
        )
