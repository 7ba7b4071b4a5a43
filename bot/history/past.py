"""`PastTable` in SQL: sums written as wholes, and reading in the order of the keys."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from itertools import chain

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.times import DAY, HOUR, Slot, Window, floor
from bot.history.retention import SWEPT
from bot.history.sql import Rows, Sql
from bot.history.tables import DAYS, HOURS, Tier
from bot.history.writing import ADDING, rectangles
from bot.history.writing import SUMS as COLUMNS
from bot.service.ports import Edges, Resolution
from bot.service.ports.past import Key, Sums

SUMS = ", ".join(COLUMNS)
OF_BUCKETS = "in_bytes, out_bytes, CASE WHEN in_bytes > out_bytes THEN in_bytes ELSE out_bytes END, 1"
SHORTEST_BUCKET = 60
SOURCES = {
    # table, column of the slot, columns that make up `Sums`
    Resolution.RAW: ("buckets", "slot", OF_BUCKETS),
    Resolution.HOUR: (HOURS.table, HOURS.slot, SUMS),
    Resolution.DAY: (DAYS.table, DAYS.slot, SUMS),
}
TIERS = {Resolution.HOUR: HOURS, Resolution.DAY: DAYS}
NOTHING: Sums = (0, 0, 0, 0)


def _renewing(tier: Tier) -> str:
    renewed = ", ".join(f"{name} = excluded.{name}" for name in COLUMNS)
    return f"ON CONFLICT ({tier.slot}, site) DO UPDATE SET {renewed}"


RENEWING = {tier: _renewing(tier) for tier in (HOURS, DAYS)}


class SqlPast:
    """Rows of usage as wholes."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._sql = Sql(connection)

    async def close_before(self, edges: Edges) -> Edges:
        wanted = [("hourly", floor(edges.hourly, DAY)), ("raw", floor(edges.raw, HOUR))]
        await self._sql.tell_each(SWEPT, wanted)
        swept = {tier: Slot(before) for tier, before in await self._sql.ask("SELECT tier, before FROM swept")}
        return Edges(swept["raw"], swept["hourly"])

    async def stored(self, resolution: Resolution, keys: Collection[Key]) -> Mapping[Key, Sums]:
        table, column, sums = SOURCES[resolution]
        where = f"{self._sql.within(column)} AND {self._sql.within('site')}"
        query = f"SELECT {column}, site, {sums} FROM {table} WHERE {where}"  # noqa: S608 - our own names
        found: dict[Key, Sums] = {}
        for at, sites in rectangles(keys):
            for slot, site, *amounts in await self._sql.ask(query, self._sql.numbers(at), self._sql.numbers(sites)):
                found[slot, site] = (amounts[0], amounts[1], amounts[2], amounts[3])
        return found

    async def replace(self, resolution: Resolution, rows: Mapping[Key, Sums]) -> None:
        tier, before = TIERS[resolution], await self.stored(resolution, rows)
        renewed = [(*key, *sums) for key, sums in sorted(rows.items())]
        await self._sql.merge(tier.table, (tier.slot, "site", *COLUMNS), renewed, RENEWING[tier])
        if resolution is Resolution.HOUR:
            await self._sql.merge(DAYS.table, (DAYS.slot, "site", *COLUMNS), _added(rows, before), ADDING[DAYS])
        await self._forget_finer(resolution, before)

    async def _forget_finer(self, resolution: Resolution, replaced: Iterable[Key]) -> None:
        """What was replaced as a whole is not the sum of its finer rows any more."""
        by_site: dict[int, list[int]] = defaultdict(list)
        for slot, site in replaced:
            by_site[site].append(slot)
        step = TIERS[resolution].step
        for site, starts in by_site.items():
            await self._forget("buckets", "slot", _inside(starts, step, SHORTEST_BUCKET), site)
            if resolution is Resolution.DAY:
                await self._forget(HOURS.table, HOURS.slot, _inside(starts, step, HOUR), site)

    async def _forget(self, table: str, column: str, at: Iterable[int], site: int) -> None:
        where = f"{self._sql.within(column)} AND site = ?"
        await self._sql.tell(f"DELETE FROM {table} WHERE {where}", self._sql.numbers(at), site)  # noqa: S608 - as above

    async def rows(self, resolution: Resolution, window: Window, sites: Collection[int] | None) -> Rows:
        table, column, sums = SOURCES[resolution]
        where, values = f"{column} >= ? AND {column} < ?", [window.start, window.end]
        query = f"SELECT {column}, site, {sums} FROM {table} WHERE {where}"  # noqa: S608 - as above
        order = f"ORDER BY {column}, site"
        if sites is None:
            return await self._sql.ask(f"{query} {order}", *values)
        return await self._sql.ask(f"{query} AND {self._sql.within('site')} {order}", *values, self._sql.numbers(sites))

    async def span(self, resolution: Resolution) -> Window | None:
        table, column, _ = SOURCES[resolution]
        # Two look-ups by key; both in one query would read the whole table.
        [(first,)] = await self._sql.ask(f"SELECT min({column}) FROM {table}")  # noqa: S608 - as above
        [(last,)] = await self._sql.ask(f"SELECT max({column}) FROM {table}")  # noqa: S608 - as above
        return None if first is None else Window(Slot(first), Slot(last + 1))


def _inside(starts: Iterable[int], length: int, step: int) -> Iterable[int]:
    return chain.from_iterable(range(start, start + length, step) for start in starts)


def _added(rows: Mapping[Key, Sums], before: Mapping[Key, Sums]) -> list[tuple[int, ...]]:
    """What replaced hours add to their days, one row a day."""
    days: dict[Key, tuple[int, ...]] = {}
    for (slot, site), sums in rows.items():
        old = before.get((slot, site), NOTHING)
        day = (floor(slot, DAY), site)
        days[day] = tuple(a + new - was for a, new, was in zip(days.get(day, NOTHING), sums, old, strict=True))
    return [(*day, *added) for day, added in sorted(days.items())]
