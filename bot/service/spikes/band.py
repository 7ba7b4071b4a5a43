"""What is usual at one site, hour by hour, beside what came: for explanations and charts.

It is worked out by the same code that judges, from what the history keeps of the site's memory where that is recent
enough, else from its buckets: so whoever can read the database can show it. Levels are those on which an hour is
judged: what was kept up throughout it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from bot.domain.block import Block
from bot.domain.times import DAY, HOUR, Slot, Window, ceil, floor, to_instant
from bot.domain.usage import Direction
from bot.engine.spikes.memory import CELL, NEVER, Memory
from bot.engine.spikes.offsets import Offsets
from bot.engine.spikes.scales import HOURLY, levels
from bot.engine.spikes.scores import Floats, Scores
from bot.engine.spikes.seen import LOOK_BACK
from bot.engine.spikes.usual import Usual, usual
from bot.engine.spikes.value import decode
from bot.engine.spikes.watch import watch
from bot.service.ports import Baseline
from bot.service.spikes.hours import BandHour
from bot.service.spikes.looking import note_beginnings

Read = Callable[[Window], Awaitable[Block]]
"""The raw buckets of the site in a window."""
HORIZON = 92 * DAY
"""So much history says all that a verdict can depend on: eight weeks of days, each judged by the five before it."""
_ROW: NDArray[np.intp] = np.zeros(1, np.intp)


@dataclass(frozen=True, slots=True)
class Looked:
    """What was found of a window: the scores of its buckets, and its hours in each direction. `since` is the beginning
    of what is remembered, the window's end where nothing is."""

    scores: Scores
    since: Slot
    hours: Mapping[Direction, Sequence[BandHour]]


async def look(
    read: Read, zone: ZoneInfo, memory: Memory, kept: Baseline | None, known_from: Slot, window: Window
) -> Looked:
    """Judge the window again, remembering what came before it in an empty memory of one site; its ends are those of
    buckets."""
    begin = max(known_from, floor(window.start - HORIZON, DAY))
    start, step = Slot(min(max(begin, window.start), window.end - memory.step)), memory.step
    begin = _go_on(memory, kept, start) or _begin(memory, Slot(min(begin, start)))
    scores = Scores.unknown(memory.directions, window.start, step, 1, (window.end - window.start) // step)
    hours: dict[Direction, list[BandHour]] = {each: [] for each in memory.directions}
    for part in _parts(Window(begin, window.end), floor(start, DAY)):
        block = await read(Window(Slot(part.start - LOOK_BACK), part.end))
        offsets = Offsets.of([zone], part)
        note_beginnings(memory, _ROW, block, block.column(part.start))
        if part.end > start:
            _add_hours(hours, memory, block, offsets, Window(max(part.start, start), part.end))
        found = watch(memory, _ROW, block, offsets, block.column(part.start))
        if part.end > start:
            scores.put_rows(_ROW, found)
    since = Slot(int(memory.since[0]))
    return Looked(scores, since if since != NEVER else window.end, hours)


def _go_on(memory: Memory, kept: Baseline | None, start: Slot) -> Slot | None:
    """Remember what the history kept, up to a midnight; None where that says nothing of the days before `start`."""
    if kept is None or not decode(memory, _ROW, [kept.value])[0]:
        return None
    midnight = floor(min(start, kept.until), DAY)
    if not memory.can_go_back(0, midnight):
        return None
    memory.go_back(_ROW, midnight)
    return midnight


def _begin(memory: Memory, begin: Slot) -> Slot:
    memory.begin(_ROW, begin)
    memory.since[_ROW] = NEVER
    return begin


def _parts(whole: Window, turn: Slot) -> Iterator[Window]:
    """All of it before the turn at once, and then day by day: what is usual is that of the midnight before."""
    if whole.start < turn:
        yield Window(whole.start, turn)
    rest = Window(max(whole.start, turn), whole.end)
    for midnight in range(floor(rest.start, DAY), rest.end, DAY):
        yield Window(max(rest.start, Slot(midnight)), min(rest.end, Slot(midnight + DAY)))


def _add_hours(
    hours: dict[Direction, list[BandHour]], memory: Memory, block: Block, offsets: Offsets, window: Window
) -> None:
    """The whole hours that end within a window, which lies in one day."""
    ends = np.arange(ceil(window.start + 1, HOUR), window.end + 1, HOUR)
    if not len(ends):
        return
    last = (ends - block.step) // CELL
    cells = np.arange(last[0], last[-1] + 1)
    low, middle, top = _range(usual(memory, _ROW, offsets, cells), last - last[0])
    came = _came(memory, block, (ends - block.start) // block.step - 1)
    for place, direction in enumerate(memory.directions):
        found = np.stack([each[:, place] for each in (came, low, middle, top)]) * (HOUR / block.step)
        hours[direction].extend(_hours(ends, found))


def _range(known: Usual, cells: NDArray[np.int64]) -> tuple[Floats, Floats, Floats]:
    """Shape (M, C), bytes a bucket: the lowest, middle and highest of what is usual."""
    first, second = (each[0, cells][..., HOURLY] for each in (known.first, known.second))
    top = np.sqrt((first + 1) * (second + 1)) - 1
    low, middle = known.low[0, cells][..., HOURLY], known.near[0, cells][..., HOURLY]
    return np.fmin(low, middle), middle, np.fmax(top, middle)


def _came(memory: Memory, block: Block, columns: NDArray[np.int64]) -> Floats:
    """Shape (M, C): bytes a bucket that were kept up for the hour that ends with each column."""
    usage = np.stack([block.of(one) for one in memory.directions], axis=1).astype(np.float32)
    usage = np.where(block.known[:, None], usage, np.float32(np.nan))
    found: Floats = levels(usage, block.step, 0)[0, columns][..., HOURLY]
    return found


def _hours(ends: NDArray[np.int64], found: Floats) -> Iterator[BandHour]:
    for end, amounts in zip(ends.tolist(), found.T.tolist(), strict=True):
        yield BandHour(to_instant(end - HOUR), *(None if np.isnan(each) else round(each) for each in amounts))
