"""Rules that count what is possible: what is usual, in place of what is not known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bot.domain.block import Block
from bot.domain.hours import Hours
from bot.domain.times import HOUR, Slot, Window, ceil, floor
from bot.domain.usage import Direction
from bot.engine.usual import LOOK_BACK, usual
from bot.service.counting import Asked
from bot.service.ports import Transaction

Counts = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Gaps:
    """What is usual in each hour. `usual` has shape (S, H) and begins, as `hours` does, at `hours.start`."""

    hours: Hours
    usual: Counts
    row: Mapping[int, int]
    step: int

    @classmethod
    async def read(cls, tx: Transaction, sites: NDArray[np.int64], window: Window, step: int, of: Direction) -> Gaps:
        """For gaps of these sites inside the window; `step` is the seconds of a bucket."""
        first = Slot(floor(window.start, HOUR) - LOOK_BACK * HOUR)
        hours = await tx.buckets.hours(sites, Window(first, ceil(window.end, HOUR)))
        return cls(hours, usual(hours, of), {site: row for row, site in enumerate(sites.tolist())}, step)

    def of(self, block: Block, rows: Sequence[int] | None = None) -> Counts:
        """Shape (S, N): what a bucket of the block holds where it is not known. The block's rows are those that were
        read, or those of them that `rows` names."""
        slots = block.start + np.arange(block.length) * block.step
        mine = self.usual if rows is None else self.usual[list(rows)]
        return mine[:, (slots - self.hours.start) // HOUR]

    async def between(self, asked: Asked, site: int, start: Slot, end: Slot) -> int:
        """What the gaps of one site hold from `start` up to `end`, a whole hour."""
        if site not in self.row:
            return 0
        whole = min(ceil(start, HOUR), end)
        first, last = ((slot - self.hours.start) // HOUR for slot in (whole, end))
        row = self.row[site]
        missing = HOUR // self.step - self.hours.known[row, first:last]
        total = int((self.usual[row, first:last] * np.maximum(missing, 0)).sum())
        if start < whole:
            usage = (await asked([site], start, whole))[site]
            total += int(self.usual[row, (start - self.hours.start) // HOUR]) * (usage.expected - usage.known)
        return total
