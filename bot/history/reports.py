"""Which reports there are, since when, and which digests were taken up."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.times import Slot
from bot.history.sql import Sql
from bot.rules.telling import Rhythm
from bot.service.ports import Digested, Schedule

BEGIN = """
INSERT INTO reports (name, schedule, since) VALUES (?, ?, ?)
ON CONFLICT (name) DO UPDATE SET schedule = excluded.schedule, since = excluded.since
"""
TAKE = """
INSERT INTO digests (report, rhythm, window_start, window_end, due_at, taken_at) VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT (report, rhythm, window_start) DO NOTHING
"""
TAKEN = "SELECT max(window_end) FROM digests WHERE report = ? AND rhythm = ? AND taken_at <= ?"


class SqlReports:
    """`ReportTable` in SQL."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._sql = Sql(connection)

    async def schedules(self) -> Mapping[str, Schedule]:
        rows = await self._sql.ask("SELECT name, schedule, since FROM reports")
        return {name: Schedule(text, Slot(since)) for name, text, since in rows}

    async def begin(self, report: str, schedule: Schedule) -> None:
        await self._sql.tell(BEGIN, report, schedule.text, schedule.since)

    async def forget(self, reports: Collection[str]) -> None:
        await self._sql.tell_each("DELETE FROM reports WHERE name = ?", [(name,) for name in sorted(reports)])

    async def taken_until(self, report: str, rhythm: Rhythm, at: Slot) -> Slot | None:
        ((end,),) = await self._sql.ask(TAKEN, report, rhythm.value, at)
        return None if end is None else Slot(end)

    async def take(self, digest: Digested, at: Slot) -> bool:
        window = digest.window
        values = (digest.report, digest.rhythm.value, window.start, window.end, digest.due_at, at)
        return await self._sql.tell(TAKE, *values) == 1
