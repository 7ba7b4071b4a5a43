"""See new buckets: score each by what was usual until the midnight before, and remember the days that are over."""

from __future__ import annotations

import numpy as np

from bot.domain.block import Block
from bot.domain.times import DAY
from bot.engine.spikes.codes import UNKNOWN, decode, encode
from bot.engine.spikes.judging import judge
from bot.engine.spikes.memory import DAYS, PEAKS, Memory, Rows
from bot.engine.spikes.offsets import Offsets
from bot.engine.spikes.parts import Part, parts_of
from bot.engine.spikes.scores import Floats, Scores
from bot.engine.spikes.seen import Seen, seen
from bot.engine.spikes.windows import most

BUSY = 0.95
"""The quantile of a day's buckets that is its busy level."""
AT_ONCE = 50_000
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
    for part in parts_of(block, first):
        own = whole.part(part.columns.start - first, part.columns.stop - first)
        _collect(memory, rows, own, part)
        judged = judge(memory, rows, own, offsets, part)
        scores.put(slice(part.columns.start - first, part.columns.stop - first), judged)
        memory.now_worst[rows] = np.fmax(memory.now_worst[rows], most(judged.score, -1))
        if part.is_last:
            _remember(memory, rows, part.day)
    return scores


def _usage(memory: Memory, block: Block) -> Floats:
    """Shape (R, C, N), NaN where unknown."""
    amounts = np.stack([block.of(direction) for direction in memory.directions], axis=1).astype(np.float32)
    return np.where(block.known[:, None], amounts, np.float32(np.nan))


def _collect(memory: Memory, rows: Rows, own: Seen, part: Part) -> None:
    """Add the buckets of a part to what is known of the running day."""
    count = own.levels.shape[1]
    columns = np.arange(part.bucket, part.bucket + count)
    memory.now_levels[rows[:, None], columns] = encode(own.usage[:, -count:])


def _remember(memory: Memory, rows: Rows, day: int) -> None:
    """A day is over."""
    place = day % PEAKS
    memory.tops[rows, day % DAYS] = memory.now_tops[rows]
    memory.peaks[rows, place], memory.worst[rows, place] = memory.now_peaks[rows], memory.now_worst[rows]
    memory.busy[rows, place], memory.shifts[rows, place] = _busy(memory, rows), memory.now_shifts[rows]
    memory.begin_day(rows, day + 1)


def _busy(memory: Memory, rows: Rows) -> Floats:
    """Shape (R, C): bytes a bucket that were exceeded in the busiest twentieth of the known buckets of a day."""
    ordered = np.sort(memory.now_levels[rows], axis=1)  # what is unknown comes first
    unknown = (ordered == UNKNOWN).sum(axis=1)
    last = ordered.shape[1] - 1
    place = unknown + np.rint((last - unknown) * BUSY).astype(np.int64)
    return decode(np.take_along_axis(ordered, np.minimum(place, last)[:, None], axis=1)[:, 0])
