"""Thresholds: did the last `within` hold more, or less, than the limit?

Strictly over, strictly under. A sum of known buckets that is already over convicts despite gaps; where a gap
could change the answer, the verdict is unknown.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bot.domain.block import Block
from bot.domain.usage import Direction
from bot.engine.edges import BREACH, CLEAR, UNKNOWN, Verdicts
from bot.rules.model import Threshold


def columns_of(threshold: Threshold, step: int) -> int:
    """How many buckets of `step` seconds `within` spans: whole buckets, rounded up, at least one."""
    return max(1, -(-int(threshold.within.total_seconds()) // step))


def rolling(values: NDArray[np.int64], width: int) -> NDArray[np.int64]:
    """Shape kept: the sum of each value and the `width - 1` before it; of fewer at the left edge."""
    total = np.cumsum(values, axis=1, dtype=np.int64)
    result = total.copy()
    result[:, width:] -= total[:, :-width]
    return result


def judge_threshold(block: Block, direction: Direction, threshold: Threshold) -> Verdicts:
    """A verdict and the window's known sum for every bucket of every row, each about the window that ends with it.

    The first `within` of the block lacks what came before, so it is unknown unless what is there decides.
    """
    width = columns_of(threshold, block.step)
    used = rolling(block.of(direction), width)
    complete = rolling(block.known.astype(np.int64), width) == width
    if threshold.under:
        states = np.where(used >= threshold.limit, CLEAR, np.where(complete, BREACH, UNKNOWN))
    else:
        states = np.where(used > threshold.limit, BREACH, np.where(complete, CLEAR, UNKNOWN))
    return Verdicts(states.astype(np.int8), used)
