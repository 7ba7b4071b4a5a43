"""How traffic is looked at: over a quarter of an hour, an hour and three hours, each by a statistic that a single
bucket cannot move."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from bot.engine.spikes.windows import counted, running

Levels = NDArray[np.float32]


class Statistic(StrEnum):
    LEAST = "least"
    MEDIAN = "median"
    LOWER = "lower"
    """What three quarters of the half hours stay above, as far as they are like their times of the day."""


@dataclass(frozen=True, slots=True)
class Scale:
    """`statistic` of the known buckets of the last `span` seconds."""

    span: int
    statistic: Statistic

    def width(self, step: int) -> int:
        """How many buckets of `step` seconds it is: at least one."""
        return max(1, self.span // step)


SCALES = (Scale(900, Statistic.LEAST), Scale(3600, Statistic.LEAST), Scale(10800, Statistic.MEDIAN))
ALL_SCALES = (*SCALES, Scale(86_400, Statistic.LOWER))
QUICK, HOURLY, SLOW, DAYLONG = range(4)
"""Their numbers."""
ENOUGH = 0.75
"""A level is known where at least this share of its buckets is: the end of a gap says little of its quarter hour."""


def levels(usage: Levels, step: int, first: int) -> Levels:
    """Shape (R, C, N), NaN where unknown -> (R, N - first, C, K): bytes a bucket on each scale, of the span that ends
    with each column from `first` on."""
    found = [_level(usage, scale.width(step), scale.statistic, first) for scale in SCALES]
    return np.stack(found, axis=-1).transpose(0, 2, 1, 3)


def quick_levels(usage: Levels, step: int, first: int) -> Levels:
    """As `levels`, (R, N - first, C), on the shortest scale alone."""
    scale = SCALES[QUICK]
    return np.moveaxis(_level(usage, scale.width(step), scale.statistic, first), 1, -1)


def _level(usage: Levels, width: int, statistic: Statistic, first: int) -> Levels:
    """The lower median, of an even number."""
    missing = max(0, width - 1 - first)
    padding = np.full((*usage.shape[:-1], missing), np.nan, usage.dtype)
    own = np.concatenate([padding, usage[..., max(0, first - width + 1) :]], axis=-1)
    known = np.isfinite(own)
    counts = counted(known, width)
    level = running(own, width, np.fmin) if statistic is Statistic.LEAST else _median(own, width, counts)
    return np.where(counts >= ENOUGH * width, level, np.float32(np.nan))


def _median(usage: Levels, width: int, counts: NDArray[np.int16]) -> Levels:
    windows = sliding_window_view(usage, width, axis=-1)
    if (counts == width).all():
        return np.partition(windows, (width - 1) // 2, axis=-1)[..., (width - 1) // 2]
    ordered = np.sort(windows, axis=-1)  # what is unknown comes last
    middle = np.maximum(counts - 1, 0) // 2
    return np.take_along_axis(ordered, middle[..., None].astype(np.intp), axis=-1)[..., 0]
