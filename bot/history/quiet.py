"""Silences that people set."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.alerts.silences import Silence
from bot.domain.times import Slot
from bot.history.endings import ending_of, ending_words
from bot.history.rows import AnyRow
from bot.history.sql import Sql
from bot.history.tables import SILENCES
from bot.rules.model import Severity
from bot.rules.selectors import Selector
from bot.rules.telling import Match


class SqlSilences:
    """`SilenceTable` in SQL."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection
        self._sql = Sql(connection)

    async def save(self, silence: Silence) -> Silence:
        if not silence.id:
            return replace(silence, id=(await self._sql.add(SILENCES, [_row(silence)]))[0])
        await self._connection.execute(update(SILENCES).where(SILENCES.c.id == silence.id).values(_row(silence)))
        return silence

    async def get(self, silence: int) -> Silence | None:
        row = (await self._connection.execute(select(SILENCES).where(SILENCES.c.id == silence))).first()
        return None if row is None else _silence_of(row)

    async def ending_after(self, at: Slot) -> Sequence[Silence]:
        # Sorted here: SQLite would rather go through all that ever were than sort the few that its index finds.
        rows = await self._connection.execute(select(SILENCES).where(SILENCES.c.ends_at > at))
        return sorted(map(_silence_of, rows), key=lambda one: one.id)


def _row(silence: Silence) -> dict[str, object]:
    """Every column but the id."""
    return {
        "match": _words(silence.match),
        "starts_at": silence.starts_at,
        "ends_at": silence.ends_at,
        "author": silence.author,
        "reason": silence.reason,
        "created_at": silence.created_at,
        "ending": ending_words(silence.ending),
        "lapsed": {str(alert): at for alert, at in sorted(silence.lapsed.items())},
    }


def _silence_of(row: AnyRow) -> Silence:
    return Silence(
        _match_of(row.match),
        Slot(row.starts_at),
        Slot(row.ends_at),
        row.author,
        row.reason,
        ending_of(row.ending),
        {int(alert): Slot(at) for alert, at in (row.lapsed or {}).items()},
        row.created_at,
        row.id,
    )


def _words(match: Match) -> dict[str, object]:
    return {
        "rules": match.rules,
        "kinds": match.kinds,
        "severities": match.severities,
        "directions": match.directions,
        "names": match.sites.names,
        "ids": match.sites.ids,
        "workspaces": match.sites.workspaces,
        "tags": {key: list(globs) for key, globs in match.sites.tags.items()},
    }


def _match_of(words: Mapping[str, Any]) -> Match:
    tags = {key: tuple(globs) for key, globs in words["tags"].items()}
    sites = Selector(tuple(words["names"]), tuple(words["ids"]), tuple(words["workspaces"]), tags)
    severities = tuple(map(Severity, words["severities"]))
    return Match(tuple(words["rules"]), tuple(words["kinds"]), severities, tuple(words["directions"]), sites)
