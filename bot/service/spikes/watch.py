"""The memory of what is usual at every site, brought up to what is judged.

It is a function of the buckets alone: of late ones what was seen since some time before them is seen again, and where
that is too long ago, all that is kept of the site. So is a site whose history turns out to reach further back.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from bot.domain.block import Block
from bot.domain.times import DAY, Slot, Window, floor
from bot.domain.usage import Direction
from bot.engine.spikes.memory import NEVER, Rows
from bot.engine.spikes.scores import Scores
from bot.rules.model import Rule, Spike
from bot.service.judging import Due
from bot.service.ports import BaselineTable, BucketTable, Transaction
from bot.service.spikes.held import Held
from bot.service.spikes.looking import Sight

HORIZON = 92 * DAY
"""A memory begins at most so long before what is judged: further back nothing of it is remembered anyway."""

Slots = NDArray[np.int64]


def directions_of(rules: Sequence[Rule]) -> tuple[Direction, ...]:
    """In which directions spikes are looked for: in and out, which are judged beside each other, before any other."""
    asked = {direction for rule in rules if isinstance(rule.judge, Spike) for direction in rule.directions}
    return tuple(each for each in Direction if each in asked | {Direction.IN, Direction.OUT}) if asked else ()


class Watch:
    """Sites are known by their keys. `step` is the seconds of a bucket.

    In a pass at most `patience` buckets (None: any number) of the past are seen for sites of which nothing is
    remembered; of the others nothing is said until a later pass.
    """

    def __init__(self, directions: tuple[Direction, ...], step: int, patience: int | None = None) -> None:
        self._held = Held(directions, step)
        self._patience = patience
        self._left = 0
        self.settle(is_done=True)

    @property
    def directions(self) -> tuple[Direction, ...]:
        return self._held.memory.directions

    def keep(self, sites: Collection[int]) -> None:
        """Forget all sites but these."""
        self._held.keep(sites)

    def settle(self, *, is_done: bool) -> None:
        """A pass is over: what it saw is committed, or is not believed."""
        self._held.settle(is_done=is_done)
        self._left = self._patience if self._patience is not None else 0

    async def save(self, table: BaselineTable) -> None:
        """Have the history keep what is remembered of some of the sites that were seen in this pass."""
        await self._held.save(table)

    async def see(self, tx: Transaction, due: Sequence[Due], block: Block) -> Scores:
        """Row i of `block` is of `due[i]`, whose buckets are new from `dirty_from` up to `until`. Scores of the block's
        columns, unknown where nothing is new."""
        rows = await asyncio.to_thread(self._held.rows, [item.site.key for item in due])
        await self._held.trust(tx.baselines, rows, due)
        dirty = np.array([item.dirty_from for item in due], np.int64)
        revised = np.flatnonzero(self._held.memory.until[rows] > dirty)
        self._held.go_back(rows[revised], dirty[revised])
        await self._begin(tx.buckets, rows, due)
        return await self._bring_up(tx.buckets, rows, due, block)

    async def again(self, tx: Transaction, due: Sequence[Due], block: Block, first: Slot) -> Scores:
        """Scores of `block`, which ends with what is known of each of `due`, from slot `first` on, as they would have
        been; nothing is remembered."""
        memory = self._held.memory.taken(self._held.rows([item.site.key for item in due]))
        scores = Scores.unknown(memory.directions, block.start, block.step, len(due), block.length)
        known = np.flatnonzero(memory.until != NEVER) if first < block.end else np.zeros(0, np.intp)
        can_go_back = np.array([memory.can_go_back(place, first) for place in known.tolist()], np.bool_)
        memory.go_back(known[can_go_back], first)
        anew = known[~can_go_back]
        earliest = await tx.buckets.begin() if len(anew) else None
        for place in anew.tolist():
            memory.begin(np.array([place], np.intp), _beginning(due[place], earliest))
            memory.since[place] = NEVER
        for start in np.unique(memory.until[known]).tolist():
            some = known[memory.until[known] == start]
            zones = [due[place].site.timezone for place in some.tolist()]
            sight = Sight(memory, some, zones, block.rows(some), scores, some)
            await sight.look(tx.buckets, Window(Slot(start), block.end))
        return scores

    async def _begin(self, buckets: BucketTable, rows: Rows, due: Sequence[Due]) -> None:
        """Begin with the sites of which nothing is remembered, or too little, as far as there is patience."""
        memory, until = self._held.memory, self._held.memory.until[rows]
        wanted = [
            place
            for place, item in enumerate(due)
            if until[place] < item.dirty_from - DAY or self._reaches_further(int(rows[place]), item)
        ]
        earliest = await buckets.begin() if wanted else None
        for place in wanted:
            item, one = due[place], rows[place : place + 1]
            start = _beginning(item, earliest)
            if start <= until[place] and not self._reaches_further(int(rows[place]), item):
                continue  # it was off for a while, and what came since is at hand
            cost = (item.until - start) // memory.step
            if not self._has_patience(cost):
                continue
            self._left -= cost
            self._held.forget(one)
            memory.begin(one, start)
            memory.since[one] = NEVER
            self._held.since[one] = item.known_from

    def _has_patience(self, cost: int) -> bool:
        """In each pass at least one site has its turn."""
        return self._patience is None or cost <= self._left or self._left == self._patience

    def _reaches_further(self, row: int, due: Due) -> bool:
        """Whether the site's history turned out to reach back so much further that all of it should be seen again:
        once there is twice as much of it, and then at most once a day, while it is filled in by pieces."""
        since, until = int(self._held.since[row]), int(self._held.memory.until[row])
        if until == NEVER or since <= max(due.known_from, until - HORIZON):
            return False
        is_new_day = floor(until, DAY) < floor(due.until, DAY)
        return is_new_day or until - due.known_from >= 2 * (until - since)

    async def _bring_up(self, buckets: BucketTable, rows: Rows, due: Sequence[Due], block: Block) -> Scores:
        """Sites that begin and end alike are seen together."""
        scores = Scores.unknown(self.directions, block.start, block.step, len(due), block.length)
        for (start, mark, until), places in self._alike(rows, due).items():
            some = np.array(places, np.intp)
            own = block.rows(some) if len(places) < len(due) else block
            zones = [due[place].site.timezone for place in places]
            sight = Sight(self._held.memory, rows[some], zones, own, scores, some)
            if start < mark:
                await sight.look(buckets, Window(start, mark))
            if mark < until:
                self._held.marks.set(rows[some])
                await sight.look(buckets, Window(mark, until))
        return scores

    def _alike(self, rows: Rows, due: Sequence[Due]) -> Mapping[tuple[Slot, Slot, Slot], list[int]]:
        """Places in `due` by where they were seen up to, where a mark is to be set (the end where none is) and the end
        of what is new; those of which nothing is known are left out."""
        starts, dirty = self._held.memory.until[rows], np.array([item.dirty_from for item in due], np.int64)
        are_old = self._held.marks.are_old(rows, dirty) & (dirty >= starts)
        found: Mapping[tuple[Slot, Slot, Slot], list[int]] = defaultdict(list)
        for place, (start, is_old, item) in enumerate(zip(starts.tolist(), are_old.tolist(), due, strict=True)):
            if start != NEVER and start < item.until:
                mark = item.dirty_from if is_old and item.dirty_from < item.until else item.until
                found[Slot(start), mark, item.until].append(place)
        return found


def _beginning(due: Due, earliest: Slot | None) -> Slot:
    """The midnight from which on the site is seen: `earliest` is the first bucket that there is of any site."""
    known = max(due.known_from, due.dirty_from - HORIZON, earliest if earliest is not None else due.dirty_from)
    return floor(known, DAY)
