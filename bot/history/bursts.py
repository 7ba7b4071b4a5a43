"""`BurstTable` in SQL."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.times import HOUR, Slot, Window, ceil, floor
from bot.history.sql import Sql
from bot.service.ports import BurstHour

MINUTE = 60
INSERT = "INSERT INTO bursts (watch, site, hour, hot, gaps, hot_at, gaps_at) VALUES (?, ?, ?, ?, ?, ?, ?)"
SPAN = """
INSERT INTO burst_spans (watch, site, since, until) VALUES (?, ?, ?, ?)
ON CONFLICT (watch, site) DO UPDATE SET since = excluded.since, until = excluded.until
"""
RECOUNT = """
UPDATE burst_spans SET until = CASE WHEN since > ? THEN since WHEN until > ? THEN ? ELSE until END WHERE {sites}
"""


class SqlBursts:
    """Keyed by watch and site first: what is asked of one site and one rate lies together, and little is written."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._sql = Sql(connection)

    async def spans(self, watch: str, sites: Sequence[int]) -> Mapping[int, Window]:
        query = f"SELECT site, since, until FROM burst_spans WHERE watch = ? AND {self._sql.within('site')}"  # noqa: S608
        rows = await self._sql.ask(query, watch, self._sql.numbers(sites))
        return {site: Window(Slot(since), Slot(until)) for site, since, until in rows if since < until}

    async def write(self, watch: str, window: Window, hours: Sequence[BurstHour], spans: Mapping[int, Window]) -> None:
        gone = f"DELETE FROM bursts WHERE watch = ? AND {self._sql.within('site')} AND hour >= ? AND hour < ?"  # noqa: S608
        await self._sql.tell(gone, watch, self._sql.numbers(spans), window.start, window.end)
        rows = [
            (watch, one.site, one.hour, one.hot.bit_count(), one.gaps.bit_count(), one.hot, one.gaps) for one in hours
        ]
        await self._sql.tell_each(INSERT, rows)
        await self._sql.tell_each(SPAN, [(watch, site, span.start, span.end) for site, span in spans.items()])

    async def counts(self, watch: str, sites: Sequence[int], window: Window) -> Mapping[int, tuple[int, int]]:
        found = dict.fromkeys(sites, (0, 0))
        first, end = ceil(window.start, HOUR), floor(window.end, HOUR)
        if first < end:
            query = f"SELECT site, sum(hot), sum(gaps) {self._of()} GROUP BY site"
            for site, hot, gaps in await self._sql.ask(query, watch, self._sql.numbers(sites), first, end):
                found[site] = (int(hot), int(gaps))
        for edge in _edges(window, first, end):
            bits = _bits(edge)
            for one in await self._hours(watch, sites, edge):
                hot, gaps = found[one.site]
                found[one.site] = hot + (one.hot & bits).bit_count(), gaps + (one.gaps & bits).bit_count()
        return found

    async def hours(self, watch: str, site: int, window: Window) -> Sequence[BurstHour]:
        return await self._hours(watch, [site], window)

    async def recount(self, sites: Sequence[int]) -> None:
        ((swept,),) = await self._sql.ask("SELECT max(before) FROM swept WHERE tier = 'raw'")
        raw = 0 if swept is None else swept
        query = RECOUNT.format(sites=self._sql.within("site"))
        await self._sql.tell(query, raw, raw, raw, self._sql.numbers(sites))

    async def _hours(self, watch: str, sites: Sequence[int], window: Window) -> Sequence[BurstHour]:
        query = f"SELECT site, hour, hot_at, gaps_at {self._of()} ORDER BY site, hour"
        span = floor(window.start, HOUR), window.end
        rows = await self._sql.ask(query, watch, self._sql.numbers(sites), *span)
        return [BurstHour(site, Slot(hour), hot, gaps) for site, hour, hot, gaps in rows]

    def _of(self) -> str:
        return f"FROM bursts WHERE watch = ? AND {self._sql.within('site')} AND hour >= ? AND hour < ?"


def _edges(window: Window, first: int, end: int) -> list[Window]:
    """The parts of the window that are not whole hours; each lies within one."""
    if first > end:
        return [window]
    ends = ((window.start, Slot(first)), (Slot(end), window.end))
    return [Window(start, after) for start, after in ends if start < after]


def _bits(edge: Window) -> int:
    """The bits of the minutes of a part of one hour."""
    start = edge.start % HOUR // MINUTE
    length = -(-(edge.end - edge.start) // MINUTE)
    return ((1 << length) - 1) << start
