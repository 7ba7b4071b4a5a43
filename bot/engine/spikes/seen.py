"""What there is to see in a block: the levels of its buckets, and what came shortly before them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bot.engine.spikes.scales import SCALES, levels, quick_levels
from bot.engine.spikes.scores import Floats
from bot.engine.spikes.windows import counted, running

BEFORE = 10_800
"""Seconds before the shortest scale that say what went before."""
LAG = 1800
"""Seconds that are too short ago to say how jumpy usage is by itself."""
LOOK_BACK = 14_400
"""Seconds before a bucket that are looked at: as much as all that takes, in whole hours."""
ENOUGH = (6, 12)
"""So many of 36 must be known, for what went before and for jumpiness."""


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """Of R sites and n buckets: `levels`, (R, n, C, K), bytes a bucket on each scale; `before`, (R, n, C), the highest
    quick level of the three hours before; `usage`, (R, m + n, C), bytes of the m buckets before and of these."""

    levels: Floats
    before: Floats
    usage: Floats

    def part(self, first: int, end: int) -> Seen:
        """The buckets from `first` up to, not including, `end`."""
        ahead = self.usage.shape[1] - self.levels.shape[1]
        own = slice(first, end)
        return Seen(self.levels[:, own], self.before[:, own], self.usage[:, first : ahead + end])


def seen(usage: Floats, step: int, first: int) -> Seen:
    """From shape (R, C, N), of the columns from `first` on."""
    width, lag = max(1, BEFORE // step), SCALES[0].width(step)
    early = min(first, width + lag - 1)
    quick = quick_levels(usage, step, first - early)
    before = _highest_before(quick, width, lag, usage.shape[-1] - first)
    columns = width + LAG // step + 1 + usage.shape[-1] - first  # as many before in every part of a block
    recent = _padded(np.moveaxis(usage[..., max(0, usage.shape[-1] - columns) :], 1, -1), columns, np.nan)
    found = levels(usage, step, first)
    found[np.isnan(np.moveaxis(usage[..., first:], 1, -1))] = np.nan  # of an unknown bucket nothing is told
    return Seen(found, before, recent)


def jumpiness(usage: Floats, floor: Floats, step: int, buckets: int) -> Floats:
    """Shape (R, n, C), of the last n `buckets` of `usage` (R, m + n, C): the mean absolute change of its logarithm from
    bucket to bucket, in three hours until half an hour ago. `floor` has shape (R, C)."""
    width, lag = max(1, BEFORE // step), max(1, LAG // step)
    back = usage.shape[1] - buckets
    usage = usage[:, max(0, back - width - lag) : usage.shape[1] - lag]
    changes = np.abs(np.diff(np.log(usage + floor[:, None]), axis=1))
    changes = _padded(changes, buckets + width - 1, np.nan)
    known = np.isfinite(changes)
    sums = running(np.where(known, changes, np.float32(0)), width, np.add, axis=1)
    counts = counted(known, width, axis=1)
    mean: Floats = np.where(
        counts >= ENOUGH[1] * width / 36, sums / np.maximum(counts, np.int16(1)), np.float32(np.nan)
    )
    return mean


def _highest_before(quick: Floats, width: int, lag: int, buckets: int) -> Floats:
    """Of each of the last n `buckets` the highest of the `width` that end `lag` before it."""
    past = _padded(quick[:, : quick.shape[1] - lag], buckets + width - 1, np.nan)
    known = counted(np.isfinite(past), width, axis=1)
    return np.where(known >= ENOUGH[0] * width / 36, running(past, width, np.fmax, axis=1), np.float32(np.nan))


def _padded(values: Floats, columns: int, fill: float) -> Floats:
    """So many columns, of which the first may be missing."""
    missing = columns - values.shape[1]
    if not missing:
        return values
    padding = np.full((values.shape[0], missing, values.shape[2]), fill, np.float32)
    return np.concatenate([padding, values], axis=1)
