"""Quotas: at which bucket did usage since the period's start reach each step?

A step is reached when `used * 100 >= limit * percent`. It is decided in whole numbers: each step's level is
`ceil(limit * percent / 100)` bytes, and usage is compared with that.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from bot.domain.block import Block
from bot.domain.times import Slot, Window
from bot.domain.usage import Direction

Rows = NDArray[np.intp]
Counts = NDArray[np.int64]
LARGEST = np.iinfo(np.int64).max


def level_of(limit: int, step: Fraction) -> int:
    """The fewest whole bytes that are at least `step` percent of `limit`."""
    return -(-limit * step.numerator // (100 * step.denominator))


def levels_of(limits: Sequence[int], steps: Sequence[Fraction]) -> Counts:
    """Shape (R, K): the level of every step for every row's limit. A level beyond 2^63 can never be reached."""
    levels = [[min(level_of(limit, step), LARGEST) for step in steps] for limit in limits]
    return np.array(levels, np.int64).reshape(len(limits), len(steps))


@dataclass(frozen=True, slots=True, eq=False)
class Segment:
    """Rows of a block that share one billing period.

    `rows` has shape (R,); `opening`, shape (R,), is what each row had used in the period before the block
    begins; `levels`, shape (R, K), ascends along its second axis.
    """

    period: Window
    rows: Rows
    opening: Counts
    levels: Counts


@dataclass(frozen=True, slots=True)
class Crossing:
    """`row` reached step number `step` in the bucket that starts at `slot`, having `used` so many bytes by its end."""

    row: int
    step: int
    slot: Slot
    used: int


@dataclass(frozen=True, slots=True, eq=False)
class QuotaEdges:
    """`used` and `known`, shape (R,): bytes of the period so far, and known buckets of it inside the block.

    `carried`, shape (R, K): which steps had been reached before the block began.
    """

    crossings: tuple[Crossing, ...]
    used: Counts
    known: Counts
    carried: NDArray[np.bool_]


def judge_quota(block: Block, direction: Direction, segment: Segment) -> QuotaEdges:
    """The crossings inside the block of every step, for the rows of one segment."""
    first, last = block.column(segment.period.start), block.column(segment.period.end)
    part = block.of(direction)[segment.rows, first:last]
    running = np.cumsum(part, axis=1, dtype=np.int64) + segment.opening[:, None]
    used = running[:, -1] if running.shape[1] else segment.opening
    carried = segment.levels <= segment.opening[:, None]
    crossed = ~carried & (segment.levels <= used[:, None])
    crossings = []
    for place, step in zip(*np.nonzero(crossed), strict=True):
        column = int(np.searchsorted(running[place], segment.levels[place, step], side="left"))
        slot = Slot(block.start + (first + column) * block.step)
        crossings.append(Crossing(int(segment.rows[place]), int(step), slot, int(running[place, column])))
    known = block.known[segment.rows, first:last].sum(axis=1, dtype=np.int64)
    return QuotaEdges(tuple(crossings), used, known, carried)


def even_pace(limit: int, period: Window, until: int) -> int:
    """Bytes that would be used by `until` if the limit were used evenly over the period; whole, rounded down."""
    elapsed = min(max(until - period.start, 0), period.end - period.start)
    return limit * elapsed // (period.end - period.start)


def runs_out_at(used: int, limit: int, period: Window, until: int) -> Slot | None:
    """When the limit is reached at the period's average pace so far, if that is before the period's end.

    None before a twentieth of the period has passed (an average of hours says nothing about a month), where
    nothing was used, and where the limit was reached already.
    """
    elapsed, length = until - period.start, period.end - period.start
    if used <= 0 or used >= limit or elapsed * 20 < length:
        return None
    at = period.start - (-limit * elapsed // used)
    return Slot(at) if at < period.end else None
