"""A level that lasts: of a whole day, and it is told once, for from the next day on it is remembered as usual.

A lasting shift of less than twice the usual is within what single hours do, and no short scale can tell it. How far
three quarters of a day's half hours stay above the middle of their times of the day hardly varies from day to day: its
highest of four weeks, and a little more, is the bar.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from bot.domain.times import DAY
from bot.engine.spikes.codes import Codes, decode, in_order, median
from bot.engine.spikes.memory import CELL, CELLS, HEATED, LASTING, PEAKS, Memory, Rows
from bot.engine.spikes.scores import Floats
from bot.engine.spikes.windows import counted, running

STAYS_ABOVE = 0.25
"""The share of half hours that may be lower."""
KNOWN = 0.75
"""Of a day's half hours, at least so many."""
MARGIN = 0.15
"""Beyond the highest of COMPARED days, in natural logarithms."""
COMPARED = 28
YOUNG = 14, 0.3
"""Before so many days are known the margin is larger: by so much on the first, and less from day to day."""
FIRST = 3
"""Days that must be known."""
SPREAD = 0.5
"""So much more is one more of the score."""
QUIET = CELLS
"""Cells for which it is not told again."""
EXPIRES, STAYS, MOST = 2, 7, 1.5
"""Days for which a lift that was news is taken to last, and as far as it did last until now; the most that is made of
it."""
OVER, NEWS = 1, 2
"""What is remembered of a cell: that the day before it stayed above the bar, and that this is news."""


