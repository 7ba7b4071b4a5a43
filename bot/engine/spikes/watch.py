"""See new buckets: score each by what was usual until the midnight before, and remember the days that are over."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bot.domain.block import Block
from bot.domain.times import DAY, Slot
from bot.engine.spikes.at_hand import lately_at, own_at, usual_at
from bot.engine.spikes.codes import UNKNOWN, decode, encode
from bot.engine.spikes.memory import CELL, CELLS, DAYS, HEATED, PEAKS, RATIO, WEEKLY, WIDE, Memory, Rows
from bot.engine.spikes.offsets import Offsets
from bot.engine.spikes.scales import HOURLY
from bot.engine.spikes.scores import Floats, Scores
from bot.engine.spikes.seen import Seen, seen
from bot.engine.spikes.traits import Circumstances, Excess, excess, traits
from bot.engine.spikes.weigh import weigh

BUSY = 0.95
"""The quantile of a day's buckets that is its busy level."""
AT_ONCE = 200_000
"""Buckets of a day that are scored at once: it takes some 400 bytes each."""


def watch(memory: Memory, rows: Rows, block: Block, offsets: Offsets, first: int) -> Scores:
    """Score the columns of `block` from `first` on, and remember them. Row i of the block and of `offsets` is row
    `rows[i]` of the memory, whose `until` must be the start of column `first` for all of them; what comes before it is
    looked at as far as LOOK_BACK reaches. The same however the buckets are cut into blocks."""
    columns = block.length - first
    scores = Scores.unknown(memory.directions, block.end_of(first - 1), block.step, len(rows), columns)
    size = max(1, AT_ONCE // max(1, min(columns, DAY // block.step)))
    for begin in range(0, len(rows), size):
        some = np.arange(begin, min(begin + size, len(rows)))
        part = block if len(some) == len(rows) else block.rows(some)
        scores.put_rows(some, _watch(memory, rows[some], part, offsets.of_rows(some), first))
    memory.until[rows] = block.end
    return scores


def _watch(memory: Memory, rows: Rows, block: Block, offsets: Offsets, first: int) -> Scores:
    scores = Scores.unknown(memory.directions, block.end_of(first - 1), block.step, len(rows), block.length - first)
    whole = seen(_usage(memory, block), block.step, first)
    for part in _parts(block, first):
        own = whole.part(part.columns.start - first, part.columns.stop - first)
        _collect(memory, rows, own, part)
        judged = _judge(memory, rows, own, offsets, part)
        scores.put(slice(part.columns.start - first, part.columns.stop - first), judged)
        memory.now_worst[rows] = np.fmax(memory.now_worst[rows], np.fmax.reduce(judged.score, axis=-1))
        if part.is_last:
            _remember(memory, rows, part.day)
    return scores


@dataclass(frozen=True, slots=True)
class _Part:
    """Columns of a block that lie in one UTC day, the first of them bucket `bucket` of it. `cells` are their cells
    (since 1970), and `cell_of` which of those is a column's. `is_last` where they end the day."""

    day: int
    columns: slice
    bucket: int
    cells: NDArray[np.int64]
    cell_of: NDArray[np.intp]
    is_last: bool

    @property
    def filled(self) -> NDArray[np.int64]:
        """The cells in which buckets begin: every other one, of buckets of an hour."""
        return self.cells[np.unique(self.cell_of)]

    def by_cell(self, values: NDArray[np.float32]) -> NDArray[np.float32]:
        """Shape (R, n, ...) -> (R, M, ...): the highest of each of those."""
        starts = np.flatnonzero(np.diff(self.cell_of, prepend=-1))
        return np.fmax.reduceat(values, starts, axis=1)


def _parts(block: Block, first: int) -> Iterator[_Part]:
    column = first
    while column < block.length:
        day, second = divmod(block.start + column * block.step, DAY)
        end = min(block.length, column + (DAY - second) // block.step)
        numbers = (block.start + np.arange(column, end) * block.step) // CELL
        cells = np.arange(numbers[0], numbers[-1] + 1)
        is_last = block.start + end * block.step == (day + 1) * DAY
        yield _Part(day, slice(column, end), second // block.step, cells, numbers - numbers[0], is_last)
        column = end


def _usage(memory: Memory, block: Block) -> Floats:
    """Shape (R, C, N), NaN where unknown."""
    amounts = np.stack([block.of(direction) for direction in memory.directions], axis=1).astype(np.float32)
    return np.where(block.known[:, None], amounts, np.float32(np.nan))


def _collect(memory: Memory, rows: Rows, own: Seen, part: _Part) -> None:
    """Add a part of the running day to what is known of it."""
    here = rows[:, None], part.filled % CELLS
    memory.now_tops[here] = np.maximum(memory.now_tops[here], encode(part.by_cell(own.levels)))
    count = own.levels.shape[1]
    columns = np.arange(part.bucket, part.bucket + count)
    memory.now_levels[rows[:, None], columns] = encode(own.usage[:, -count:])


def _judge(memory: Memory, rows: Rows, own: Seen, offsets: Offsets, part: _Part) -> Scores:
    known, site = usual_at(memory, rows, offsets, part.cells), own_at(memory, rows, part.day)
    beyond = excess(own, known, site, part.cell_of)
    beyond.wide[site.is_young] = np.nan
    _note(memory, rows, beyond, part)
    among = Circumstances(known, site, lately_at(memory, rows, part.cells), part.cell_of)
    score = weigh(traits(own, beyond, among, memory.step), np.fmax.reduce(beyond.wide, axis=-1))
    return _scored(memory, score, own, beyond, among, Slot(part.day * DAY + part.bucket * memory.step))


def _note(memory: Memory, rows: Rows, beyond: Excess, part: _Part) -> None:
    """Remember how far each day and each cell went."""
    for place, values in ((WIDE, beyond.wide), (WEEKLY, beyond.week), (RATIO, beyond.ratio)):
        highest = np.fmax.reduce(values, axis=1)
        memory.now_peaks[rows, :, place] = np.fmax(memory.now_peaks[rows, :, place], highest)
    both = [np.fmax.reduce(each[:, :, :2], axis=(2, 3)) for each in (beyond.wide, beyond.own)]
    here = rows[:, None], part.day % HEATED, part.filled % CELLS
    memory.heat[here] = np.fmax(memory.heat[here], part.by_cell(np.stack(both, axis=-1)))


def _scored(memory: Memory, score: Floats, own: Seen, beyond: Excess, among: Circumstances, start: Slot) -> Scores:
    scale = np.where(np.isnan(beyond.wide), -np.inf, beyond.wide).argmax(axis=-1)
    known, site, cell_of = among.known, among.own, among.cell_of
    tops = np.sqrt((known.first + 1) * (known.second + 1)) - 1
    came, low, top = (_at(each, scale) for each in (own.levels, known.low[:, cell_of], tops[:, cell_of]))
    floor = site.floor[:, None]
    move = np.log((own.levels[..., HOURLY] + floor) / (known.middle + floor)[:, cell_of])
    moved = [np.moveaxis(each, 1, -1) for each in (score, move, scale)]
    daily = [np.broadcast_to(each[..., None], moved[0].shape) for each in (site.floor, site.often, site.rarer)]
    number = moved[2].astype(np.int8)
    return Scores(memory.directions, start, memory.step, moved[0], number, came, low, top, moved[1], *daily)


def _at(values: Floats, scale: NDArray[np.intp]) -> Floats:
    """Shape (R, n, C, K) -> (R, C, n): those of each bucket's scale."""
    chosen: Floats = np.take_along_axis(values, scale[..., None], axis=-1)[..., 0]
    return np.moveaxis(chosen, 1, -1)


def _remember(memory: Memory, rows: Rows, day: int) -> None:
    """A day is over."""
    place = day % PEAKS
    memory.tops[rows, day % DAYS] = memory.now_tops[rows]
    memory.peaks[rows, place], memory.worst[rows, place] = memory.now_peaks[rows], memory.now_worst[rows]
    memory.busy[rows, place] = _busy(memory, rows)
    memory.begin_day(rows, day + 1)


def _busy(memory: Memory, rows: Rows) -> Floats:
    """Shape (R, C): bytes a bucket that were exceeded in the busiest twentieth of the known buckets of a day."""
    ordered = np.sort(memory.now_levels[rows], axis=1)  # what is unknown comes first
    unknown = (ordered == UNKNOWN).sum(axis=1)
    last = ordered.shape[1] - 1
    place = unknown + np.rint((last - unknown) * BUSY).astype(np.int64)
    return decode(np.take_along_axis(ordered, np.minimum(place, last)[:, None], axis=1)[:, 0])
