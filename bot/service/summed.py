"""The sites of a pool summed bucket by bucket, as if they were one.

A site counts from where its history is known: one that joins a pool brings no gap from before there was anything of
it. From then on a bucket of the pool is known where it is known of all of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bot.domain.block import Block, Mask
from bot.domain.times import Slot, Window
from bot.domain.usage import Direction, Usage
from bot.service.judging import BATCH_CELLS, Batch, Due, keys_of

Counts = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Summed:
    """`used`, shape (N,): known bytes of all sites; `known`: of every site that counts by then."""

    used: Counts
    known: Mask


async def summed(batch: Batch, due: Sequence[Due], window: Window, direction: Direction, begin: Slot) -> Summed:
    """The buckets of these sites over a window, read a few sites at a time. Nothing is known before `begin`."""
    step = batch.block.step
    length = (window.end - window.start) // step
    used, missing = np.zeros(length, np.int64), np.zeros(length, np.int64)
    starts = window.start + np.arange(length) * step
    size = max(1, BATCH_CELLS // max(1, length))
    for first in range(0, len(due), size):
        some = due[first : first + size]
        block = await batch.read(keys_of(some), window)
        counts = starts >= np.array([one.known_from for one in some], np.int64)[:, None]
        used += np.where(counts & block.known, block.of(direction), 0).sum(axis=0)
        missing += (counts & ~block.known).sum(axis=0)
    return Summed(used, (missing == 0) & (starts >= begin))


@dataclass(frozen=True, slots=True, eq=False)
class Groups:
    """Usage of groups of a pool's sites in one direction, to be summed like that of sites; a group's key is its place
    in `groups`, from 1 on."""

    batch: Batch
    groups: Sequence[Sequence[Due]]
    direction: Direction

    @property
    def begin(self) -> Slot:
        """Where the first of the sites begins to count."""
        return min(one.known_from for due in self.groups for one in due)

    @property
    def keys(self) -> NDArray[np.int64]:
        return np.arange(1, len(self.groups) + 1)

    async def read(self, sites: NDArray[np.int64], window: Window) -> Block:
        """`Block.of` the direction gives each group's sums."""
        block = Block.unknown(sites, window, self.batch.block.step)
        used = block.out_bytes if self.direction is Direction.OUT else block.in_bytes
        for row, key in enumerate(sites.tolist()):
            found = await summed(self.batch, self.groups[key - 1], window, self.direction, self.begin)
            used[row], block.known[row] = found.used, found.known
        return block

    async def usage(self, sites: Sequence[int], start: Slot, end: Slot) -> Mapping[int, Usage]:
        """All buckets are `known` where they are of every site; else fewer, and how many is not said."""
        return {key: await self._usage(self.groups[key - 1], start, end) for key in sites}

    async def _usage(self, due: Sequence[Due], start: Slot, end: Slot) -> Usage:
        step = self.batch.block.step
        since: dict[Slot, list[int]] = {}
        for one in due:
            since.setdefault(max(start, one.known_from), []).append(one.site.key)
        total = Usage()
        for begin, sites in since.items():
            usages = await self.batch.usage(sites, begin, end)
            total = sum((usages[site] for site in sites), total)
        begun = max(start, min(self.begin, end))
        missing = total.expected - total.known + (begun - start) // step
        buckets = (end - start) // step
        return Usage(total.in_bytes, total.out_bytes, total.max_bytes, buckets - missing, buckets)
