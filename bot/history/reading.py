"""Raw buckets and rollups: looked up by key, so that the cost follows what is asked and not what is stored."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.block import Block
from bot.domain.hours import Hours
from bot.domain.times import Slot, Window, ceil, floor
from bot.domain.usage import Bucket, Usage
from bot.history.sql import Rows, Sql
from bot.history.tables import DAYS, HOURS, Tier
from bot.service.ports import Grain

TIER_OF = {Grain.HOURLY: HOURS, Grain.DAILY: DAYS}
RAW_SUMS = """sum(in_bytes), sum(out_bytes),
    sum(CASE WHEN in_bytes > out_bytes THEN in_bytes ELSE out_bytes END), count(*)"""
ROLLUP_SUMS = "sum(in_bytes), sum(out_bytes), sum(max_bytes), sum(known)"


def slots(window: Window, step: int) -> range:
    """Multiples of `step` inside the window."""
    return range(ceil(window.start, step), window.end, step)


def pieces(window: Window) -> tuple[list[Window], list[Window], list[Window]]:
    """The window as raw edges, whole UTC hours and whole UTC days, none of them overlapping."""
    hours, edges = _whole(window, HOURS.step)
    if hours is None:
        return edges, [], []
    days, rest = _whole(hours, DAYS.step)
    return edges, rest, [days] if days else []


def _whole(window: Window, step: int) -> tuple[Window | None, list[Window]]:
    """The part of the window that is whole steps, if any, and what is left at its ends."""
    start, end = ceil(window.start, step), floor(window.end, step)
    if start >= end:
        return None, [window]
    ends = ((window.start, start), (end, window.end))
    return Window(start, end), [Window(first, last) for first, last in ends if first < last]


class StoredUsage:
    """Queries of usage. A list of slots and a list of sites become look-ups by the primary key (slot, site).

    A span of time in their place would read every site's rows of that time: 20 times dearer for a month of one
    site among a thousand, and hardly cheaper for all of them.
    """

    def __init__(self, connection: AsyncConnection) -> None:
        self._sql = Sql(connection)

    async def buckets(self, at: Iterable[int], sites: Iterable[int]) -> Rows:
        """(slot, site, in, out) of the raw buckets at these slots."""
        query = f"SELECT slot, site, in_bytes, out_bytes {self._at()}"
        return await self._sql.ask(query, self._sql.numbers(at), self._sql.numbers(sites))

    def _at(self) -> str:
        return f"FROM buckets WHERE {self._sql.within('slot')} AND {self._sql.within('site')}"

    async def block(self, sites: NDArray[np.int64], window: Window, step: int) -> Block:
        """Shape (S, N) of the window's raw buckets, rows in the order of `sites`."""
        block = Block.unknown(sites, window, step)
        at = range(window.start, window.end, step)
        columns = ("slot", "site", "in_bytes", "out_bytes")
        flat = await self._sql.matrix(columns, self._at(), self._sql.numbers(at), self._sql.numbers(sites))
        order = np.argsort(sites)
        row = order[np.searchsorted(sites, flat[:, 1], sorter=order)]
        column = (flat[:, 0] - window.start) // step
        block.in_bytes[row, column], block.out_bytes[row, column] = flat[:, 2], flat[:, 3]
        block.known[row, column] = True
        return block

    async def begin(self) -> Slot | None:
        ((slot,),) = await self._sql.ask("SELECT min(slot) FROM buckets")
        return None if slot is None else Slot(slot)

    async def hours(self, sites: NDArray[np.int64], window: Window) -> Hours:
        """Shape (S, H) of the window's hourly rollups, rows in the order of `sites`."""
        hours = Hours.unknown(sites, window)
        columns = ("hour", "site", "in_bytes", "out_bytes", "max_bytes", "known")
        rest = f"FROM hourly WHERE {self._sql.within('hour')} AND {self._sql.within('site')}"
        at = slots(window, HOURS.step)
        flat = await self._sql.matrix(columns, rest, self._sql.numbers(at), self._sql.numbers(sites))
        order = np.argsort(sites)
        row = order[np.searchsorted(sites, flat[:, 1], sorter=order)]
        column = (flat[:, 0] - window.start) // HOURS.step
        for place, sums in enumerate((hours.in_bytes, hours.out_bytes, hours.max_bytes, hours.known)):
            sums[row, column] = flat[:, 2 + place]
        return hours

    async def usage(self, sites: Sequence[int], window: Window, step: int) -> Mapping[int, Usage]:
        """Usage of each site: the sums of the fewest rows that make up the window."""
        expected = len(slots(window, step))
        sums = dict.fromkeys(sites, Usage(expected=expected))
        edges, hours, days = pieces(window)
        raw = [slot for edge in edges for slot in slots(edge, step)]
        levels = (
            await self._sums("buckets", "slot", RAW_SUMS, raw, sites),
            await self._sums(HOURS.table, HOURS.slot, ROLLUP_SUMS, _rows_of(HOURS, hours), sites),
            await self._sums(DAYS.table, DAYS.slot, ROLLUP_SUMS, _rows_of(DAYS, days), sites),
        )
        for site, *amounts in chain.from_iterable(levels):
            sums[site] += Usage(*map(int, amounts))
        return sums

    async def series(self, site: int, window: Window, grain: Grain) -> Sequence[tuple[Slot, Usage]]:
        tier = TIER_OF[grain]
        query = (
            f"SELECT {tier.slot}, in_bytes, out_bytes, max_bytes, known FROM {tier.table} "  # noqa: S608 - our names
            f"WHERE {self._sql.within(tier.slot)} AND site = ? ORDER BY {tier.slot}"
        )
        rows = await self._sql.ask(query, self._sql.numbers(slots(window, tier.step)), site)
        return [(Slot(slot), Usage(*amounts)) for slot, *amounts in rows]

    async def revisions(self, site: int, window: Window) -> Sequence[tuple[Slot, Bucket, Bucket]]:
        query = (
            "SELECT seen_at, slot, in_before, out_before, in_after, out_after FROM revisions "
            "WHERE site = ? AND slot >= ? AND slot < ? ORDER BY slot, id"
        )
        rows = await self._sql.ask(query, site, window.start, window.end)
        return [
            (Slot(seen_at), Bucket(slot, *before), Bucket(slot, *after))
            for seen_at, slot, before, after in ((row[0], row[1], row[2:4], row[4:6]) for row in rows)
        ]

    async def _sums(self, table: str, column: str, sums: str, at: Sequence[int], sites: Sequence[int]) -> Rows:
        if not at or not sites:
            return []
        where = f"{self._sql.within(column)} AND {self._sql.within('site')}"
        query = f"SELECT site, {sums} FROM {table} WHERE {where} GROUP BY site"  # noqa: S608 - no foreign text
        return await self._sql.ask(query, self._sql.numbers(at), self._sql.numbers(sites))


def _rows_of(tier: Tier, windows: Sequence[Window]) -> list[int]:
    return [slot for window in windows for slot in slots(window, tier.step)]
