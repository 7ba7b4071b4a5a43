"""What is usual at an hour of the week: taken for a gap where a rule counts what is possible."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bot.domain.hours import Hours
from bot.domain.usage import Direction

WEEK = 168
LOOK_BACK = 4 * WEEK
"""Hours before an hour that say what is usual in it."""


def usual(hours: Hours, direction: Direction) -> NDArray[np.int64]:
    """Shape (S, H): bytes that one bucket of each hour usually holds, whole, rounded down.

    The mean of the known buckets of the same UTC hour of the week, in the four weeks before; where none of those is
    known, of the seven days before; else 0. An hour is never measured by itself or by what comes after it.
    """
    counted, known = hours.of(direction), hours.known
    alike = _mean(*(_same_hour(values) for values in (counted, known)))
    lately = _mean(*(_last_week(values) for values in (counted, known)))
    found = np.where(alike >= 0, alike, lately)
    return np.maximum(found, 0)


def _same_hour(values: NDArray[np.int64]) -> NDArray[np.int64]:
    total = np.zeros_like(values)
    for back in range(WEEK, LOOK_BACK + 1, WEEK):
        if back < values.shape[1]:
            total[:, back:] += values[:, :-back]
    return total


def _last_week(values: NDArray[np.int64]) -> NDArray[np.int64]:
    total = np.zeros((values.shape[0], values.shape[1] + 1), np.int64)
    np.cumsum(values, axis=1, out=total[:, 1:])
    ends = np.arange(values.shape[1])
    return total[:, ends] - total[:, np.maximum(ends - WEEK, 0)]


def _mean(counted: NDArray[np.int64], known: NDArray[np.int64]) -> NDArray[np.int64]:
    """-1 where nothing is known."""
    return np.where(known > 0, counted // np.maximum(known, 1), -1)
