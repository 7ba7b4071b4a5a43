"""Writing usage: only what differs, with the rollups by difference, so that a cycle's cost is in its new buckets."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.times import Slot
from bot.history.closed import Closed
from bot.history.reading import StoredUsage
from bot.history.silences import Silences
from bot.history.sql import Sql
from bot.history.tables import TIERS, Tier
from bot.service.ports import Reading

Amounts = tuple[int, int]
"""Bytes in, bytes out."""

NOTHING: Amounts = (0, 0)

Key = tuple[int, int]
"""Slot, site: the order of the primary key, in which all writes are made."""

Added = tuple[int, int, int, int, int, int]
"""Slot, site, and what is added there: bytes in, out and max, and known buckets."""

BUCKET = ("slot", "site", "in_bytes", "out_bytes")
REPLACE = "ON CONFLICT (slot, site) DO UPDATE SET in_bytes = excluded.in_bytes, out_bytes = excluded.out_bytes"
REVISION = ("slot", "site", "seen_at", "in_before", "out_before", "in_after", "out_after")
SUMS = ("in_bytes", "out_bytes", "max_bytes", "known")


def _adding(tier: Tier) -> str:
    added = ", ".join(f"{name} = {tier.table}.{name} + excluded.{name}" for name in SUMS)
    return f"ON CONFLICT ({tier.slot}, site) DO UPDATE SET {added}"


ADDING = {tier: _adding(tier) for tier in TIERS}


@dataclass(frozen=True, slots=True)
class Difference:
    """A bucket that is new (`before` is None) or changed."""

    slot: int
    site: int
    before: Amounts | None
    after: Amounts

    @property
    def row(self) -> tuple[int, int, int, int]:
        return self.slot, self.site, *self.after

    @property
    def added(self) -> Added:
        """What it adds to rollups."""
        old, new = self.before or (0, 0), self.after
        known = 1 if self.before is None else 0
        return self.slot, self.site, new[0] - old[0], new[1] - old[1], max(new) - max(old), known


class Writing:
    """The write path of raw buckets, rollups and revisions."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._sql = Sql(connection)
        self._stored = StoredUsage(connection)
        self._closed = Closed(connection)
        self._silences = Silences(connection)

    async def write(
        self, readings: Sequence[Reading], seen_at: Slot, judged_until: Mapping[int, Slot]
    ) -> Mapping[int, Slot]:
        """See `BucketTable.write`. Of two readings of one bucket the later counts."""
        wanted = {(b.slot, one.site): (b.in_bytes, b.out_bytes) for one in readings for b in one.buckets}
        wanted = await self._closed.without(wanted)
        stored = await self._look_up(wanted)
        changed = [
            Difference(*key, stored.get(key), amounts)
            for key, amounts in sorted(wanted.items())
            if stored.get(key) != amounts
        ]
        await self._save(changed)
        await self._keep_revisions(changed, seen_at, judged_until)
        changed += await self._fill(readings)
        # Descending by slot, so that each site is left its earliest.
        return {one.site: Slot(one.slot) for one in sorted(changed, key=lambda one: -one.slot)}

    async def _fill(self, readings: Sequence[Reading]) -> list[Difference]:
        """Zeros for rows that were left out, see `Silences`. Nothing was known there, so nothing is revised."""
        zeros = await self._closed.without(dict.fromkeys(await self._silences.zeros(readings), NOTHING))
        filled = [Difference(*key, None, NOTHING) for key in sorted(zeros)]
        await self._save(filled)
        return filled

    async def _look_up(self, wanted: Iterable[Key]) -> dict[Key, Amounts]:
        stored: dict[Key, Amounts] = {}
        for at, sites in rectangles(wanted):
            for slot, site, in_bytes, out_bytes in await self._stored.buckets(at, sites):
                stored[slot, site] = (in_bytes, out_bytes)
        return stored

    async def _save(self, changed: Sequence[Difference]) -> None:
        await self._sql.append("buckets", BUCKET, [one.row for one in changed if one.before is None])
        await self._sql.merge("buckets", BUCKET, [one.row for one in changed if one.before is not None], REPLACE)
        added: Sequence[Added] = [one.added for one in changed]
        for tier in TIERS:  # from fine to coarse, so that days are summed from few rows of hours
            added = _sums(added, tier)
            await self._sql.merge(tier.table, (tier.slot, "site", *SUMS), added, ADDING[tier])

    async def _keep_revisions(
        self, changed: Sequence[Difference], seen_at: Slot, judged_until: Mapping[int, Slot]
    ) -> None:
        rows = [
            (one.slot, one.site, seen_at, *one.before, *one.after)
            for one in changed
            if one.before is not None and one.slot < judged_until.get(one.site, one.slot)
        ]
        await self._sql.append("revisions", REVISION, rows)


def rectangles(wanted: Iterable[Key]) -> list[tuple[set[int], set[int]]]:
    """(slots, sites) whose cross products hold every key: one, unless that would be mostly empty."""
    by_site: dict[int, set[int]] = defaultdict(set)
    for slot, site in wanted:
        by_site[site].add(slot)
    together = set().union(*by_site.values())
    if len(together) * len(by_site) <= 4 * sum(map(len, by_site.values())):
        return [(together, set(by_site))] if together else []
    return [(at, {site}) for site, at in by_site.items()]


def _sums(added: Sequence[Added], tier: Tier) -> list[Added]:
    """Rows for a table of rollups, in the order of its key."""
    sums: dict[Key, tuple[int, int, int, int]] = {}
    for slot, site, in_bytes, out_bytes, max_bytes, known in added:
        key = (slot - slot % tier.step, site)
        a, b, c, d = sums.get(key, (0, 0, 0, 0))
        sums[key] = (a + in_bytes, b + out_bytes, c + max_bytes, d + known)
    return [(*key, *sums[key]) for key in sorted(sums)]
