"""Sums over the span that ends with each new bucket, however long the span: what lies before the block is not read
bucket by bucket, but summed by the hour and the day, but for the hour that the span begins in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from bot.domain.block import Block
from bot.domain.times import HOUR, Slot, Window, ceil, floor
from bot.domain.usage import Direction, Usage
from bot.engine.trailing import Trailing, trailing

Counts = NDArray[np.int64]


class Source(Protocol):
    """What sums are read from: the sites of a batch, or of a pool."""

    async def read(self, sites: NDArray[np.int64], window: Window) -> Block:
        """Their buckets, a row for each."""

    async def usage(self, sites: Sequence[int], start: Slot, end: Slot) -> Mapping[int, Usage]:
        """What they used from one slot up to another."""


async def sums_of(source: Source, block: Block, direction: Direction, span: int, first: int) -> Trailing:
    """`span` is whole buckets, in seconds. Exact from column `first` on; nothing, and not whole, before it."""
    width, step = span // block.step, block.step
    earliest = block.start + (first + 1) * step - span
    if earliest >= block.start or first == block.length:
        return trailing(block, direction, width)
    unit = max(HOUR, step)
    begin = floor(earliest, unit)
    end = Slot(min(max(ceil(block.end - span, unit), begin + unit), block.start))
    strip = await source.read(block.sites, Window(begin, end))
    between = await source.usage(block.sites.tolist(), end, block.start)
    summed = [between[site] for site in block.sites.tolist()]
    used = _Before(strip.of(direction), np.array([usage.of(direction) for usage in summed], np.int64))
    known = _Before(strip.known.astype(np.int64), np.array([usage.known for usage in summed], np.int64))
    left = np.arange(1, block.length + 1) - width
    skipped = (block.start - begin) // step
    return Trailing(
        used.sums(block.of(direction), left, skipped, first),
        known.sums(block.known.astype(np.int64), left, skipped, first) == width,
        width,
    )


class _Before:
    """What lies before a block: `strip`, shape (S, M), bucket by bucket, then `between`, shape (S,), in one sum."""

    def __init__(self, strip: Counts, between: Counts) -> None:
        self._running = _running(strip)
        self._base = self._running[:, -1] + between

    def sums(self, values: Counts, left: NDArray[np.intp], skipped: int, first: int) -> Counts:
        """The sums that end with each column of `values` and begin at column `left`, which is negative before it.

        `skipped` columns lie between the strip's first and the block's; columns before `first` are left at zero."""
        inside = _running(values) + self._base[:, None]
        result = np.zeros_like(values)
        early = np.flatnonzero(left[first:] < 0) + first
        late = np.flatnonzero(left[first:] >= 0) + first
        result[:, early] = inside[:, early + 1] - self._running[:, left[early] + skipped]
        result[:, late] = inside[:, late + 1] - inside[:, left[late]]
        return result


def _running(values: Counts) -> Counts:
    """Shape (S, N + 1): column n is the sum of the n before it."""
    return np.concatenate([np.zeros((len(values), 1), np.int64), np.cumsum(values, axis=1, dtype=np.int64)], axis=1)
