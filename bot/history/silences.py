"""Rows that answers left out, for an API that leaves out the buckets in which nothing was used."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.times import DAY, Slot, Window
from bot.history.reading import StoredUsage
from bot.history.sql import Sql
from bot.service.ports import Reading

LOOK_BACK = 35 * DAY
"""A site of which something is known within this span before a window existed when the window began."""

Key = tuple[int, int]
"""Slot, site."""


class Silences:
    """Finds the left-out rows that may be taken for zero. Call it once the rows of the same answers are stored.

    Never what is known already; never before the first that is known of the site, which may not have existed; and
    never where no other site of the workspace has a row: an API that answers everybody with nothing is broken.
    """

    def __init__(self, connection: AsyncConnection) -> None:
        self._sql = Sql(connection)
        self._stored = StoredUsage(connection)

    async def zeros(self, readings: Sequence[Reading]) -> list[Key]:
        """Ascending, each once."""
        gaps = [(one.site, one.asked) for one in readings if one.asked and len(one.buckets) < len(one.asked)]
        if not gaps:
            return []
        known = await self._known(gaps)
        begun = await self._begun(gaps, known)
        silent = {
            (slot, site)
            for site, asked in gaps
            for slot in asked
            if slot not in known[site] and _has_begun(slot, asked, known[site], site in begun[asked.start])
        }
        return sorted(await self._while_others_spoke(silent))

    async def _known(self, gaps: Iterable[tuple[int, range]]) -> defaultdict[int, set[int]]:
        """Site → the slots known within what was asked."""
        known: defaultdict[int, set[int]] = defaultdict(set)
        for asked, sites in _by_second(gaps).items():
            for slot, site, _, _ in await self._stored.buckets(asked, sites):
                known[site].add(slot)
        return known

    async def _begun(
        self, gaps: Iterable[tuple[int, range]], known: defaultdict[int, set[int]]
    ) -> defaultdict[int, set[int]]:
        """Start of a window → the sites of which something is known before it."""
        begun: defaultdict[int, set[int]] = defaultdict(set)
        for asked, sites in _by_second((site, asked) for site, asked in gaps if asked.start not in known[site]).items():
            before = Window(Slot(asked.start - LOOK_BACK), Slot(asked.start))
            usage = await self._stored.usage(list(sites), before, asked.step)
            begun[asked.start] |= {site for site, one in usage.items() if one.known}
        return begun

    async def _while_others_spoke(self, silent: Collection[Key]) -> set[Key]:
        """Those at whose slot the workspace has a bucket; the silent site itself has none there."""
        workspaces = await self._workspaces({site for _, site in silent})
        wanted: defaultdict[int, set[int]] = defaultdict(set)
        for slot, site in silent:
            if site in workspaces:
                wanted[workspaces[site]].add(slot)
        spoken = {(workspace, slot) for workspace, at in wanted.items() for slot in await self._spoken(workspace, at)}
        return {(slot, site) for slot, site in silent if (workspaces.get(site), slot) in spoken}

    async def _workspaces(self, sites: Iterable[int]) -> dict[int, int]:
        query = f"SELECT id, workspace_id FROM sites WHERE {self._sql.within('id')}"  # noqa: S608 - a name of ours
        return {site: workspace for site, workspace in await self._sql.ask(query, self._sql.numbers(sites))}  # noqa: C416

    async def _spoken(self, workspace: int, at: Iterable[int]) -> list[int]:
        """EXISTS stops at the first row of each slot, however many sites there are."""
        query = (
            f"SELECT value FROM {self._sql.given()} WHERE EXISTS (SELECT 1 FROM buckets "  # noqa: S608 - no foreign text
            "JOIN sites ON sites.id = buckets.site WHERE buckets.slot = value AND sites.workspace_id = ?)"
        )
        return [slot for (slot,) in await self._sql.ask(query, self._sql.numbers(at), workspace)]


def _by_second(pairs: Iterable[tuple[int, range]]) -> dict[range, set[int]]:
    grouped: defaultdict[range, set[int]] = defaultdict(set)
    for site, asked in pairs:
        grouped[asked].add(site)
    return grouped


def _has_begun(slot: int, asked: range, known: Collection[int], before: bool) -> bool:
    """Whether the site is known to exist at `slot`: something of it is known from before."""
    return before or asked.start in known or (bool(known) and min(known) < slot)
