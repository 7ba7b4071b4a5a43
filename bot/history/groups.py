"""Messages: which alerts each is about, and where it was posted."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.times import Slot
from bot.history.rows import group_of, group_row
from bot.history.sql import Sql
from bot.history.tables import ALERTS, GROUP_MEMBERS, GROUPS
from bot.service.ports import Group

FORGET_MEMBERS = "DELETE FROM group_members WHERE group_id = ?"
ADD_MEMBER = "INSERT INTO group_members (group_id, alert_id) VALUES (?, ?)"


class SqlGroups:
    """The part of `OutboxTable` that is about groups."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection
        self._sql = Sql(connection)

    async def holding(self, alerts: Sequence[int]) -> Sequence[Group]:
        """Groups that hold any of these alerts, by id."""
        holds = select(GROUP_MEMBERS.c.group_id).where(self._sql.among(GROUP_MEMBERS.c.alert_id, alerts))
        return await self._groups(GROUPS.c.id.in_(holds))

    async def named(self, name: str, since: Slot) -> Sequence[Group]:
        """Groups of this name that were opened at or after `since`, by id."""
        return await self._groups(GROUPS.c.name == name, GROUPS.c.opened_at >= since)

    async def get(self, group: int) -> Group | None:
        return next(iter(await self._groups(GROUPS.c.id == group)), None)

    async def some(self, ids: Sequence[int]) -> Sequence[Group]:
        """Those of these groups that there are, by id."""
        return await self._groups(self._sql.among(GROUPS.c.id, ids))

    async def save(self, group: Group) -> Group:
        """Insert where the id is 0, else replace, members included."""
        if group.id:
            await self._connection.execute(update(GROUPS).where(GROUPS.c.id == group.id).values(group_row(group)))
            await self._sql.tell(FORGET_MEMBERS, group.id)
            saved = group
        else:
            saved = replace(group, id=(await self._sql.add(GROUPS, [group_row(group)]))[0])
        await self._sql.tell_each(ADD_MEMBER, [(saved.id, alert) for alert in sorted(saved.alerts)])
        return saved

    async def posted(self, group: int, ref: str | None, at: Slot) -> None:
        """Keep where a group's message is, and when it was posted first."""
        found = {"ref": ref} if ref is not None else {}
        values = {**found, "posted_at": func.coalesce(GROUPS.c.posted_at, at)}
        await self._connection.execute(update(GROUPS).where(GROUPS.c.id == group).values(values))

    async def last_told(self) -> Mapping[tuple[str, str], Slot]:
        """(rule, workspace) → when people were last to notice something of its alerts."""
        query = (
            select(ALERTS.c.rule, ALERTS.c.workspace, func.max(GROUPS.c.told_at))
            .join(GROUP_MEMBERS, GROUP_MEMBERS.c.alert_id == ALERTS.c.id)
            .join(GROUPS, GROUPS.c.id == GROUP_MEMBERS.c.group_id)
            .where(GROUPS.c.told_at.is_not(None))
            .group_by(ALERTS.c.rule, ALERTS.c.workspace)
        )
        return {(rule, workspace): Slot(at) for rule, workspace, at in await self._connection.execute(query)}

    async def _groups(self, *conditions: ColumnElement[bool]) -> list[Group]:
        rows = (await self._connection.execute(select(GROUPS).where(*conditions).order_by(GROUPS.c.id))).all()
        of_these = self._sql.among(GROUP_MEMBERS.c.group_id, [row.id for row in rows])
        members: dict[int, set[int]] = defaultdict(set)
        for group, alert in await self._connection.execute(select(GROUP_MEMBERS).where(of_these)):
            members[group].add(alert)
        return [group_of(row, frozenset(members[row.id])) for row in rows]
