"""Thresholds: did the last `within` hold more, or less, than the limit?

Strictly over, strictly under. A sum of known buckets that is already over convicts despite gaps; where a gap
could change the answer, the verdict is unknown.
"""

from __future__ import annotations

from datetime import timedelta

import numpy as np

from bot.domain.block import Block
from bot.domain.usage import Direction
from bot.engine.edges import BREACH, CLEAR, UNKNOWN, Verdicts
from bot.engine.trailing import Trailing, trailing
from bot.rules.model import Threshold


def buckets_in(span: timedelta, step: int) -> int:
    """How many buckets of `step` seconds a span is: whole buckets, rounded up, at least one."""
    return max(1, -(-int(span.total_seconds()) // step))


def judge_threshold(block: Block, direction: Direction, threshold: Threshold) -> Verdicts:
    """A verdict and the window's known sum for every bucket of every row, each about the window that ends with it.

    The first `within` of the block lacks what came before, so it is unknown unless what is there decides.
    """
    return judge_sums(trailing(block, direction, buckets_in(threshold.within, block.step)), threshold)


def judge_sums(sums: Trailing, threshold: Threshold) -> Verdicts:
    """As `judge_threshold`, of sums over `within`."""
    if threshold.under:
        states = np.where(sums.used >= threshold.limit, CLEAR, np.where(sums.whole, BREACH, UNKNOWN))
    else:
        states = np.where(sums.used > threshold.limit, BREACH, np.where(sums.whole, CLEAR, UNKNOWN))
    return Verdicts(states.astype(np.int8), sums.used)
