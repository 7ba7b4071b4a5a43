"""Silence: for how long was nothing heard of a site, although it was asked about?

Here a gap is the condition itself. A bucket is silent where nothing is known of it; where zeros are silence too, also
where nothing was used. A silence that is too short yet is unknown, not clear: it neither alerts nor ends an alert.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bot.domain.block import Block, Mask
from bot.domain.usage import Direction
from bot.engine.edges import BREACH, CLEAR, UNKNOWN, Verdicts
from bot.rules.model import NoData

NEVER_HEARD = -1
"""In place of the silence before a block: nothing was known of the site until then, so it is not watched yet."""


def silent(block: Block, direction: Direction, rule: NoData) -> Mask:
    """Shape (S, N): the buckets in which the site was silent."""
    return ~block.known | (block.of(direction) == 0) if rule.zero_is_silent else ~block.known


def judge_no_data(block: Block, direction: Direction, rule: NoData, before: NDArray[np.int64]) -> Verdicts:
    """A verdict for every bucket, and the seconds of silence that end with it.

    `before`, shape (S,), is for how many seconds each row was silent up to the block's start, or NEVER_HEARD. A site
    is watched from its first known bucket on.
    """
    columns = np.arange(block.length)
    is_silent = silent(block, direction, rule)
    is_new = (before == NEVER_HEARD)[:, None]
    watched = ~is_new | np.logical_or.accumulate(block.known, axis=1)
    first = np.where(block.known.any(axis=1), block.known.argmax(axis=1), block.length)[:, None]
    heard = np.maximum.accumulate(np.where(is_silent, -1, columns), axis=1)
    start = np.where(is_new, np.maximum(heard, first - 1), heard)
    earlier = np.where((heard < 0) & ~is_new, before[:, None], 0)
    lasts = np.where(is_silent & watched, (columns - start) * block.step + earlier, 0)
    enough = lasts >= int(rule.after.total_seconds())
    states = np.where(~is_silent, CLEAR, np.where(enough & watched, BREACH, UNKNOWN))
    return Verdicts(states.astype(np.int8), lasts.astype(np.int64))
