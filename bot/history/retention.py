"""Deleting what is older than anybody needs. Daily rollups, alerts and transitions stay."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.times import DAY, HOUR, Slot, floor
from bot.history.sql import Sql

SWEPT = """
INSERT INTO swept (tier, before) VALUES (?, ?) ON CONFLICT (tier) DO UPDATE
SET before = CASE WHEN excluded.before > swept.before THEN excluded.before ELSE swept.before END
"""


class SqlRetention:
    """`Retention` in SQL."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._sql = Sql(connection)

    async def newest(self) -> Slot | None:
        ((slot,),) = await self._sql.ask("SELECT max(slot) FROM buckets")
        return None if slot is None else Slot(slot)

    async def is_used_since(self, slot: Slot) -> bool:
        query = "SELECT 1 FROM buckets WHERE slot >= ? AND (in_bytes > 0 OR out_bytes > 0) ORDER BY slot LIMIT 1"
        return bool(await self._sql.ask(query, slot))

    async def sweep(self, *, raw_before: Slot, hourly_before: Slot, pulls_before: Slot) -> int:
        # Whole hours of buckets and whole days of hours, so that a rollup never stands beside a part of its rows.
        raw, hourly = floor(raw_before, HOUR), floor(hourly_before, DAY)
        await self._sql.tell_each(SWEPT, [("hourly", hourly), ("raw", raw)])
        return (
            await self._delete("buckets", "slot", raw)
            + await self._delete("hourly", "hour", hourly)
            + await self._delete("revisions", "slot", hourly)
            + await self._bursts(hourly)
            + await self._delete("pulls", "asked_at", pulls_before)
        )

    async def _bursts(self, before: int) -> int:
        """What lies before is not looked at any more, or its missing rows would say that nothing was over the rate."""
        await self._sql.tell("UPDATE burst_spans SET since = ? WHERE since < ?", before, before)
        await self._sql.tell("DELETE FROM burst_spans WHERE until <= since")
        return await self._sql.tell("DELETE FROM bursts WHERE hour < ?", before)

    async def _delete(self, table: str, column: str, before: int) -> int:
        """A day at a time: after weeks without a sweep one statement would take longer than PostgreSQL may."""
        gone = 0
        while True:
            ((first,),) = await self._sql.ask(f"SELECT min({column}) FROM {table}")  # noqa: S608 - our own names
            if first is None or first >= before:
                return gone
            statement = f"DELETE FROM {table} WHERE {column} < ?"  # noqa: S608 - as above
            gone += await self._sql.tell(statement, min(first + DAY, before))
