"""What was used in the span that ends with each bucket."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bot.domain.block import Block
from bot.domain.usage import Direction

Counts = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Trailing:
    """`used`, shape (S, N): the known bytes of the `width` buckets that end with each; `whole`: all of them known."""

    used: Counts
    whole: NDArray[np.bool_]
    width: int


def rolling(values: Counts, width: int) -> Counts:
    """Shape kept: the sum of each value and the `width - 1` before it; of fewer at the left edge."""
    total = np.cumsum(values, axis=1, dtype=np.int64)
    result = total.copy()
    result[:, width:] -= total[:, :-width]
    return result


def trailing(block: Block, direction: Direction, width: int) -> Trailing:
    """Of a block alone: the first `width - 1` columns lack what came before it."""
    used = rolling(block.of(direction), width)
    return Trailing(used, rolling(block.known.astype(np.int64), width) == width, width)
