"""Randomness without state: every draw is a pure function of (key, place, stream).

A counter-based generator (the finaliser of SplitMix64; Steele, Lea, Flood, OOPSLA 2014) is used instead of
`numpy.random` because any stretch of any site can then be drawn in any order, many sites at once, and gives
the same numbers on every version of NumPy.
"""

from __future__ import annotations

import hashlib

import numpy as np
from numpy.typing import NDArray

U64 = NDArray[np.uint64]
F64 = NDArray[np.float64]
I64 = NDArray[np.int64]

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_FIRST = np.uint64(0xBF58476D1CE4E5B9)
_SECOND = np.uint64(0x94D049BB133111EB)
_S30, _S27, _S31 = np.uint64(30), np.uint64(27), np.uint64(31)
_S16, _S32, _S11 = np.uint64(16), np.uint64(32), np.uint64(11)
_PAIRS = np.uint64(0x0000FFFF0000FFFF)
_LOW = np.uint64(0xFFFFFFFF)
# The sum of four uniform 16-bit numbers: its mean, and its standard deviation sqrt(4 * (2^32 - 1) / 12).
_MEAN = 4 * 65535 / 2
_DEVIATION = ((2**32 - 1) / 3) ** 0.5


def key_of(seed: int, name: str) -> int:
    """A 64-bit key, well mixed, of a seed and a name."""
    digest = hashlib.blake2b(f"{seed}/{name}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "little")


def _mix(x: U64) -> U64:
    """SplitMix64's finaliser, in place."""
    x ^= x >> _S30
    x *= _FIRST
    x ^= x >> _S27
    x *= _SECOND
    x ^= x >> _S31
    return x


def draw(keys: U64, places: I64, stream: int) -> U64:
    """64 random bits for every key and place. `keys` has shape (K,), `places` (K, N); the result (K, N)."""
    start = _mix(keys ^ np.uint64(key_of(stream, "stream")))
    return _mix(places.astype(np.uint64) * _GOLDEN + start[:, None])


def normal(bits: U64) -> F64:
    """Nearly normal numbers, mean 0 and deviation 1, never beyond ±3.5: the sum of the four quarters."""
    pairs = (bits & _PAIRS) + ((bits >> _S16) & _PAIRS)
    total = (pairs & _LOW) + (pairs >> _S32)
    return (total.astype(np.float64) - _MEAN) / _DEVIATION


def uniform(bits: U64) -> F64:
    """Uniform numbers in (0, 1): never 0, so that they may be divided by."""
    return ((bits >> _S11).astype(np.float64) + 0.5) / float(2**53)


def smooth(keys: U64, days: I64, per_day: int, knots: int, stream: int) -> F64:
    """Normal noise that wanders: `knots` independent values a day with straight lines between them.

    `keys` and `days` have shape (K,); the result has shape (K, per_day) and runs on without a step from one
    day to the next. `knots` must divide `per_day`. Lines between independent values would be calmer in their
    middle; dividing by the root of the squared weights keeps the deviation at 1 everywhere.
    """
    places = days[:, None] * knots + np.arange(knots + 1)
    values = normal(draw(keys, places, stream))
    share = np.arange(per_day // knots) * knots / per_day
    left = (1 - share) / np.hypot(share, 1 - share)
    right = share / np.hypot(share, 1 - share)
    lines = values[:, :-1, None] * left + values[:, 1:, None] * right
    return lines.reshape(len(keys), per_day)
