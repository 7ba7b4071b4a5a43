"""Percentiles of burstable billing: how much burst time is used, how much is allowed, and when was a step reached?

By the nearest rank, the p-th percentile of n buckets is the ceil(p × n / 100)-th smallest. So it is over the rate
exactly when more than n - ceil(p × n / 100) buckets are: nothing need be ranked, only counted. Gaps are left out of n.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from bot.domain.block import Block, Mask
from bot.domain.times import Slot, Window
from bot.domain.usage import Direction

Counts = NDArray[np.int64]
Number = TypeVar("Number", int, Counts)


def allowed_bursts(ranked: Number, p: Fraction) -> Number:
    """How many of so many ranked buckets may be over the rate."""
    return ranked - -(-p.numerator * ranked // (100 * p.denominator))


def burst_level(allowed: int, step: Fraction) -> int:
    """The fewest hot buckets that reach `step` percent of the allowed: from 100 % on more than all of them."""
    share = -(-step.numerator * allowed // (100 * step.denominator))
    return max(share, allowed + 1 if step >= 100 else 1)


def burst_levels(allowed: Counts, step: Fraction) -> Counts:
    """`burst_level` of each, shape kept."""
    share = -(-step.numerator * allowed // (100 * step.denominator))
    return np.maximum(share, allowed + 1 if step >= 100 else 1)


@dataclass(frozen=True, slots=True, eq=False)
class Marks:
    """Which buckets are `hot`, strictly over the rate, and which are `gaps`; both of shape (S, N), as in a Block."""

    start: Slot
    step: int
    hot: Mask
    gaps: Mask

    def column(self, slot: int) -> int:
        """Index of the bucket that starts at `slot`, cut to 0 … N."""
        return min(max((slot - self.start) // self.step, 0), int(self.hot.shape[1]))


def mark(block: Block, direction: Direction, rate: int, until: Counts) -> Marks:
    """`rate` is bits a second. What is not known from a row's slot `until`, shape (S,), on is to come, and no gap."""
    starts = block.start + np.arange(block.length) * block.step
    hot = block.known & (block.of(direction) * 8 > rate * block.step)
    return Marks(block.start, block.step, hot, ~block.known & (starts < until[:, None]))


@dataclass(frozen=True, slots=True, eq=False)
class BurstSegment:
    """Rows of marks that share one billing period; `hot` and `gaps`, shape (R,), are what it held before the marks."""

    period: Window
    rows: NDArray[np.intp]
    hot: Counts
    gaps: Counts


@dataclass(frozen=True, slots=True)
class BurstCrossing:
    """`row` reached step number `step` in the bucket at `slot`, with so many `hot` and `gaps` by that bucket's end."""

    row: int
    step: int
    slot: Slot
    hot: int
    gaps: int


@dataclass(frozen=True, slots=True, eq=False)
class BurstEdges:
    """`hot` and `gaps`, shape (R,): buckets of the period so far. `carried`, shape (R, K): steps reached before."""

    crossings: tuple[BurstCrossing, ...]
    hot: Counts
    gaps: Counts
    carried: Mask


def judge_percentile(marks: Marks, p: Fraction, steps: Sequence[Fraction], segment: BurstSegment) -> BurstEdges:
    """The crossings inside the marks of every step. Gaps only lower what is allowed, so what is reached stays so."""
    first, last = marks.column(segment.period.start), marks.column(segment.period.end)
    ranked = (segment.period.end - segment.period.start) // marks.step
    hot = _running(segment.hot, marks.hot[segment.rows, first:last])
    gaps = _running(segment.gaps, marks.gaps[segment.rows, first:last])
    allowed = allowed_bursts(ranked - gaps, p)
    crossings, carried = [], np.zeros((len(segment.rows), len(steps)), np.bool_)
    for number, step in enumerate(steps):
        reached = hot >= burst_levels(allowed, step)
        carried[:, number] = reached[:, 0]
        for place in np.flatnonzero(reached[:, -1] & ~reached[:, 0]).tolist():
            after = int(reached[place].argmax())
            slot = Slot(marks.start + (first + after - 1) * marks.step)
            counts = int(hot[place, after]), int(gaps[place, after])
            crossings.append(BurstCrossing(int(segment.rows[place]), number, slot, *counts))
    return BurstEdges(tuple(crossings), hot[:, -1], gaps[:, -1], carried)


def _running(before: Counts, marked: Mask) -> Counts:
    """Shape (R, N + 1): column n is the count before the n-th bucket, beginning with `before`."""
    counted = np.cumsum(marked, axis=1, dtype=np.int64) + before[:, None]
    return np.concatenate([before[:, None], counted], axis=1)
