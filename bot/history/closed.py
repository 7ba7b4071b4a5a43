"""Spans whose rows retention has deleted while their sums stay: nothing can be added there without counting twice."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.times import HOUR, floor
from bot.history.sql import Sql
from bot.history.tables import DAYS, HOURS, Tier

Amounts = TypeVar("Amounts")
Key = tuple[int, int]
"""Slot, site."""


@dataclass(frozen=True, slots=True)
class Sums:
    """A tier of sums, the finer table it is the sum of, and how to count the buckets known there.

    `grid` is the shortest distance of slots in the finer table, in seconds.
    """

    tier: Tier
    swept: str
    finer: str
    slot: str
    known: str
    grid: int


OF_HOURS = Sums(HOURS, "raw", "buckets", "slot", "count(*)", 60)
OF_DAYS = Sums(DAYS, "hourly", "hourly", "hour", "sum(known)", HOUR)


class Closed:
    """Finds hours and days that hold more buckets than the finer table can still account for."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._sql = Sql(connection)

    async def without(self, wanted: dict[Key, Amounts]) -> dict[Key, Amounts]:
        """The buckets, less those whose hour or day is closed. One query where nothing is that old."""
        swept: dict[str, int] = {name: at for name, at in await self._sql.ask("SELECT tier, before FROM swept")}  # noqa: C416
        for sums in (OF_HOURS, OF_DAYS):
            if wanted and min(wanted)[0] < swept.get(sums.swept, 0):
                wanted = await self._open(sums, wanted, swept[sums.swept])
        return wanted

    async def _open(self, sums: Sums, wanted: dict[Key, Amounts], before: int) -> dict[Key, Amounts]:
        old = defaultdict(set)
        for slot, site in wanted:
            if slot < before:
                old[site].add(floor(slot, sums.tier.step))
        closed = {(slot, site) for site, at in old.items() for slot in await self._closed(sums, sorted(at), site)}
        return {key: wanted[key] for key in wanted if (floor(key[0], sums.tier.step), key[1]) not in closed}

    async def _closed(self, sums: Sums, at: Sequence[int], site: int) -> list[int]:
        known = await self._known(sums.tier.table, sums.tier.slot, "sum(known)", at, site)
        fine = [slot for start in at for slot in range(start, start + sums.tier.step, sums.grid)]
        left: dict[int, int] = defaultdict(int)
        for slot, count in (await self._known(sums.finer, sums.slot, sums.known, fine, site)).items():
            left[floor(slot, sums.tier.step)] += count
        return [slot for slot, count in known.items() if count > left[slot]]

    async def _known(self, table: str, column: str, known: str, at: Sequence[int], site: int) -> dict[int, int]:
        where = f"{self._sql.within(column)} AND site = ?"
        query = f"SELECT {column}, {known} FROM {table} WHERE {where} GROUP BY {column}"  # noqa: S608 - our own names
        rows = await self._sql.ask(query, self._sql.numbers(at), site)
        return {slot: int(count) for slot, count in rows}
