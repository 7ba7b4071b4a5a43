"""How often a site was as high before: the same level, at the same local time of the days before."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bot.domain.block import Block
from bot.domain.usage import Direction
from bot.engine.spikes.scales import ENOUGH


@dataclass(frozen=True, slots=True)
class Rank:
    """Of D days, the latest first, which are `known` and on which it was `as_high`; each of shape (D,)."""

    known: NDArray[np.bool_]
    as_high: NDArray[np.bool_]


def rank(
    block: Block, direction: Direction, ends: NDArray[np.int64], width: int, came: int, *, is_median: bool
) -> Rank:
    """Of the block's only row. `ends`, shape (D, N), are the slots at which levels of so many buckets (`width`) end: N
    of each of D days. A day was as high where any of its levels, over its span, was `came` bytes or more: the least of
    the buckets or, where `is_median`, the lower of their middle ones."""
    last = (ends - block.start) // block.step - 1
    columns = last[..., None] - np.arange(width)
    inside = (columns >= 0) & (columns < block.length)
    columns = np.where(inside, columns, 0)
    known = inside & block.known[0, columns]
    amounts = np.sort(np.where(known, block.of(direction)[0, columns].astype(float), np.inf), axis=-1)
    counts = known.sum(axis=-1)
    middle = np.maximum(counts - 1, 0) // 2 if is_median else np.zeros_like(counts)
    levels = np.take_along_axis(amounts, middle[..., None], axis=-1)[..., 0]
    enough = counts >= ENOUGH * width
    as_high = enough & (np.rint(np.where(enough, levels, 0) * width) >= came)
    return Rank(enough.any(axis=-1), as_high.any(axis=-1))
