"""The outbox: notifications committed together with the facts they report, and their leases."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

from sqlalchemy import ColumnElement, exists, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.alerts.model import Alert, Transition
from bot.domain.times import Slot
from bot.history.alerts import SqlAlerts
from bot.history.claims import WAITS, claimable
from bot.history.groups import SqlGroups
from bot.history.rows import outbox_of, outbox_row
from bot.history.sql import Sql
from bot.history.tables import OUTBOX
from bot.service.ports import Group, OutboxRow, Overdue, Standing

GO_ON = "DELETE FROM lanes WHERE lane = ?"
PAUSE = "INSERT INTO lanes (lane, paused_until) VALUES (?, ?)"


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

    async def last_told(self) -> Mapping[tuple[str, str], Slot]:
        return await self._groups.last_told()

    async def get_group(self, group: int) -> Group | None:
        return await self._groups.get(group)

    async def groups(self, ids: Sequence[int]) -> Sequence[Group]:
        return await self._groups.some(ids)

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

    async def claim(
        self,
        owner: str,
        now: Slot,
        lease: timedelta,
        limit: int,
        *,
        apart_from: Collection[str] = (),
        among: Collection[str] | None = None,
    ) -> Sequence[OutboxRow]:
        query = claimable(now, int(lease.total_seconds()), apart_from, among).limit(limit)
        found = (await self._connection.execute(query)).all()
        until = Slot(now + int(lease.total_seconds()))
        taken = update(OUTBOX).where(self._sql.among(OUTBOX.c.id, [row.id for row in found]))
        values = {
            "leased_by": owner,
            "leased_until": until,
            "attempted_at": now,
            "attempts": OUTBOX.c.attempts + 1,
        }
        await self._connection.execute(taken.values(values))
        rows = map(outbox_of, found)
        return [replace(row, leased_by=owner, leased_until=until, attempts=row.attempts + 1) for row in rows]

    async def settle(self, row: OutboxRow, owner: str) -> bool:
        attempt = (OUTBOX.c.leased_by == owner, OUTBOX.c.attempts == row.attempts)
        held = (OUTBOX.c.id == row.id, *attempt, WAITS)
        result = await self._connection.execute(update(OUTBOX).where(*held).values(outbox_row(row)))
        return result.rowcount == 1

    async def posted(self, group: int, ref: str | None, at: Slot) -> None:
        await self._groups.posted(group, ref, at)

    async def pause(self, lane: str, until: Slot) -> None:
        await self._sql.tell(GO_ON, lane)
        await self._sql.tell(PAUSE, lane, until)

    async def some(self, ids: Sequence[int]) -> Sequence[OutboxRow]:
        return await self._rows(self._sql.among(OUTBOX.c.id, ids))

    async def standing(self, standings: Collection[Standing], since: Slot, limit: int | None) -> Sequence[OutboxRow]:
        recent = or_(OUTBOX.c.settled_at.is_(None), OUTBOX.c.settled_at >= since)
        return await self._rows(OUTBOX.c.standing.in_(standings), recent, limit=limit)

    async def _rows(self, *conditions: ColumnElement[bool], limit: int | None = None) -> list[OutboxRow]:
        query = select(OUTBOX).where(*conditions).order_by(OUTBOX.c.id.desc()).limit(limit)
        found = (await self._connection.execute(query)).all()
        return [outbox_of(row) for row in reversed(found)]

    async def failing(self, lanes: str) -> bool:
        has_failed = (OUTBOX.c.failing_since.is_not(None), OUTBOX.c.lane.startswith(lanes, autoescape=True))
        return bool(await self._connection.scalar(select(exists().where(WAITS, *has_failed))))

    async def backlog(self) -> tuple[int, Slot | None]:
        query = select(func.count(), func.min(OUTBOX.c.created_at)).where(WAITS)
        count, oldest = (await self._connection.execute(query)).one()
        return count, oldest

    async def overdue(self, before: Slot) -> Overdue | None:
        since = func.coalesce(OUTBOX.c.failing_since, OUTBOX.c.attempted_at, OUTBOX.c.due_at)
        late = select(func.count()).where(WAITS, since < before).scalar_subquery()
        query = select(since.label("since"), late.label("rows"), OUTBOX.c.why, OUTBOX.c.group_id).where(WAITS)
        row = (
            await self._connection.execute(query.where(since < before).order_by(since, OUTBOX.c.id).limit(1))
        ).first()
        return None if row is None else Overdue(row.rows, Slot(row.since), row.group_id, row.why)
