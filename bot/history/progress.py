"""How far each site's history reaches, and how far it was judged."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.times import Slot
from bot.history.sql import Sql
from bot.history.tables import PROGRESS
from bot.service.ports import Progress

COLUMNS = (
    "site",
    "known_from",
    "watermark",
    "dirty_from",
    "judged_until",
    "gave_up_before",
    "reread_at",
    "judged_from",
    "rewound",
)
REPLACE = f"ON CONFLICT (site) DO UPDATE SET {', '.join(f'{name} = excluded.{name}' for name in COLUMNS[1:])}"
JUDGED = ("site", "judged_until", "judged_from")
MARK_JUDGED = """
ON CONFLICT (site) DO UPDATE SET
    rewound = coalesce(progress.rewound, 0)
        + CASE WHEN progress.dirty_from < progress.judged_until THEN 1 ELSE 0 END,
    judged_until = excluded.judged_until, judged_from = coalesce(progress.judged_from, excluded.judged_from),
    dirty_from = NULL
"""


class SqlProgress:
    """`ProgressTable` in SQL."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection
        self._sql = Sql(connection)

    async def all(self) -> Mapping[int, Progress]:
        columns = *(PROGRESS.c[name] for name in COLUMNS[:-1]), func.coalesce(PROGRESS.c.rewound, 0)
        rows = await self._connection.execute(select(*columns).order_by(PROGRESS.c.site))
        return {row[0]: Progress(*row) for row in rows}

    async def save(self, rows: Sequence[Progress]) -> None:
        ordered = sorted(rows, key=lambda row: row.site)
        values = [tuple(getattr(row, name) for name in COLUMNS) for row in ordered]
        await self._sql.merge("progress", COLUMNS, values, REPLACE)

    async def mark_judged(self, judged_until: Mapping[int, Slot]) -> None:
        rows = [(site, end, end) for site, end in sorted(judged_until.items())]
        await self._sql.merge("progress", JUDGED, rows, MARK_JUDGED)