def middles(memory: Memory, rows: Rows, cells: NDArray[np.int64]) -> Codes:
    """Shape (R, M, C): the median bucket of each of these cells of the running day, as far as it was seen."""
    width = max(1, CELL // memory.step)
    places = (cells % CELLS * CELL // memory.step)[:, None] + np.arange(width)
    return median(in_order(memory.now_levels[rows[:, None, None], places], 2))


@dataclass(frozen=True, slots=True, eq=False)
class Lasting:
    """Of R sites and M cells, (R, M, C) each: `lift`, in natural logarithms, how far the day before a cell stayed above
    the middle of its times; `came`, as bytes a bucket; `low` and `top`, the least and the most of it that is usual;
    `score`, 1 where a rule of medium sensitivity tells, 0 of what is no news. NaN where too little is known."""

    lift: Floats
    came: Floats
    low: Floats
    top: Floats
    score: Floats


def lasting(memory: Memory, rows: Rows, cells: NDArray[np.int64]) -> Lasting:
    """All cells before each of these must have been scored. What becomes news in a cell is remembered."""
    low, middle, top = (each[:, None] for each in _usual(memory, rows, int(cells[0]) // CELLS))
    past = np.arange(cells[0] - CELLS, cells[-1])
    lift, level = _day_before(memory, rows, past)
    score = _news(memory, rows, lift - top, past)
    lasts = np.where(lift >= top, lift - middle, np.float32(np.nan))
    memory.now_shifts[rows] = np.fmax(memory.now_shifts[rows], np.fmax.reduce(lasts, axis=1))
    came, least, most = ((level * np.exp(each)).astype(np.float32) for each in (lift, low, top))
    return Lasting(lift, came, least, most, score)


def _news(memory: Memory, rows: Rows, beyond: Floats, past: NDArray[np.int64]) -> Floats:
    """Shape (R, M, C). It is news where no shorter scale told of it in the last day, and it was not so in that time;
    and as long as it goes on from there."""
    over = np.asarray((beyond >= 0).any(axis=2))
    seen = np.nan_to_num(memory.heat[rows[:, None], past // CELLS % HEATED, past % CELLS, 2:])
    told = running(seen[..., 0] >= 1, QUIET, np.logical_or, axis=1)
    before = np.where(seen[:, :QUIET, 1] >= OVER, np.arange(-QUIET, 0), -2 * QUIET).max(axis=1)  # the last of them
    was_news, news = seen[:, QUIET - 1, 1] == NEWS, np.zeros_like(over)
    for place in range(over.shape[1]):
        is_new = ~(told[:, place] | (before >= place - QUIET))
        was_news = news[:, place] = over[:, place] & (is_new | was_news)
        before = np.where(over[:, place], place, before)
    cells = np.append(past[QUIET:], past[-1] + 1)
    here = rows[:, None], cells // CELLS % HEATED, cells % CELLS, 3
    memory.heat[here] = np.where(news, NEWS, np.where(over, OVER, 0))
    return np.where(news[..., None] & (beyond >= 0), 1 + beyond / SPREAD, 0).astype(np.float32)


def _day_before(memory: Memory, rows: Rows, past: NDArray[np.int64]) -> tuple[Floats, NDArray[np.float64]]:
    """Shape (R, M, C) each: how far, in natural logarithms, the day before a cell stayed above the middle of its times,
    NaN where too little is known; and that middle, bytes a bucket, on average."""
    here = rows[:, None], past // CELLS % HEATED, past % CELLS
    ordered = np.sort(sliding_window_view(memory.lift[here], CELLS, axis=1), axis=-1)  # what is unknown comes last
    known = np.isfinite(ordered).sum(axis=-1)
    place = (STAYS_ABOVE * np.maximum(known - 1, 0)).astype(np.int64)
    lift = np.take_along_axis(ordered, place[..., None], axis=-1)[..., 0]
    middles = decode(memory.typical[here])
    count = np.maximum(counted(np.isfinite(middles), CELLS, axis=1), 1)
    is_enough = known >= KNOWN * min(CELLS, DAY // memory.step)
    level = running(np.nan_to_num(middles), CELLS, np.add, axis=1) / count.astype(np.int64)
    return np.where(is_enough, lift, np.float32(np.nan)), level


def _usual(memory: Memory, rows: Rows, day: int) -> tuple[Floats, Floats, Floats]:
    """Shape (R, C) each: the least, the middle and the most lift that is usual."""
    days = memory.peaks[rows[:, None], np.arange(day - COMPARED, day) % PEAKS, :, LASTING]
    known = np.isfinite(days).sum(axis=1)
    young = YOUNG[1] * np.maximum(1 - known / YOUNG[0], 0)
    ordered = np.sort(days, axis=1)  # what is unknown comes last
    middle = np.take_along_axis(ordered, np.maximum(known - 1, 0)[:, None] // 2, axis=1)[:, 0]
    found = ordered[:, 0], middle, np.fmax.reduce(days, axis=1) + MARGIN + young
    low, middle, top = (np.where(known >= FIRST, each, np.nan).astype(np.float32) for each in found)
    return low, middle, top


def shifted(memory: Memory, rows: Rows, day: int, back: int) -> Floats:
    """Shape (R, back, C): how much what was usual one day ago, two, and so on has been lifted since. If it goes on like
    that for some days, the days after it say themselves what is usual."""
    days = np.arange(day - 1, day - 1 - STAYS, -1) % PEAKS
    told = np.nan_to_num(memory.shifts[rows[:, None], days])
    if not told.any():
        return np.zeros((len(rows), back, told.shape[2]), np.float32)
    stayed = memory.peaks[rows[:, None], days, :, LASTING] - _usual(memory, rows, day)[1][:, None]
    least = np.fmin.accumulate(stayed[:, :-1], axis=1)[:, EXPIRES - 1 :]
    told[:, EXPIRES:] = np.minimum(told[:, EXPIRES:], np.maximum(np.nan_to_num(least), 0))
    lifts = np.minimum(np.maximum.accumulate(told, axis=1), MOST)  # each is measured from the same middle
    last = np.broadcast_to(lifts[:, -1:], (len(rows), max(back - STAYS, 0), lifts.shape[2]))
    return np.concatenate([np.zeros_like(lifts[:, :1]), lifts[:, :-1], last], axis=1)[:, :back]
