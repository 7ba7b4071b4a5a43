"""When we learnt of usage: one row for each request, answered or not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import get_args

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.times import Slot, Window
from bot.history.sql import Sql
from bot.service.ports import Pull, PullOutcome

OUTCOMES = tuple(outcome.__name__.lower() for outcome in get_args(PullOutcome))
WINDOW = ("window_start", "window_end")
COLUMNS = ("workspace", "site", *WINDOW, "asked_at", "answered_at", "outcome", "row_count", "refused", "why")
# One outcome at a time, so that the index leads straight to the row among millions.
LAST = f"""
SELECT {", ".join(COLUMNS)} FROM pulls WHERE workspace = ? AND outcome = ? ORDER BY asked_at DESC, id DESC LIMIT 1
"""  # noqa: S608 - only our own column names
OF = f"SELECT {', '.join(COLUMNS)} FROM pulls WHERE asked_at >= ? AND site = ? ORDER BY asked_at, id"  # noqa: S608
COUNT = "SELECT count(*) FROM pulls WHERE workspace = ? AND outcome = ? AND asked_at >= ? AND asked_at < ?"
BEGIN = "SELECT min(asked_at) FROM pulls"
NEVER = 2**62


class SqlPulls:
    """`PullTable` in SQL."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._sql = Sql(connection)

    async def add(self, pulls: Sequence[Pull]) -> None:
        await self._sql.append("pulls", COLUMNS, [_row(pull) for pull in pulls])

    async def last(self, workspace: int) -> Mapping[str, Pull]:
        found = {outcome: await self._sql.ask(LAST, workspace, outcome) for outcome in OUTCOMES}
        return {outcome: _pull(*rows[0]) for outcome, rows in found.items() if rows}

    async def of(self, site: int, since: Slot) -> Sequence[Pull]:
        return [_pull(*row) for row in await self._sql.ask(OF, since, site)]

    async def count(self, workspace: int, since: Slot, until: Slot | None = None) -> Mapping[str, int]:
        end = NEVER if until is None else until
        found = {outcome: await self._sql.ask(COUNT, workspace, outcome, since, end) for outcome in OUTCOMES}
        return {outcome: count for outcome, ((count,),) in found.items() if count}

    async def begin(self) -> Slot | None:
        ((slot,),) = await self._sql.ask(BEGIN)
        return None if slot is None else Slot(slot)


def _row(pull: Pull) -> tuple[object, ...]:
    window = pull.window
    times = (window.start, window.end, pull.asked_at, pull.answered_at)
    return (pull.workspace, pull.site, *times, pull.outcome, pull.rows, pull.refused, pull.why)


def _pull(workspace: int, site: int, start: int, end: int, asked_at: int, *rest: object) -> Pull:
    answered_at, outcome, rows, refused, why = rest
    window = Window(Slot(start), Slot(end))
    return Pull(workspace, site, window, Slot(asked_at), answered_at, outcome, rows, refused, why)  # type: ignore[arg-type]
