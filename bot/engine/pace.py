"""Pace: is a quota being used up much faster than evenly, both over a long span and over a short one?

The long span says that it matters, the short one that it still goes on. A level is the most whole bytes that are not
yet faster than `factor` times even pace, so everything is decided in whole numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from bot.domain.times import Window
from bot.engine.edges import BREACH, CLEAR, UNKNOWN, Verdicts
from bot.engine.trailing import Trailing

Levels = NDArray[np.int64]
LARGEST = int(np.iinfo(np.int64).max)


def pace_level(limit: int, period: Window, span: int, factor: Fraction) -> int:
    """Bytes in `span` seconds beyond which usage is faster than `factor` times an even use of `limit` over `period`."""
    return int(factor * limit * span // (period.end - period.start))


def counted_level(level: int, billing_factor: Fraction) -> int:
    """The most counted bytes of which `billing_factor` times as many, rounded down, are not more than `level`."""
    return min(-(-(level + 1) * billing_factor.denominator // billing_factor.numerator) - 1, LARGEST)


@dataclass(frozen=True, slots=True, eq=False)
class Burning:
    """One pair of spans: the sums of each, and the levels, shape (S, N), that each bucket's must not pass.

    LARGEST is the level where there is no quota. `judged`, shape (S, N), is False where it is too early to say.
    """

    long: Trailing
    short: Trailing
    long_level: Levels
    short_level: Levels
    judged: NDArray[np.bool_]


def judge_pace(pairs: Sequence[Burning]) -> Verdicts:
    """A breach where both spans of any pair are over their levels; unknown where a gap could change that.

    The value, limit and number are those of the pair whose long span is the furthest over its level, among those that
    breach where any does.
    """
    shape = pairs[0].long.used.shape
    states, which = np.full(shape, CLEAR, np.int8), np.zeros(shape, np.int8)
    values, limits = np.zeros(shape, np.int64), np.zeros(shape, np.int64)
    burning, grades = np.zeros(shape, np.bool_), np.full(shape, -1.0)
    for number, pair in enumerate(pairs):
        burns, may_burn = _burns(pair)
        states = np.where(burns, BREACH, np.where(may_burn & (states == CLEAR), UNKNOWN, states)).astype(np.int8)
        grade = pair.long.used / np.maximum(pair.long_level, 1)
        worse = (burns & ~burning) | ((burns == burning) & (grade > grades))
        values, limits = np.where(worse, pair.long.used, values), np.where(worse, pair.long_level, limits)
        which, grades = np.where(worse, number, which).astype(np.int8), np.where(worse, grade, grades)
        burning |= burns
    return Verdicts(states, values, limits, which)


def _burns(pair: Burning) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Where both spans are over their levels, and where they could be if all were known."""
    long, short = pair.long.used > pair.long_level, pair.short.used > pair.short_level
    may_burn = (long | ~pair.long.whole) & (short | ~pair.short.whole) & (pair.long_level < LARGEST)
    return long & short & pair.judged, may_burn | ~pair.judged
