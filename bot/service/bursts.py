"""Counting the buckets over a rate since a period's start, without reading its raw buckets at every pass.

What was looked at is remembered by the hour (`BurstTable`). A pass looks at the hours of what is new or revised, and
beyond them only at what was never looked at: the period so far of a new rule or an edited rate. Raw buckets that
retention has swept by then are gaps: nobody can say what they held.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bot.domain.block import Mask
from bot.domain.times import DAY, HOUR, Slot, Window, ceil, floor
from bot.domain.usage import Direction
from bot.engine.percentile import Marks, mark
from bot.service.judging import BATCH_CELLS, Batch, Due
from bot.service.ports import BurstHour, BurstTable

MINUTE = 60
LOOKED_AT = BATCH_CELLS
"""So many raw buckets of the past are read for one rule in one pass: a second or two."""


@dataclass(frozen=True, slots=True)
class Bursts:
    """What is over a rate in one direction."""

    rate: int
    direction: Direction

    @property
    def watch(self) -> str:
        return f"{self.direction} {self.rate}"

    async def marks(self, batch: Batch, sites: Sequence[int], window: Window, until: NDArray[np.int64]) -> Marks:
        """Of raw buckets, with a row for each site; those from its slot `until` on are to come."""
        block = await batch.read(np.array(sites, np.int64), window)
        return mark(block, self.direction, self.rate, until)

    async def look(self, batch: Batch, due: Sequence[Due], marks: Marks, since: Mapping[int, Slot]) -> frozenset[int]:
        """Remember what `marks`, of the batch's block with a row for each of `due`, show; and first what was not
        looked at since the slots `since` (by site key), which the block does not reach.

        A new rule has much to look at, and no pass is to take long: which sites it was done for, the others come with
        the next."""
        table, begin = batch.tx.bursts, batch.block.start
        sites = [item.site.key for item in due]
        if table is None:
            return frozenset(sites)
        spans = dict(await table.spans(self.watch, sites))
        later, left = set[int](), LOOKED_AT
        for window, some in self._unseen(due, begin, since, spans).items():
            cells = (window.end - window.start) // batch.block.step
            now = some[: max(left // cells, 1 if left == LOOKED_AT else 0)]
            later |= {item.site.key for item in some[len(now) :]}
            left = max(0, left - cells * len(now))
            await self._look_back(batch, table, now, window, spans)
        done = frozenset(sites) - later
        seen = [(item, spans.get(item.site.key)) for item in due if item.site.key in done]
        if not seen:
            return done
        first = min(min(item.dirty_from, span.end) if span and span.start <= begin else begin for item, span in seen)
        window = Window(max(floor(first, HOUR), begin), ceil(batch.block.end, HOUR))
        whole = {item.site.key: Window(min(span.start, begin) if span else begin, item.until) for item, span in seen}
        hours = [one for one in _hours(marks, sites, window) if one.site in done]
        await table.write(self.watch, window, hours, whole)
        return done

    async def before(self, batch: Batch, sites: Sequence[int], period: Window) -> Mapping[int, tuple[int, int]]:
        """(hot, gaps) of the period before the batch's block."""
        end = min(batch.block.start, period.end)
        if period.start >= end:
            return dict.fromkeys(sites, (0, 0))
        if batch.tx.bursts is not None:
            return await batch.tx.bursts.counts(self.watch, sites, Window(period.start, end))
        marks = await self.past(batch, sites, Window(period.start, end))
        counts = zip(marks.hot.sum(axis=1).tolist(), marks.gaps.sum(axis=1).tolist(), strict=True)
        return dict(zip(sites, counts, strict=True))

    async def past(self, batch: Batch, sites: Sequence[int], window: Window) -> Marks:
        """The marks of a window before the batch's block, with a row for each site."""
        step, table = batch.block.step, batch.tx.bursts
        if table is None:
            return await self.marks(batch, sites, window, np.full(len(sites), window.end))
        shape = len(sites), (window.end - window.start) // step
        marks = Marks(window.start, step, np.zeros(shape, np.bool_), np.zeros(shape, np.bool_))
        for row, site in enumerate(sites):
            rows = await table.hours(self.watch, site, window)
            hours = np.array([(one.hour, one.hot, one.gaps) for one in rows], np.int64).reshape(-1, 3)
            for minute in range(0, HOUR // MINUTE, max(1, step // MINUTE)):
                columns = (hours[:, 0] + minute * MINUTE - window.start) // step
                inside = (columns >= 0) & (columns < shape[1])
                marks.hot[row, columns[inside]] = hours[inside, 1] >> minute & 1
                marks.gaps[row, columns[inside]] = hours[inside, 2] >> minute & 1
        return marks

    def _unseen(
        self, due: Sequence[Due], begin: Slot, since: Mapping[int, Slot], spans: Mapping[int, Window]
    ) -> Mapping[Window, list[Due]]:
        """Windows before `begin` that nobody looked at, with their sites."""
        unseen: dict[Window, list[Due]] = {}
        for item in due:
            site, span = item.site.key, spans.get(item.site.key)
            first = floor(since[site], HOUR)
            ends = (
                [(first, begin)] if span is None else [(first, min(span.start, begin)), (floor(span.end, HOUR), begin)]
            )
            for start, end in ends:
                if start < end:
                    unseen.setdefault(Window(start, end), []).append(item)
        return unseen

    async def _look_back(
        self, batch: Batch, table: BurstTable, due: Sequence[Due], window: Window, spans: dict[int, Window]
    ) -> None:
        """Look at raw buckets of the past, a few sites and a month at a time; `spans` are brought up to date."""
        size = max(1, BATCH_CELLS * batch.block.step // (31 * DAY))
        for part in window.chunks(31 * DAY):
            for some in (due[first : first + size] for first in range(0, len(due), size)):
                sites = [item.site.key for item in some]
                marks = await self.marks(batch, sites, part, np.full(len(sites), part.end))
                seen = {site: _joined(spans.get(site), part) for site in sites}
                await table.write(self.watch, part, list(_hours(marks, sites, part)), seen)
                spans.update(seen)


def _joined(span: Window | None, part: Window) -> Window:
    return part if span is None else Window(min(span.start, part.start), max(span.end, part.end))


def _hours(marks: Marks, sites: Sequence[int], window: Window) -> Iterator[BurstHour]:
    """The hours of the window (whole ones) that hold a hot bucket or a gap; row i is of `sites[i]`."""
    columns, step = slice(marks.column(window.start), marks.column(window.end)), marks.step
    hot, gaps = _bits(marks.hot[:, columns], step), _bits(marks.gaps[:, columns], step)
    begin, length = max(marks.start, window.start), max(HOUR, step)
    for row, place in np.argwhere((hot != 0) | (gaps != 0)).tolist():
        yield BurstHour(sites[row], Slot(begin + place * length), int(hot[row, place]), int(gaps[row, place]))


def _bits(marked: Mask, step: int) -> NDArray[np.int64]:
    """Shape (S, H): of each hour the bits of the minutes at which its marked buckets start."""
    width = max(1, HOUR // step)
    hours = -(-marked.shape[1] // width)
    whole = np.zeros((len(marked), hours * width), np.int64)
    whole[:, : marked.shape[1]] = marked
    weights = np.left_shift(np.int64(1), np.arange(width) * (step // MINUTE) % (HOUR // MINUTE))
    return whole.reshape(len(marked), hours, width) @ weights
