"""Two-byte logarithms."""

from __future__ import annotations

import numpy as np

from bot.domain.usage import LARGEST_BUCKET
from bot.engine.spikes.codes import UNKNOWN, decode, encode, in_order, median, unknown


def test_bytes_come_back_to_within_a_thousandth() -> None:
    amounts = np.geomspace(1, float(LARGEST_BUCKET), 5000).astype(np.float32)
    np.testing.assert_allclose(decode(encode(amounts)), amounts, rtol=1e-3)


def test_zero_is_not_unknown() -> None:
    codes = encode(np.array([0, np.nan], np.float32))
    assert codes[0] != UNKNOWN == codes[1]
    np.testing.assert_array_equal(decode(codes), [0, np.nan])


def test_codes_keep_the_order_up_to_the_largest_numbers() -> None:
    amounts = np.array([0, 1, 2, 1e3, 1e14, 2.0**62, 2.0**63], np.float32)
    codes = encode(amounts)
    assert (np.diff(codes.astype(np.int64)) > 0).all()
    assert np.isfinite(decode(codes)).all()


def test_of_codes_in_order_the_unknown_are_counted_and_the_lower_of_two_middle_ones_is_the_median() -> None:
    codes = np.array([[[3], [0], [9], [5], [0], [7]], [[0]] * 6, [[6], [5], [4], [3], [2], [1]]], np.uint16)
    before, ordered = codes.copy(), in_order(codes, 1)
    assert ordered[:, 0].tolist() == [[0, 0, 3, 5, 7, 9], [0] * 6, [1, 2, 3, 4, 5, 6]]
    assert (unknown(ordered).tolist(), median(ordered).tolist()) == ([[2], [6], [0]], [[5], [0], [3]])
    assert (unknown(ordered[2:]).tolist(), median(ordered[2:]).tolist()) == ([[0]], [[3]])
    np.testing.assert_array_equal(codes, before)
