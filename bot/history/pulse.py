"""That the history can be written: something is, only to see that it can."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.times import Slot
from bot.history.sql import Sql

NAME = "vitals"
BEAT = "INSERT INTO pulse (name, at) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET at = excluded.at"


class SqlPulse:
    """`PulseTable` in SQL."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._sql = Sql(connection)

    async def beat(self, at: Slot) -> None:
        await self._sql.tell(BEAT, NAME, at)

    async def last(self) -> Slot | None:
        rows = await self._sql.ask("SELECT at FROM pulse WHERE name = ?", NAME)
        return Slot(rows[0][0]) if rows else None
