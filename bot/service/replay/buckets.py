"""`BucketTable` over matrices: blocks of it are views, so a past of millions of buckets is held once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from bot.domain.block import Block
from bot.domain.hours import Hours
from bot.domain.times import DAY, HOUR, Slot, Window, ceil, floor
from bot.domain.usage import Bucket, Usage
from bot.service.ports import Grain, Reading
from bot.service.replay.past import Past

Rows = slice | NDArray[np.intp]


class MemoryBuckets:
    """The buckets of a `Past`. Every site asked for must be one of its; what lies outside its window is unknown.

    `write` changes the matrices that it was given.
    """

    def __init__(self, past: Past) -> None:
        self.past = past
        self._rows = {site: row for row, site in enumerate(past.sites.tolist())}
        self._revisions: defaultdict[int, list[tuple[Slot, Bucket, Bucket]]] = defaultdict(list)
        self._hourly: Hours | None = None

    async def write(
        self, readings: Sequence[Reading], seen_at: Slot, judged_until: Mapping[int, Slot]
    ) -> Mapping[int, Slot]:
        earliest: dict[int, Slot] = {}
        for reading in readings:
            for bucket in reading.buckets:
                if bucket.slot in self.past.window and self._put(reading.site, bucket, seen_at, judged_until):
                    earliest[reading.site] = Slot(min(bucket.slot, earliest.get(reading.site, bucket.slot)))
        self._hourly = None if earliest else self._hourly
        return earliest

    def _put(self, site: int, new: Bucket, seen_at: Slot, judged_until: Mapping[int, Slot]) -> bool:
        """Whether the bucket was new or changed."""
        block = self.past.block
        place = self._rows[site], block.column(new.slot)
        old = Bucket(new.slot, int(block.in_bytes[place]), int(block.out_bytes[place]))
        if block.known[place]:
            if new == old:
                return False
            if new.slot < judged_until.get(site, 0):
                self._revisions[site].append((seen_at, old, new))
        block.in_bytes[place], block.out_bytes[place], block.known[place] = new.in_bytes, new.out_bytes, True
        return True

    async def begin(self) -> Slot | None:
        return self.past.window.start

    async def block(self, sites: NDArray[np.int64], window: Window, step: int) -> Block:
        own, rows = self.past.block, self._places(sites.tolist())
        there = window.overlap(self.past.window)
        columns = slice(own.column(window.start), own.column(window.end))
        if there == window:
            parts = own.in_bytes[rows, columns], own.out_bytes[rows, columns], own.known[rows, columns]
            return Block(sites, window.start, step, *parts)
        block = Block.unknown(sites, window, step)
        if there is not None:
            inside = slice(block.column(there.start), block.column(there.end))
            block.in_bytes[:, inside] = own.in_bytes[rows, columns]
            block.out_bytes[:, inside] = own.out_bytes[rows, columns]
            block.known[:, inside] = own.known[rows, columns]
        return block

    async def usage(self, sites: Sequence[int], window: Window, step: int) -> Mapping[int, Usage]:
        own, rows = self.past.block, self._places(sites)
        columns = slice(own.column(ceil(window.start, step)), own.column(window.end))
        sums = _sums(own.in_bytes[rows, columns], own.out_bytes[rows, columns], own.known[rows, columns])
        if self.past.hours is not None:
            sums += _hour_sums(self.past.hours, rows, window)
        expected = len(range(ceil(window.start, step), window.end, step))
        known: list[list[int]] = sums.T.tolist()
        return {site: replace(Usage(*amounts), expected=expected) for site, amounts in zip(sites, known, strict=True)}

    async def hours(self, sites: NDArray[np.int64], window: Window) -> Hours:
        asked = Hours.unknown(sites, window)
        there = window.overlap(Window(self._all_hours().start, self._all_hours().end))
        if there is not None:
            rows, found = self._places(sites.tolist()), self._all_hours()
            source = slice((there.start - found.start) // HOUR, (there.end - found.start) // HOUR)
            target = slice((there.start - asked.start) // HOUR, (there.end - asked.start) // HOUR)
            for new, old in zip(_matrices(asked), _matrices(found), strict=True):
                new[:, target] = old[rows, source]
        return asked

    async def series(self, site: int, window: Window, grain: Grain) -> Sequence[tuple[Slot, Usage]]:
        hours, span = self._all_hours(), HOUR if grain is Grain.HOURLY else DAY
        sums: dict[int, Usage] = {}
        row = self._rows[site]
        for column in np.flatnonzero(hours.known[row]).tolist():
            start = floor(hours.start + column * HOUR, span)
            if start in window:
                one = Usage(*(int(matrix[row, column]) for matrix in _matrices(hours)))
                sums[start] = sums.get(start, Usage()) + one
        return [(Slot(start), usage) for start, usage in sums.items()]

    async def revisions(self, site: int, window: Window) -> Sequence[tuple[Slot, Bucket, Bucket]]:
        found = [one for one in self._revisions[site] if one[1].slot in window]
        return sorted(found, key=lambda one: one[1].slot)

    def _places(self, sites: Sequence[int]) -> Rows:
        """The rows of these sites; a slice where they are neighbours, so that nothing need be copied."""
        rows = [self._rows[site] for site in sites]
        if rows and rows == list(range(rows[0], rows[0] + len(rows))):
            return slice(rows[0], rows[-1] + 1)
        return np.array(rows, np.intp)

    def _all_hours(self) -> Hours:
        if self._hourly is None:
            self._hourly = _hourly(self.past)
        return self._hourly


def _matrices(hours: Hours) -> tuple[NDArray[np.int64], ...]:
    return hours.in_bytes, hours.out_bytes, hours.max_bytes, hours.known


def _sums(in_bytes: NDArray[np.int64], out_bytes: NDArray[np.int64], known: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Shape (4, S): bytes in, out, the larger of both in each bucket, and known buckets."""
    larger = np.maximum(in_bytes, out_bytes)
    sums = [part.sum(axis=1, dtype=np.int64) for part in (in_bytes, out_bytes, larger, known)]
    return np.array(sums, np.int64)


def _hour_sums(hours: Hours, rows: Rows, window: Window) -> NDArray[np.int64]:
    """As `_sums`, of the whole hours inside the window."""
    length = hours.known.shape[1]
    first = min(max((ceil(window.start, HOUR) - hours.start) // HOUR, 0), length)
    end = min(max((floor(window.end, HOUR) - hours.start) // HOUR, first), length)
    return np.array([matrix[rows, first:end].sum(axis=1) for matrix in _matrices(hours)], np.int64)


def _hourly(past: Past) -> Hours:
    """Every hour of the past, those of its buckets summed."""
    block = past.block
    start, end = floor(block.start, HOUR), ceil(block.end, HOUR)
    summed = Hours.unknown(block.sites, Window(start, end))
    edges = [block.column(hour) for hour in range(start, end, HOUR)]
    larger = np.maximum(block.in_bytes, block.out_bytes)
    parts = (block.in_bytes, block.out_bytes, larger, block.known)
    if block.length:
        for into, part in zip(_matrices(summed), parts, strict=True):
            into[:] = np.add.reduceat(part, edges, axis=1, dtype=np.int64)
    if past.hours is None:
        return summed
    joined = [np.hstack(both) for both in zip(_matrices(past.hours), _matrices(summed), strict=True)]
    return Hours(block.sites, past.hours.start, *joined)
