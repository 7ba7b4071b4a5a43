"""Running highest, lowest and sums."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.lib.stride_tricks import sliding_window_view

from bot.engine.spikes.windows import counted, highest, running

DRAWN = np.random.default_rng(1).normal(0, 1, (3, 40, 2)).astype(np.float32)
DRAWN[np.random.default_rng(2).random(DRAWN.shape) < 0.2] = np.nan


@pytest.mark.parametrize("width", [1, 2, 3, 7, 12, 32, 36, 40])
def test_a_window_is_of_so_many_columns_along_any_axis(width: int) -> None:
    brute = np.fmax.reduce(sliding_window_view(DRAWN, width, axis=1), axis=-1)
    np.testing.assert_array_equal(running(DRAWN, width, np.fmax, axis=1), brute)
    np.testing.assert_array_equal(running(np.moveaxis(DRAWN, 1, 2), width, np.fmax), np.moveaxis(brute, 1, 2))
    known = np.isfinite(DRAWN)
    np.testing.assert_array_equal(counted(known, width, axis=1), sliding_window_view(known, width, axis=1).sum(axis=-1))
    assert (counted(np.ones((2, 40), np.bool_), width) == width).all()
    assert counted(np.ones((2, 40), np.bool_), width).shape == (2, 41 - width)


@pytest.mark.parametrize("width", [3, 12, 36])
def test_a_sum_is_the_same_to_the_last_bit_wherever_the_array_begins(width: int) -> None:
    values = np.nan_to_num(DRAWN)
    whole = running(values, width, np.add, axis=1)
    for first in range(40 - width):
        np.testing.assert_array_equal(running(values[:, first:], width, np.add, axis=1), whole[:, first:])
    np.testing.assert_allclose(whole, sliding_window_view(values, width, axis=1).sum(axis=-1), atol=1e-5)


def test_the_highest_of_the_known_is_unknown_where_nothing_is() -> None:
    values = np.array([[1, np.nan, 3], [np.nan, np.nan, np.nan]], np.float32)
    np.testing.assert_array_equal(highest(values), [3, np.nan])
