"""Bytes as two-byte logarithms: what is remembered need not be exact."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Codes = NDArray[np.uint16]
UNKNOWN = 0
FINENESS = 1000
"""Codes to a doubling: 0.07 % apart."""
MOST = np.iinfo(np.uint16).max


def median(ordered: Codes) -> Codes:
    """The lower median of what is known, over the last axis, in which codes rise: what is unknown comes first."""
    last = ordered.shape[-1] - 1
    place = np.minimum(((ordered == UNKNOWN).sum(axis=-1) + last) // 2, last)
    return np.take_along_axis(ordered, place[..., None], axis=-1)[..., 0]


def encode(amounts: NDArray[np.float32]) -> Codes:
    """NaN is unknown; negative amounts do not occur."""
    known = ~np.isnan(amounts)
    codes = np.rint(np.log2(np.where(known, amounts, 0) + 1) * FINENESS) + 1
    return np.where(known, np.minimum(codes, MOST), UNKNOWN).astype(np.uint16)


def decode(codes: Codes | NDArray[np.float32]) -> NDArray[np.float32]:
    """Codes, or what lies between them."""
    amounts = np.exp2((codes.astype(np.float32) - 1) / FINENESS) - 1
    return np.where(codes == UNKNOWN, np.float32(np.nan), amounts).astype(np.float32)
