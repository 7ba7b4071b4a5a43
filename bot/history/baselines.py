"""`BaselineTable` in SQL."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.times import Slot
from bot.history.sql import Sql
from bot.service.ports import Baseline

SAVE = """
INSERT INTO baselines (site, since, until, value) VALUES (?, ?, ?, ?)
ON CONFLICT (site) DO UPDATE SET since = excluded.since, until = excluded.until, value = excluded.value
"""


class SqlBaselines:
    """Keyed by site. A value is some ten kilobytes, so it is written about once a day, and never read in passing."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._sql = Sql(connection)

    async def load(self, sites: Sequence[int]) -> Mapping[int, Baseline]:
        query = f"SELECT site, since, until, value FROM baselines WHERE {self._sql.within('site')}"  # noqa: S608
        rows = await self._sql.ask(query, self._sql.numbers(sites))
        return {site: Baseline(Slot(since), Slot(until), bytes(value)) for site, since, until, value in rows}

    async def save(self, baselines: Mapping[int, Baseline]) -> None:
        rows = [(site, one.since, one.until, one.value) for site, one in sorted(baselines.items())]
        await self._sql.tell_each(SAVE, rows)

    async def go_back(self, until: Mapping[int, Slot]) -> None:
        rows = [(slot, site, slot) for site, slot in sorted(until.items())]
        await self._sql.tell_each("UPDATE baselines SET until = ? WHERE site = ? AND until > ?", rows)

    async def forget(self, sites: Sequence[int]) -> None:
        gone = f"DELETE FROM baselines WHERE {self._sql.within('site')}"  # noqa: S608 - a name of ours
        await self._sql.tell(gone, self._sql.numbers(sites))

    async def clear(self) -> None:
        await self._sql.tell("DELETE FROM baselines")
