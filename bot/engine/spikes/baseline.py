"""What is usual: the most that came at like times, and how far beyond it each site goes by itself."""

from __future__ import annotations

import warnings

import numpy as np
from numpy.typing import NDArray

from bot.domain.times import DAY
from bot.engine.spikes.codes import decode
from bot.engine.spikes.memory import CELL, CELLS, DAYS, PEAKS, Memory
from bot.engine.spikes.offsets import Offsets
from bot.engine.spikes.scores import Floats

LIKE = (1, 2, 3, 4, 5, 6, 7, 14, 21, 28)
"""Days back to like times: the same time of the day in a week, of the week in four weeks."""
BESIDE = (-1, 0, 1)
"""Cells beside them that are as like."""
CALIBRATED = 28
"""Days whose highest excesses say what is unusual at a site."""
LEAST_BAR = 0.3
FIRST = 7
"""Days of history before which nothing is judged."""

Rows = NDArray[np.intp]


def usual_levels(memory: Memory, rows: Rows, offsets: Offsets, cells: NDArray[np.int64], day: int) -> Floats:
    """Shape (3, R, M, C, K): lowest, middle and highest of the levels at like times of these cells (shape (M,), all of
    one UTC day), the highest of those beside them too; NaN where none is known."""
    since, codes, tops = memory.since[rows, None] // CELL, [], []
    for days in LIKE:
        for beside in BESIDE:
            like = offsets.back(cells, days) + beside
            found = memory.tops[rows[:, None], like // CELLS % DAYS, like % CELLS]
            usable = (like >= since) & (like < day * CELLS)
            tops.append(np.where(usable[..., None, None], found, 0))
        codes.append(tops[-2])
    same = decode(np.stack(codes))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        return np.stack([np.nanmin(same, axis=0), np.nanmedian(same, axis=0), decode(np.max(tops, axis=0))])


def busy_level(memory: Memory, rows: Rows, day: int) -> Floats:
    """Shape (R, C), bytes a bucket: 0 where no day is known."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        level = np.nanmedian(memory.busy[rows[:, None], _before(day)], axis=1)
    return np.nan_to_num(level).astype(np.float32)


def bars(memory: Memory, rows: Rows, day: int) -> Floats:
    """Shape (R, C, K): the log excess that is unusual at each site."""
    peaks = memory.peaks[rows[:, None], _before(day)]
    highest = np.where(np.isnan(peaks), -np.inf, peaks).max(axis=1)
    found = np.where(np.isfinite(highest), np.maximum(highest, LEAST_BAR), np.inf)
    young = day - memory.since[rows] // DAY < FIRST
    return np.where(young[:, None, None], np.inf, found).astype(np.float32)


def _before(day: int) -> NDArray[np.int64]:
    return np.arange(day - CALIBRATED, day) % PEAKS
