"""Rules that count what is possible: what is usual, in place of what is not known."""

from __future__ import annotations

from collections.abc import Mapping
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
    """What is usual in each hour, of the sites that have gaps; `row` says where each is. `usual` has shape (S, H) and
    begins, as `hours` does, at `hours.start`."""

    hours: Hours
    usual: Counts
    row: Mapping[int, int]
    step: int

    @classmethod
    async def read(cls, tx: Transaction, sites: NDArray[np.int64], window: Window, step: int, of: Direction) -> Gaps:
        """For gaps of these sites inside the window; `step` is the seconds of a bucket.

        Weeks are read only of the sites that have a gap there: most have none, and nothing is taken for it.
        """
        usages = await tx.buckets.usage(sites.tolist(), window, step)
        lacking = [site for site in sites.tolist() if usages[site].known < usages[site].expected]
        first = Slot(floor(window.start, HOUR) - LOOK_BACK * HOUR)
        hours = await tx.buckets.hours(np.array(lacking, np.int64), Window(first, ceil(window.end, HOUR)))
        return cls(hours, usual(hours, of), {site: row for row, site in enumerate(lacking)}, step)

    def of(self, block: Block) -> Counts:
        """Shape (S, N): what a bucket of the block holds where it is not known; 0 in rows without a gap."""
        hours = (block.start + np.arange(block.length) * block.step - self.hours.start) // HOUR
        held = np.zeros(block.known.shape, np.int64)
        for place, site in enumerate(block.sites.tolist()):
            if site in self.row:
                held[place] = self.usual[self.row[site], hours]
        return held

    async def between(self, asked: Asked, site: int, start: Slot, end: Slot) -> int:
        """What the gaps of one site hold from `start` up to `end`; 0 of a site that nothing was read of."""
        if site not in self.row:
            return 0
        first, last = ceil(start, HOUR), floor(end, HOUR)
        if first >= last:
            edges = [(a, b) for a, b in ((start, min(first, end)), (min(first, end), end)) if a < b]
        else:
            edges = [(a, b) for a, b in ((start, first), (last, end)) if a < b]
        row, total = self.row[site], 0
        if first < last:
            columns = slice((first - self.hours.start) // HOUR, (last - self.hours.start) // HOUR)
            missing = np.maximum(HOUR // self.step - self.hours.known[row, columns], 0)
            total = int((self.usual[row, columns] * missing).sum())
        for a, b in edges:
            usage = (await asked([site], a, b))[site]
            total += int(self.usual[row, (a - self.hours.start) // HOUR]) * (usage.expected - usage.known)
        return total
