"""Two-byte logarithms."""

from __future__ import annotations

import numpy as np

from bot.domain.usage import LARGEST_BUCKET
from bot.engine.spikes.codes import UNKNOWN, decode, encode


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
