"""`BucketTable` in SQL: the reading and the writing halves together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.times import Slot
from bot.history.reading import StoredUsage
from bot.history.writing import Writing
from bot.service.ports import Reading


class SqlBuckets(StoredUsage):
    """Raw buckets with their rollups and revisions."""

    def __init__(self, connection: AsyncConnection) -> None:
        super().__init__(connection)
        self._writing = Writing(connection)

    async def write(
        self, readings: Sequence[Reading], seen_at: Slot, judged_until: Mapping[int, Slot]
    ) -> Mapping[int, Slot]:
        return await self._writing.write(readings, seen_at, judged_until)
