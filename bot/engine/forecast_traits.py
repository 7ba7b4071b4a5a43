"""What a site's last four weeks say: how much it uses a day, on which weekdays and at which hours, and how steadily.

All is seen in blocks of 24 hours that end at the instant of the forecast. Blocks that are a multiple of seven apart are
the same weekday, and the same hours of it, in every zone.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

DAYS, WEEK, HOURS = 28, 7, 24
KNOWN_ENOUGH = 0.5
"""A block of which less is known says nothing; of a fuller one the rest is taken to be like what is known."""
LITTLE = 0.02
"""Of a usual day: logs of less than this share of it would say more than the traffic does."""
STEADY_WEEKS, STEADY_DAYS = 0.03, 0.05
"""Nothing is taken to be steadier than this, however even four weeks look."""


@dataclass(frozen=True, slots=True, eq=False)
class Traits:
    """Of S sites. `known_days`, shape (S,), counts blocks that say something.

    `days14`, `days7` and `days3` (S,) are bytes a day, as are `middle_week`, the median of the weeks, and
    `weekday_medians`, the mean of the weekdays'. `least` (S,) is the little that takes the place of nothing.
    `weekdays`, shape (S, 7), is each weekday's level over the usual one, beginning with the block
    after the instant; `hours`, shape (S, 25), is which share of a block is used by the end of so many hours.
    `week_spread` and `day_spread` (S,) are standard deviations of logs.
    """

    known_days: NDArray[np.int64]
    days14: Floats
    days7: Floats
    days3: Floats
    middle_week: Floats
    weekday_medians: Floats
    least: Floats
    weekdays: Floats
    hours: Floats
    week_spread: Floats
    day_spread: Floats


def traits_of(counted: Floats, known: Floats) -> Traits:
    """`counted` and `known` have shape (S, 672): bytes of each of the last hours, and which share of it is known."""
    blocks = _blocks(counted, known)
    weeks = blocks.reshape(-1, DAYS // WEEK, WEEK)
    days28 = np.nan_to_num(_mean(blocks, 1))
    days14 = _or(_mean(blocks[:, -14:], 1), days28)
    least = np.maximum(days28 * LITTLE, 1e-9)
    medians = _or(_median(weeks), days28[:, None])
    means = _or(_mean(weeks, 1), days28[:, None])
    usual = np.maximum(means.mean(1), least)
    logs = np.log(np.maximum(blocks, least[:, None]))
    by_week = _mean(weeks, 2)
    days7 = _or(_mean(blocks[:, -WEEK:], 1), days14)
    return Traits(
        known_days=np.isfinite(blocks).sum(1),
        days14=days14,
        days7=days7,
        days3=_or(_mean(blocks[:, -3:], 1), days7),
        middle_week=_or(_median(by_week[:, :, None])[:, 0], days28),
        weekday_medians=medians.mean(1),
        least=least,
        weekdays=np.maximum(means, least[:, None]) / usual[:, None],
        hours=_hours(counted, known),
        week_spread=np.maximum(_spread(np.log(np.maximum(by_week, least[:, None]))), STEADY_WEEKS),
        day_spread=np.maximum(_spread(logs), STEADY_DAYS),
    )


def _blocks(counted: Floats, known: Floats) -> Floats:
    """Shape (S, 28): bytes of each block, as if all of it were known; NaN where too little is."""
    shape = (len(counted), DAYS, HOURS)
    share = known.reshape(shape).sum(2) / HOURS
    enough = share >= KNOWN_ENOUGH
    return np.where(enough, counted.reshape(shape).sum(2) / np.where(enough, share, 1.0), np.nan)


def _hours(counted: Floats, known: Floats) -> Floats:
    """Shape (S, 25). Where nothing was used, hours are taken to be alike."""
    shape = (len(counted), DAYS, HOURS)
    sums, seen = counted.reshape(shape).sum(1), known.reshape(shape).sum(1)
    rates = np.where(seen > 0, sums / np.maximum(seen, 1e-9), 0.0)
    rates = np.where(rates.sum(1, keepdims=True) > 0, rates, 1.0)
    shares = np.cumsum(rates, 1) / rates.sum(1, keepdims=True)
    return np.concatenate([np.zeros((len(counted), 1)), shares], 1)


def _or(values: Floats, otherwise: Floats) -> Floats:
    return np.where(np.isfinite(values), values, otherwise)


def _mean(values: Floats, axis: int) -> Floats:
    """Of what is known; NaN where nothing is."""
    is_known = np.isfinite(values)
    count = is_known.sum(axis)
    return np.where(count > 0, np.where(is_known, values, 0.0).sum(axis) / np.maximum(count, 1), np.nan)


def _median(weeks: Floats) -> Floats:
    """Shape (S, 7): over the weeks, of what is known; NaN where nothing is."""
    ordered = np.sort(weeks, axis=1)  # NaN goes last
    count = np.isfinite(weeks).sum(1)
    low, high = np.maximum(count - 1, 0) // 2, count // 2
    at = [np.take_along_axis(ordered, np.minimum(n, weeks.shape[1] - 1)[:, None], 1)[:, 0] for n in (low, high)]
    middle: Floats = np.where(count > 0, (at[0] + at[1]) / 2, np.nan)
    return middle


def _spread(logs: Floats) -> Floats:
    """Standard deviation along the second axis, of what is known."""
    centre = np.nan_to_num(_mean(logs, 1))
    return np.sqrt(np.nan_to_num(_mean((logs - centre[:, None]) ** 2, 1)))
