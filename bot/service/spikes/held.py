"""What is remembered of each site, in this process and in the history, and whether it may be gone on with.

A row is gone on with while its site was judged again by nobody else: the site's progress counts how often that was
(`rewound`), and what an aborted transaction left is not believed. Else what the history keeps is loaded, which is of a
midnight and, whoever judged, of nothing that changed since: where buckets before it change, it is moved back in the
transaction that judges them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping, Sequence
from functools import partial

import numpy as np
from numpy.typing import NDArray

from bot.domain.times import DAY, Slot, floor
from bot.domain.usage import Direction
from bot.engine.spikes.memory import NEVER, Memory, Rows
from bot.engine.spikes.value import decode, encode
from bot.service.judging import Due
from bot.service.ports import Baseline, BaselineTable
from bot.service.spikes.hands import Hands
from bot.service.spikes.marks import Marks

NOBODY = -1
"""A count of which nothing is believed."""
LOADED_AT_ONCE = 200
SAVED_AT_ONCE = 250
"""Values written in one pass, some two megabytes: those of ten thousand sites take three hours of the day."""


class Held:
    """Sites by their keys. `counts` are what their progress counted when they were seen last, `since` from where on
    their history was known when their memory began, `stored` the midnights of what the history keeps of them."""

    def __init__(self, directions: tuple[Direction, ...], step: int) -> None:
        self.memory = Memory.empty(0, directions, step)
        self.marks = Marks(self.memory)
        self._rows: dict[int, int] = {}
        self._are_open = np.zeros(0, np.bool_)
        self.counts, self.since, self._stored = (np.zeros(0, np.int64) for _ in range(3))

    def rows(self, sites: Sequence[int]) -> Rows:
        """The rows of these sites, made where they are new."""
        new = [site for site in sites if site not in self._rows]
        if new:
            self._rows |= {site: len(self._rows) + n for n, site in enumerate(new)}
            self.memory.grow(len(new))
            self._become(self.memory, np.arange(len(self._rows) - len(new)))
        return np.array([self._rows[site] for site in sites], np.intp)

    def keep(self, sites: Collection[int]) -> None:
        """Forget all sites but these."""
        left = {site: row for site, row in self._rows.items() if site in sites}
        if len(left) < len(self._rows):
            rows = np.array(list(left.values()), np.intp)
            self._rows = {site: row for row, site in enumerate(left)}
            self._become(self.memory.taken(rows), rows)

    def _become(self, memory: Memory, rows: Rows) -> None:
        """Go on with this memory, whose first rows were these."""
        more = len(memory) - len(rows)
        self.memory, self.marks = memory, Marks(memory)
        self.counts = np.append(self.counts[rows], np.full(more, NOBODY))
        self.since = np.append(self.since[rows], np.full(more, NEVER))
        self._stored = np.append(self._stored[rows], np.full(more, NEVER))
        self._are_open = np.append(self._are_open[rows], np.zeros(more, np.bool_))

    def settle(self, *, is_done: bool) -> None:
        """What was judged since the last time is committed; or nobody knows, and none of it is believed."""
        if not is_done:
            self.counts[self._are_open] = NOBODY
        self._are_open[:] = False

    def forget(self, rows: Rows) -> None:
        self.memory.begin(rows, Slot(NEVER))
        self.marks.drop(rows)

    def go_back(self, rows: Rows, slots: NDArray[np.int64]) -> None:
        """Be as at some time before these slots, as late as can be; remember nothing where that is too long ago."""
        left = ~self.marks.go_back(rows, slots)
        for row, slot in zip(rows[left].tolist(), slots[left].tolist(), strict=True):
            one = np.array([row], np.intp)
            if self.memory.can_go_back(row, slot):
                self.memory.go_back(one, slot)
            else:
                self.forget(one)

    # --- the history ----------------------------------------------------------------------------------------

    async def trust(self, table: BaselineTable | None, rows: Rows, due: Sequence[Due]) -> None:
        """Go on with what is remembered of each of `due` (row i is `rows[i]`), or with what the history keeps."""
        self._are_open[rows] = True
        if table is None:
            return
        counts = np.array([item.rewound for item in due], np.int64)
        doubted = np.flatnonzero(self.counts[rows] != counts)
        keys = np.array([item.site.key for item in due], np.int64)
        async with Hands() as hands:
            for first in range(0, len(doubted), LOADED_AT_ONCE):
                some = doubted[first : first + LOADED_AT_ONCE]
                kept = await table.load(keys[some].tolist())
                await hands.give(first, partial(self._put, keys[some].tolist(), rows[some], kept))
        self.counts[rows] = counts + np.array([item.is_revised for item in due], np.int64)
        await self._move_back(table, rows, due)

    def _put(self, sites: Sequence[int], rows: Rows, kept: Mapping[int, Baseline]) -> None:
        """Put what was kept of these sites into these rows; nothing else is remembered of them."""
        self.marks.drop(rows)
        self._stored[rows] = NEVER
        are_kept = np.array([site in kept for site in sites], np.bool_)
        self.memory.begin(rows[~are_kept], Slot(NEVER))
        rows, there = rows[are_kept], [kept[site] for site in sites if site in kept]
        usable = decode(self.memory, rows, [one.value for one in there])
        self.since[rows[usable]] = np.array([one.since for one in there], np.int64)[usable]
        self._stored[rows[usable]] = np.array([one.until for one in there], np.int64)[usable]
        moved = rows[usable & (self.memory.until[rows] > self._stored[rows])]
        self.go_back(moved, self._stored[moved])

    async def _move_back(self, table: BaselineTable, rows: Rows, due: Sequence[Due]) -> None:
        """Where days before the last midnight are judged again, what is kept of them is not true any more."""
        moved = {
            place: floor(item.dirty_from, DAY)
            for place, item in enumerate(due)
            if item.judged_until is not None and item.dirty_from < floor(item.judged_until, DAY)
        }
        await table.go_back({due[place].site.key: until for place, until in moved.items()})
        for place, until in moved.items():
            self._stored[rows[place]] = min(until, self._stored[rows[place]])

    async def save(self, table: BaselineTable) -> None:
        """Write what is remembered of some of the sites that were just judged, as of the last midnight."""
        midnights = self.memory.until // DAY * DAY
        has_more = self._are_open & (midnights > self._stored) & (midnights > self.memory.since)
        rows = np.flatnonzero(has_more)
        rows = rows[np.argsort(self._stored[rows], kind="stable")][:SAVED_AT_ONCE]
        if not len(rows):
            return
        values = await asyncio.to_thread(encode, self._at_midnight(rows), np.arange(len(rows)))
        sites = dict(zip(self._rows.values(), self._rows, strict=True))
        kept = zip(rows.tolist(), values, strict=True)
        await table.save(
            {sites[row]: Baseline(Slot(int(self.since[row])), Slot(int(midnights[row])), one) for row, one in kept}
        )
        self._stored[rows] = midnights[rows]

    def _at_midnight(self, rows: Rows) -> Memory:
        memory = self.memory.taken(rows)
        for midnight in np.unique(memory.until // DAY * DAY).tolist():
            memory.go_back(np.flatnonzero(memory.until // DAY * DAY == midnight), Slot(midnight))
        return memory
