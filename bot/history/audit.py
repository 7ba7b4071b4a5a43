"""The audit: who did what, and when."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.times import Slot
from bot.history.rows import AnyRow
from bot.history.sql import Sql
from bot.history.tables import AUDIT
from bot.service.ports import AuditEntry

PLAIN = ("at", "actor", "via", "action", "subject", "workspace")


class SqlAudit:
    """`AuditTable` in SQL."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection
        self._sql = Sql(connection)

    async def add(self, entry: AuditEntry) -> AuditEntry:
        row = {**{name: getattr(entry, name) for name in PLAIN}, "detail": dict(entry.detail)}
        return replace(entry, id=(await self._sql.add(AUDIT, [row]))[0])

    async def since(self, at: Slot, limit: int | None, actions: Collection[str] = ()) -> Sequence[AuditEntry]:
        query = select(AUDIT).where(AUDIT.c.at >= at).order_by(AUDIT.c.id.desc()).limit(limit)
        named = query.where(AUDIT.c.action.in_(actions)) if actions else query
        return [_entry_of(row) for row in await self._connection.execute(named)]

    async def latest(self, action: str) -> AuditEntry | None:
        return next(iter(await self.since(Slot(0), 1, [action])), None)

    async def actions(self) -> Sequence[str]:
        return sorted((await self._connection.execute(select(AUDIT.c.action).distinct())).scalars())


def _entry_of(row: AnyRow) -> AuditEntry:
    return AuditEntry(**{name: getattr(row, name) for name in PLAIN}, detail=row.detail, id=row.id)
