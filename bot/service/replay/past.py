"""Usage of a fleet held in memory: what a replay reads."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bot.domain.block import Block
from bot.domain.hours import Hours
from bot.domain.times import Slot, Window


@dataclass(frozen=True, slots=True, eq=False)
class Past:
    """Raw buckets of every site over one window, and, where it reaches further back, hourly sums before it.

    Rows of both are the same sites. `hours` ends where `block` begins, on a whole UTC hour.
    """

    block: Block
    hours: Hours | None = None

    @property
    def sites(self) -> NDArray[np.int64]:
        return self.block.sites

    @property
    def start(self) -> Slot:
        """From here on something may be known: the beginning of the hourly sums, or else of the buckets."""
        return self.hours.start if self.hours is not None else self.block.start

    @property
    def window(self) -> Window:
        """What the raw buckets cover."""
        return Window(self.block.start, self.block.end)

    def part(self, first: int, end: int) -> Past:
        """The sites of rows `first` up to, not including, `end`; nothing is copied."""
        block, hours, own = self.block, self.hours, slice(first, end)
        raw = Block(
            block.sites[own], block.start, block.step, block.in_bytes[own], block.out_bytes[own], block.known[own]
        )
        return Past(raw, None if hours is None else _rows_of(hours, own))

    def copied(self, rows: NDArray[np.intp]) -> Past:
        """Some of the sites, in matrices of their own, that may be written to."""
        return Past(self.block.rows(rows), None if self.hours is None else _rows_of(self.hours, rows))


def _rows_of(hours: Hours, own: slice | NDArray[np.intp]) -> Hours:
    sums = (hours.in_bytes[own], hours.out_bytes[own], hours.max_bytes[own], hours.known[own])
    return Hours(hours.sites[own], hours.start, *sums)
