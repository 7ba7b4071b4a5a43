"""How traffic is looked at: over a quarter of an hour, an hour and three hours, each by a statistic that a single
bucket cannot move."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

Levels = NDArray[np.float32]


class Statistic(StrEnum):
    LEAST = "least"
    MEDIAN = "median"


@dataclass(frozen=True, slots=True)
class Scale:
    """`statistic` of the known buckets of the last `span` seconds."""

    span: int
    statistic: Statistic

    def width(self, step: int) -> int:
        """How many buckets of `step` seconds it is: at least one."""
        return max(1, self.span // step)


SCALES = (Scale(900, Statistic.LEAST), Scale(3600, Statistic.LEAST), Scale(10800, Statistic.MEDIAN))
LOOK_BACK = max(scale.span for scale in SCALES)
"""Seconds before a bucket that its levels depend on."""
ENOUGH = 0.5
"""A level is known where at least this share of its buckets is."""


def levels(usage: Levels, step: int) -> Levels:
    """Shape (R, C, N), NaN where unknown -> (R, N, C, K): bytes a bucket on each scale, of the span that ends there."""
    return np.stack([_level(usage, scale.width(step), scale.statistic) for scale in SCALES], axis=-1).transpose(
        0, 2, 1, 3
    )


def _level(usage: Levels, width: int, statistic: Statistic) -> Levels:
    padding = np.full((*usage.shape[:-1], width - 1), np.nan, usage.dtype)
    windows = sliding_window_view(np.concatenate([padding, usage], axis=-1), width, axis=-1)
    known = np.isfinite(windows).sum(axis=-1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # all of a window unknown
        level = np.nanmin(windows, axis=-1) if statistic is Statistic.LEAST else np.nanmedian(windows, axis=-1)
    return np.where(known >= ENOUGH * width, level, np.nan).astype(np.float32)
