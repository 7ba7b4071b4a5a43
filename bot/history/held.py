"""What is held back: until a silence or a mute timing ends, or for other alerts."""

from __future__ import annotations

import json
from collections.abc import Sequence

from sqlalchemy import ColumnElement, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.times import Slot
from bot.history.rows import AnyRow
from bot.history.sql import Sql
from bot.history.tables import HELD
from bot.service.ports import HeldBack

FORGET = "DELETE FROM held WHERE alert_id = ? AND receiver = ?"
KEEP = "INSERT INTO held (alert_id, receiver, transitions, since, source_id, flaps) VALUES (?, ?, ?, ?, ?, ?)"


class SqlHeld:
    """`HeldTable` in SQL."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection
        self._sql = Sql(connection)

    async def all(self) -> Sequence[HeldBack]:
        return await self._rows()

    async def of(self, alerts: Sequence[int]) -> Sequence[HeldBack]:
        return await self._rows(self._sql.among(HELD.c.alert_id, alerts))

    async def by_sources(self) -> Sequence[HeldBack]:
        return await self._rows(HELD.c.source_id.is_not(None))

    async def save(self, rows: Sequence[HeldBack]) -> None:
        await self.drop(rows)
        await self._sql.tell_each(KEEP, [_columns(row) for row in rows])

    async def drop(self, rows: Sequence[HeldBack]) -> None:
        await self._sql.tell_each(FORGET, [(row.alert, row.receiver) for row in rows])

    async def _rows(self, *conditions: ColumnElement[bool]) -> list[HeldBack]:
        found = await self._connection.execute(select(HELD).where(*conditions))
        rows = map(_held_back, found)
        return sorted(rows, key=lambda row: (row.alert, row.receiver))  # databases sort text each in its own way


def _columns(row: HeldBack) -> tuple[object, ...]:
    return row.alert, row.receiver, json.dumps(row.transitions), row.since, row.source, row.flaps


def _held_back(row: AnyRow) -> HeldBack:
    transitions = tuple(row.transitions)
    return HeldBack(row.alert_id, row.receiver, transitions, Slot(row.since), row.source_id, bool(row.flaps))
