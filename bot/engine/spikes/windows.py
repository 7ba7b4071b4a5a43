"""Something of every so many columns in a row, found from pairs, pairs of pairs and so on.

What is found of a window follows from its own columns alone, to the last bit, wherever the array begins.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from typing import Any

import numpy as np
from numpy.typing import NDArray

Combine = Callable[[NDArray[Any], NDArray[Any]], NDArray[Any]]


def running(values: NDArray[Any], width: int, combine: Combine, axis: int = -1) -> NDArray[Any]:
    """Of each `width` columns along `axis`: N of them have N - width + 1 windows. `combine` is of two arrays, such as
    np.fmax or np.add."""
    blocks = np.moveaxis(values, axis, 0)
    count, span, place, left = len(blocks) - width + 1, 1, 0, width
    found: NDArray[Any] | None = None
    while left:
        if left % 2:
            own = blocks[place : place + count]
            found = own if found is None else combine(found, own)
            place += span
        left //= 2
        if left:
            blocks, span = combine(blocks[:-span], blocks[span:]), 2 * span
    assert found is not None  # noqa: S101 - a window has a column
    return np.moveaxis(found, 0, axis)


def counted(known: NDArray[np.bool_], width: int, axis: int = -1) -> NDArray[np.int16]:
    """How many are known in each window."""
    if not known.all():
        return running(known.astype(np.int16), width, np.add, axis)
    shape = list(known.shape)
    shape[axis] += 1 - width
    return np.full(shape, width, np.int16)


def highest(values: NDArray[np.float32], axis: int = -1) -> NDArray[np.float32]:
    """Of the known along a short axis."""
    return reduce(np.fmax, np.moveaxis(values, axis, 0))


def most(values: NDArray[np.float32], axis: int) -> NDArray[np.float32]:
    """Of the known along a long axis, which is gone then. Last in memory it is gone through nine times as fast."""
    found: NDArray[np.float32] = np.fmax.reduce(np.ascontiguousarray(np.moveaxis(values, axis, -1)), axis=-1)
    return found
