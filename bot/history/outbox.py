"""The outbox: notifications committed together with the facts they report, and their leases."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from sqlalchemy import Select, func, literal_column, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.alerts.model import Alert, Transition
from bot.domain.times import Slot
from bot.history.alerts import SqlAlerts
from bot.history.groups import SqlGroups
from bot.history.rows import outbox_of, outbox_row
from bot.history.sql import Sql
from bot.history.tables import OUTBOX
from bot.service.ports import Group, OutboxRow, Standing

CLOCKS_DIFFER = 300
"""Seconds by which two replicas' clocks may differ. What is further ahead was written by a clock that was wrong."""

# Spelt out as in the partial index: a bound value would keep the planner from using it.
WAITS = OUTBOX.c.standing == literal_column(f"'{Standing.WAITING}'")


class SqlOutbox:
    """`OutboxTable` in SQL."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection
        self._sql = Sql(connection)
        self._groups = SqlGroups(connection)
        self._alerts = SqlAlerts(connection)

    async def groups_with(self, alerts: Sequence[int]) -> Sequence[Group]:
        return await self._groups.holding(alerts)

    async def groups_named(self, name: str, since: Slot) -> Sequence[Group]:
        return await self._groups.named(name, since)

    async def save_group(self, group: Group) -> Group:
        return await self._groups.save(group)

    async def get_group(self, group: int) -> Group | None:
        return await self._groups.get(group)

    async def transitions(self, ids: Sequence[int]) -> Sequence[Transition]:
        return await self._alerts.some_transitions(ids)

    async def alerts(self, ids: Sequence[int]) -> Sequence[Alert]:
        return await self._alerts.some(ids)

    async def rows_of(self, group: int) -> Sequence[OutboxRow]:
        query = select(OUTBOX).where(OUTBOX.c.group_id == group).order_by(OUTBOX.c.id)
        return [outbox_of(row) for row in await self._connection.execute(query)]

    async def waiting(self, group: int) -> OutboxRow | None:
        untouched = (OUTBOX.c.attempts == 0, OUTBOX.c.attempted_at.is_(None))
        query = select(OUTBOX).where(WAITS, OUTBOX.c.group_id == group, *untouched).order_by(OUTBOX.c.id.desc())
        row = (await self._connection.execute(query.limit(1))).first()
        return None if row is None else outbox_of(row)

    async def save(self, row: OutboxRow) -> OutboxRow:
        if not row.id:
            return replace(row, id=(await self._sql.add(OUTBOX, [outbox_row(row)]))[0])
        await self._connection.execute(update(OUTBOX).where(OUTBOX.c.id == row.id).values(outbox_row(row)))
        return row

    async def claim(self, owner: str, now: Slot, lease: timedelta, limit: int) -> Sequence[OutboxRow]:
        found = (await self._connection.execute(_claimable(now, lease, limit))).all()
        until = Slot(now + int(lease.total_seconds()))
        taken = update(OUTBOX).where(self._sql.among(OUTBOX.c.id, [row.id for row in found]))
        values = {"leased_by": owner, "leased_until": until, "attempted_at": now, "attempts": OUTBOX.c.attempts + 1}
        await self._connection.execute(taken.values(values))
        rows = map(outbox_of, found)
        return [replace(row, leased_by=owner, leased_until=until, attempts=row.attempts + 1) for row in rows]

    async def settle(self, row: OutboxRow, owner: str) -> bool:
        held = (OUTBOX.c.id == row.id, OUTBOX.c.leased_by == owner, WAITS)
        result = await self._connection.execute(update(OUTBOX).where(*held).values(outbox_row(row)))
        return result.rowcount == 1

    async def backlog(self) -> tuple[int, Slot | None]:
        query = select(func.count(), func.min(OUTBOX.c.created_at)).where(WAITS)
        count, oldest = (await self._connection.execute(query)).one()
        return count, oldest


def _claimable(now: Slot, lease: timedelta, limit: int) -> Select[tuple[object, ...]]:
    """Due and free rows, each the oldest that waits in its group: a later one must not overtake it. Those that were
    tried least come first, so that hundreds for a mail server that is down do not keep Slack waiting.

    Times that were written by a clock which has been set back since do not count: nobody waits to catch up with them.

    On PostgreSQL the rows are locked, and those that another replica is claiming are passed over. SQLite leaves
    the clause out: there the writing transaction is alone.
    """
    other = OUTBOX.alias("other")
    waits = other.c.standing == literal_column(f"'{Standing.WAITING}'")
    oldest = select(func.min(other.c.id)).where(waits, other.c.group_id == OUTBOX.c.group_id).scalar_subquery()
    ahead = Slot(now + CLOCKS_DIFFER)
    leases = OUTBOX.c.leased_until
    free = or_(leases.is_(None), leases <= now, leases > ahead + int(lease.total_seconds()))
    due = or_(OUTBOX.c.due_at <= now, func.coalesce(OUTBOX.c.attempted_at, OUTBOX.c.created_at) > ahead)
    query = select(OUTBOX).where(WAITS, due, free, OUTBOX.c.id == oldest)
    order = (OUTBOX.c.attempts, OUTBOX.c.due_at, OUTBOX.c.id)
    return query.order_by(*order).limit(limit).with_for_update(skip_locked=True, of=OUTBOX)
