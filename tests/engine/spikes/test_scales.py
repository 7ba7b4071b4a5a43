"""Levels over a quarter of an hour, an hour and three hours."""

from __future__ import annotations

import numpy as np
import pytest

from bot.engine.spikes.scales import ENOUGH, SCALES, Statistic, levels, quick_levels

N = np.nan


def drawn(columns: int) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    usage = np.random.default_rng(5).lognormal(0, 1, (2, 2, columns)).astype(np.float32)
    usage[0, :, np.random.default_rng(6).random(columns) < 0.2] = np.nan  # row 1 is wholly known
    return usage


@pytest.mark.parametrize("step", [60, 300, 900, 3600])
@pytest.mark.parametrize("first", [0, 5, 60])
def test_a_level_is_the_least_or_the_lower_median_of_the_known_buckets_of_its_span(step: int, first: int) -> None:
    usage = drawn(100)
    np.testing.assert_array_equal(levels(usage[1:], step, first), levels(usage, step, first)[1:])  # wholly known
    found = levels(usage, step, first)
    assert found.shape == (2, 100 - first, 2, 3)
    for number, scale in enumerate(SCALES):
        width = scale.width(step)
        for row, channel, column in np.ndindex(2, 2, 100 - first):
            own = usage[row, channel, max(0, first + column - width + 1) : first + column + 1]
            known = np.sort(own[np.isfinite(own)])
            wanted = N
            if len(known) >= ENOUGH * width:
                wanted = known[0] if scale.statistic is Statistic.LEAST else known[(len(known) - 1) // 2]
            np.testing.assert_equal(found[row, column, channel, number], np.float32(wanted))
    np.testing.assert_array_equal(quick_levels(usage, step, first), found[..., 0])


def test_the_end_of_a_gap_has_no_level_until_most_of_its_span_is_known() -> None:
    usage = np.array([[[5, 5, N, N, N, 5, 6, 7, 8]]], np.float32)
    np.testing.assert_array_equal(levels(usage, 300, 0)[0, :, 0, 0], [N, N, N, N, N, N, N, 5, 6])


def test_a_single_bucket_moves_no_scale() -> None:
    usage = np.ones((1, 1, 80), np.float32)
    usage[..., 50] = 1000
    assert (levels(usage, 300, 40) == 1).all()
