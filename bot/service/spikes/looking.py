"""Seeing buckets of the past and the present, in pieces that bound what is held of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from zoneinfo import ZoneInfo

import numpy as np

from bot.domain.block import Block
from bot.domain.times import DAY, Slot, Window, floor
from bot.engine.spikes.memory import NEVER, Memory, Rows
from bot.engine.spikes.offsets import Offsets
from bot.engine.spikes.scores import Scores
from bot.engine.spikes.seen import LOOK_BACK
from bot.engine.spikes.watch import watch
from bot.service.ports import BucketTable
from bot.service.spikes.hands import Hands

READ_AT_ONCE = 500_000
"""Sites times buckets that are read at once where the block does not hold them: thirty megabytes on their way."""
SEEN_AT_ONCE = 100_000
"""Sites times buckets that a hand scores at once, of which each takes about half a kilobyte meanwhile."""
IN_PASSING = 5_000
"""So many are scored without letting others have their turn."""


@dataclass(frozen=True, slots=True, eq=False)
class Sight:
    """Where sites are seen: site i is row `rows[i]` of the memory, in zone `zones[i]`, and row i of the block; its
    scores are put into row `targets[i]` of `scores`, which are of the block's columns."""

    memory: Memory
    rows: Rows
    zones: Sequence[ZoneInfo]
    block: Block
    scores: Scores
    targets: Rows

    async def look(self, buckets: BucketTable, window: Window) -> None:
        """See what was not seen yet of a window, at whose start the memory of all sites ends."""
        async with Hands() as hands:
            for places, part in _pieces(len(self.rows), window, self.block.step):
                own = await _read(buckets, self.block, places, Window(Slot(part.start - LOOK_BACK), part.end))
                if len(places) * (part.end - part.start) // own.step > IN_PASSING:
                    await hands.give(int(places[0]), partial(self._see, places, own, part))
                else:
                    await hands.done(int(places[0]))
                    self._see(places, own, part)

    def _see(self, places: Rows, own: Block, part: Window) -> None:
        first, rows = own.column(part.start), self.rows[places]
        note_beginnings(self.memory, rows, own, first)
        offsets = Offsets.of([self.zones[place] for place in places.tolist()], part)
        found = watch(self.memory, rows, own, offsets, first)
        if part.end > self.block.start:
            self.scores.put_rows(self.targets[places], found)


def _pieces(count: int, window: Window, step: int) -> Iterator[tuple[Rows, Window]]:
    """Rows and windows, those of a row in order."""
    a_day = min(DAY, window.end - window.start) // step
    size = max(1, min(READ_AT_ONCE // (a_day + LOOK_BACK // step), SEEN_AT_ONCE // a_day))
    for first in range(0, count, size):
        places = np.arange(first, min(first + size, count))
        days = max(1, SEEN_AT_ONCE // (len(places) * a_day))
        start = window.start
        while start < window.end:
            end = Slot(min(floor(start + days * DAY, DAY), window.end))
            yield places, Window(start, end)
            start = end


async def _read(buckets: BucketTable, block: Block, places: Rows, window: Window) -> Block:
    """Of the window what the block does not hold."""
    if window.end <= block.start or window.end > block.end:
        return await buckets.block(block.sites[places], window, block.step)
    own = block if len(places) == len(block.sites) else block.rows(places)
    own = own.columns(block.column(window.start), block.column(window.end))
    if block.start <= window.start:
        return own
    before = await buckets.block(own.sites, Window(window.start, block.start), block.step)
    return before.then(own)


def note_beginnings(memory: Memory, rows: Rows, block: Block, first: int) -> None:
    """A site's memory is as old as the first bucket that is known of it, however far back it was asked for."""
    new = np.flatnonzero(memory.since[rows] == NEVER)
    if len(new):
        known = block.known[new, first:]
        begun = known.any(axis=1)
        slots = block.start + (first + known.argmax(axis=1)) * block.step
        memory.since[rows[new[begun]]] = slots[begun]
        memory.put_away(rows[new[begun]])
