"""Workspaces and sites, as listed."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.times import Slot
from bot.history.sql import Sql
from bot.history.tables import SITES, WORKSPACES
from bot.rules.sites import ListedSite
from bot.service.ports import StoredSite

ADD_WORKSPACE = "INSERT INTO workspaces (name) VALUES (?) ON CONFLICT (name) DO NOTHING"
SAVE_SITE = """
INSERT INTO sites (workspace_id, uuid, name, timezone, tags, first_listed_at, last_listed_at)
VALUES (?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (workspace_id, uuid) DO UPDATE SET
    name = COALESCE(excluded.name, sites.name),
    timezone = COALESCE(excluded.timezone, sites.timezone),
    tags = CASE WHEN CAST(excluded.tags AS TEXT) = '{}' THEN sites.tags ELSE excluded.tags END,
    last_listed_at = excluded.last_listed_at
"""


class SqlSites:
    """`SiteTable` in SQL."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection
        self._sql = Sql(connection)

    async def workspaces(self, names: Sequence[str]) -> Mapping[str, int]:
        keys = await self._workspaces()
        new = [(name,) for name in dict.fromkeys(names) if name not in keys]
        if new:
            await self._sql.tell_each(ADD_WORKSPACE, new)
            keys = await self._workspaces()
        return {name: keys[name] for name in names}

    async def save(self, listed: Sequence[ListedSite], at: Slot) -> None:
        keys = await self.workspaces([site.workspace for site in listed])
        rows = [
            (keys[site.workspace], site.id, site.name or None, site.timezone or None, _tags(site), at, at)
            for site in listed
        ]
        await self._sql.tell_each(SAVE_SITE, rows)

    async def all(self) -> Sequence[StoredSite]:
        listed = (WORKSPACES.c.name, SITES.c.uuid, SITES.c.name, SITES.c.timezone, SITES.c.tags)
        columns = (SITES.c.id, SITES.c.first_listed_at, SITES.c.last_listed_at, *listed)
        query = select(*columns).join_from(SITES, WORKSPACES).order_by(SITES.c.id)
        rows = await self._connection.execute(query)
        return [StoredSite(key, ListedSite(*rest), first, last) for key, first, last, *rest in rows]

    async def _workspaces(self) -> dict[str, int]:
        rows = await self._connection.execute(select(WORKSPACES.c.name, WORKSPACES.c.id))
        return {name: key for name, key in rows}  # noqa: C416 - dict() of rows loses their types


def _tags(site: ListedSite) -> str:
    return json.dumps(dict(site.tags), sort_keys=True)
