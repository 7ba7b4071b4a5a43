"""See new buckets: score each by what was usual until the midnight before, and remember the days that are over."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bot.domain.block import Block
from bot.domain.times import DAY, Slot
from bot.engine.spikes.baseline import bars, busy_level, usual_levels
from bot.engine.spikes.codes import decode, encode
from bot.engine.spikes.memory import CELL, CELLS, DAYS, PEAKS, Memory
from bot.engine.spikes.noise import FITTED, tail_of
from bot.engine.spikes.offsets import Offsets
from bot.engine.spikes.scales import levels
from bot.engine.spikes.scores import Floats, Scores

SHARE = 0.03
"""Of the busy level: excess is measured above so much."""
HOURLY = 1
"""The scale on which a move is measured."""
BUSY = 95
"""The percentile of a day's buckets that is its busy level."""

Rows = NDArray[np.intp]


def watch(memory: Memory, rows: Rows, block: Block, offsets: Offsets, first: int) -> Scores:
    """Score the columns of `block` from `first` on, and remember them. Row i of the block and of `offsets` is row
    `rows[i]` of the memory, whose `until` must be the start of column `first` for all of them; what comes before it is
    looked at as far as the scales reach back. The same however the buckets are cut into blocks."""
    scores = Scores.unknown(memory.directions, block.end_of(first - 1), block.step, len(rows), block.length - first)
    usage = _usage(memory, block)
    seen = levels(usage, block.step)
    for part in _parts(block, first):
        judged, excess = _judge(memory, rows, seen[:, part.columns], offsets, part)
        scores.put(slice(part.columns.start - first, part.columns.stop - first), judged)
        _collect(memory, rows, usage[..., part.columns], seen[:, part.columns], part)
        _note(memory, rows, judged, excess)
        if part.is_last:
            _remember(memory, rows, part.day)
    memory.until[rows] = block.end
    return scores


@dataclass(frozen=True, slots=True)
class _Part:
    """Columns of a block that lie in one UTC day, the first of them bucket `bucket` of it. `cells` are their cells
    (since 1970) without repeats, and `cell_of` which of those is a column's. `is_last` where they end the day."""

    day: int
    columns: slice
    bucket: int
    cells: NDArray[np.int64]
    cell_of: NDArray[np.intp]
    is_last: bool


def _parts(block: Block, first: int) -> Iterator[_Part]:
    column = first
    while column < block.length:
        day, bucket = divmod(block.start + column * block.step, DAY)
        end = min(block.length, column + (DAY - bucket) // block.step)
        cells, cell_of = np.unique((block.start + np.arange(column, end) * block.step) // CELL, return_inverse=True)
        is_last = block.start + end * block.step == (day + 1) * DAY
        yield _Part(day, slice(column, end), bucket // block.step, cells, cell_of, is_last)
        column = end


def _usage(memory: Memory, block: Block) -> Floats:
    """Shape (R, C, N), NaN where unknown."""
    amounts = np.stack([block.of(direction) for direction in memory.directions], axis=1).astype(np.float32)
    return np.where(block.known[:, None], amounts, np.float32(np.nan))


def _judge(memory: Memory, rows: Rows, seen: Floats, offsets: Offsets, part: _Part) -> tuple[Scores, Floats]:
    """Scores of a part, and its log excess: `seen` and that have shape (R, n, C, K)."""
    lows, middles, tops = usual_levels(memory, rows, offsets, part.cells, part.day)[:, :, part.cell_of]
    floor = SHARE * busy_level(memory, rows, part.day)[:, None, :, None] + 1
    excess = np.log((seen + floor) / (tops + floor))
    score = excess / bars(memory, rows, part.day)[:, None]
    scale = np.where(np.isnan(score), -np.inf, score).argmax(axis=-1)
    best, came, low, top = (_at(each, scale) for each in (score.astype(np.float32), seen, lows, tops))
    move = np.moveaxis(np.log((seen + floor) / (middles + floor))[..., HOURLY], 1, -1).astype(np.float32)
    number = np.moveaxis(scale, 1, -1).astype(np.int8)
    start = Slot(part.day * DAY)
    tail = tail_of(np.moveaxis(memory.worst[rows[:, None], np.arange(part.day - FITTED, part.day) % PEAKS], 1, -1))
    daily = [np.broadcast_to(each[:, :, None], best.shape) for each in (floor[:, 0, :, 0], tail[..., 0], tail[..., 1])]
    return Scores(memory.directions, start, memory.step, best, number, came, low, top, move, *daily), excess


def _at(values: Floats, scale: NDArray[np.intp]) -> Floats:
    """Shape (R, n, C, K) -> (R, C, n): those of each bucket's scale."""
    chosen: Floats = np.take_along_axis(values, scale[..., None], axis=-1)[..., 0]
    return np.moveaxis(chosen, 1, -1)


def _collect(memory: Memory, rows: Rows, usage: Floats, seen: Floats, part: _Part) -> None:
    """Add a part of the running day to what is known of it."""
    codes = encode(seen)
    for column, cell in enumerate(part.cell_of.tolist()):
        place = part.cells[cell] % CELLS
        memory.now_tops[rows, place] = np.maximum(memory.now_tops[rows, place], codes[:, column])
    columns = np.arange(part.bucket, part.bucket + usage.shape[-1])
    memory.now_levels[rows[:, None], columns] = encode(np.moveaxis(usage, -1, 1))


def _note(memory: Memory, rows: Rows, judged: Scores, excess: Floats) -> None:
    memory.now_alarmed[rows] |= (np.nan_to_num(judged.score) >= 1).any(axis=-1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # nothing known of a part
        memory.now_peaks[rows] = np.fmax(memory.now_peaks[rows], np.nanmax(excess, axis=1))
        memory.now_worst[rows] = np.fmax(memory.now_worst[rows], np.nanmax(judged.score, axis=-1))


def _remember(memory: Memory, rows: Rows, day: int) -> None:
    """A day is over: its highest levels and scores are remembered, but for those of a direction that was unusual."""
    place, alarmed = day % PEAKS, memory.now_alarmed[rows]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # nothing known of a day
        busy = np.nanpercentile(decode(memory.now_levels[rows]), BUSY, axis=1)
    memory.tops[rows, day % DAYS] = np.where(alarmed[:, None, :, None], 0, memory.now_tops[rows])
    memory.peaks[rows, place] = np.where(alarmed[..., None], np.nan, memory.now_peaks[rows])
    memory.busy[rows, place], memory.alarmed[rows, place] = busy, alarmed
    memory.worst[rows, place] = memory.now_worst[rows]
    memory.begin_day(rows)
