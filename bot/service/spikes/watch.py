"""The memory of what is usual at every site, brought up to what is judged.

It is a function of the buckets alone: of late ones what was seen since the midnight before them is seen again, and
where that is too long ago, all that is kept of the site.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from bot.domain.block import Block
from bot.domain.times import DAY, Slot, Window
from bot.domain.usage import Direction
from bot.engine.spikes.memory import NEVER, Memory
from bot.engine.spikes.offsets import Offsets
from bot.engine.spikes.scores import Scores
from bot.engine.spikes.seen import LOOK_BACK
from bot.engine.spikes.watch import watch
from bot.rules.model import Rule, Spike
from bot.service.judging import Due
from bot.service.ports import BucketTable

AT_ONCE = 4_000_000
"""Buckets that are looked at at once where much is seen again."""


def directions_of(rules: Sequence[Rule]) -> tuple[Direction, ...]:
    """In which directions spikes are looked for: in and out, which are judged beside each other, before any other."""
    asked = {direction for rule in rules if isinstance(rule.judge, Spike) for direction in rule.directions}
    return tuple(each for each in Direction if each in asked | {Direction.IN, Direction.OUT}) if asked else ()


class Watch:
    """Sites are known by their keys. `step` is the seconds of a bucket."""

    def __init__(self, directions: tuple[Direction, ...], step: int) -> None:
        self._memory = Memory.empty(0, directions, step)
        self._rows: dict[int, int] = {}

    @property
    def directions(self) -> tuple[Direction, ...]:
        return self._memory.directions

    async def see(self, buckets: BucketTable, due: Sequence[Due], block: Block) -> Scores:
        """Row i of `block` is of `due[i]`, whose buckets are new from `dirty_from` up to `until`. Scores of the block's
        columns, unknown where nothing is new."""
        rows = self._places([item.site.key for item in due])
        starts = [self._start(row, item) for row, item in zip(rows.tolist(), due, strict=True)]
        return await _seen(self._memory, rows, due, starts, buckets, block)

    async def alone(self, buckets: BucketTable, due: Due, block: Block, first: Slot) -> Scores:
        """Scores of `block`, of one site, from slot `first` on, as they would have been; nothing is remembered."""
        row = self._places([due.site.key])
        memory = self._memory.taken(row)
        start = _back(memory, 0, first, due)
        return await _seen(memory, np.zeros(1, np.intp), [due], [start], buckets, block)

    def _start(self, row: int, due: Due) -> Slot:
        """From where the site must be seen: where its memory ends, or before what was revised."""
        until = int(self._memory.until[row])
        if until == NEVER or until > due.dirty_from:
            return _back(self._memory, row, due.dirty_from, due)
        return Slot(until)

    def _places(self, sites: Sequence[int]) -> NDArray[np.intp]:
        new = [site for site in sites if site not in self._rows]
        if new:
            self._memory.grow(len(new))
            self._rows |= {site: len(self._rows) + n for n, site in enumerate(new)}
        return np.array([self._rows[site] for site in sites], np.intp)


def _back(memory: Memory, row: int, slot: Slot, due: Due) -> Slot:
    """Be as before `slot`; or know nothing, where that is too long ago."""
    one = np.array([row], np.intp)
    if memory.until[row] != NEVER and memory.can_go_back(row, slot):
        memory.go_back(one, slot)
    else:
        memory.begin(one, due.known_from)
    return Slot(int(memory.until[row]))


async def _seen(
    memory: Memory,
    rows: NDArray[np.intp],
    due: Sequence[Due],
    starts: Sequence[Slot],
    buckets: BucketTable,
    block: Block,
) -> Scores:
    """Sites that begin and end alike are seen together."""
    scores = Scores.unknown(memory.directions, block.start, block.step, len(due), block.length)
    alike: Mapping[tuple[Slot, Slot], list[int]] = defaultdict(list)
    for place, (start, item) in enumerate(zip(starts, due, strict=True)):
        if start < item.until:
            alike[start, item.until].append(place)
    for (start, until), places in alike.items():
        some = np.array(places, np.intp)
        zones = [due[place].site.timezone for place in places]
        for window in reversed(list(_chunks(start, until, len(places), block.step))):
            read = Window(Slot(window.start - LOOK_BACK), window.end)
            own = await _read(buckets, block, some, read)
            part = watch(memory, rows[some], own, Offsets.of(zones, window), own.column(window.start))
            scores.put_rows(some, part)
    return scores


def _chunks(start: Slot, until: Slot, sites: int, step: int) -> list[Window]:
    size = max(DAY, AT_ONCE * step // max(1, sites) // DAY * DAY)
    return list(Window(start, until).chunks(size))


async def _read(buckets: BucketTable, block: Block, places: NDArray[np.intp], window: Window) -> Block:
    if block.start <= window.start and window.end <= block.end:
        first, end = block.column(window.start), block.column(window.end)
        return block.rows(places).columns(first, end)
    return await buckets.block(block.sites[places], window, block.step)
