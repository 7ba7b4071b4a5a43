"""A pool's usage: the buckets of its sites summed, a few sites at a time, and how much of it is whose."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from bot.alerts.quota import QuotaStanding
from bot.domain.sites import Site
from bot.domain.times import HOUR, Slot, Window
from bot.domain.usage import Direction, Usage
from bot.engine.ledger import Ledger, running
from bot.rules.contracts import Contract, Part
from bot.service.judging import BATCH_CELLS, Batch, keys_of
from bot.service.quotas.case import Case, Said
from bot.service.quotas.gaps import Gaps

LARGEST_SHARES = 20
Together = tuple[int, ...]
"""Keys of sites that are counted together."""


FAR_BEHIND = 6 * HOUR
"""A site whose data are so much behind the newest holds the end of its pool's period back no longer."""


def common_end(ends: Sequence[Slot]) -> tuple[Slot, Slot]:
    """Where the data of all sites of a pool reach, but of those that are far behind; and where the newest end."""
    newest = max(ends)
    return min(end for end in ends if end > newest - FAR_BEHIND), newest


def counted_together(contract: Contract, periods: Sequence[Window], seen: Slot, step: int) -> list[Together]:
    """The sets of sites that any part of any of these periods counts; a ledger needs a row for each."""
    found: dict[Together, None] = {}
    for period in periods if contract.openings else periods[:1]:
        for stop in (*contract.turns(period, step), min(seen, period.end)):
            found.update(dict.fromkeys(part.sites for part in contract.parts(period, stop, step)))
    return list(found)


@dataclass(frozen=True, slots=True, eq=False)
class Pooled:
    """Reads a pool's sites over a window; those of `batch.due` are the ones that anything is known of."""

    batch: Batch
    window: Window

    async def asked(self, sites: Sequence[int], start: Slot, end: Slot) -> Mapping[int, Usage]:
        """As `Batch.usage`; of the others everything is unknown."""
        known = {due.site.key for due in self.batch.due}
        expected = max(0, end - start) // self.batch.block.step
        usages = await self.batch.usage([site for site in sites if site in known], start, end)
        return {**dict.fromkeys(sites, Usage(expected=expected)), **usages}

    async def ledger(self, rows: Sequence[Together], direction: Direction, gaps: Gaps | None) -> Ledger:
        """A row for each set of sites. Buckets that a site's data do not reach yet are not known."""
        step, window, due = self.batch.block.step, self.window, self.batch.due
        length = (window.end - window.start) // step
        counted, known = (np.zeros((len(rows), length), np.int64) for _ in range(2))
        size = max(1, BATCH_CELLS // length)
        for first in range(0, len(due), size):
            some = due[first : first + size]
            block = await self.batch.tx.buckets.block(keys_of(some), window, step)
            reached = np.arange(length) < np.array([block.column(one.until) for one in some])[:, None]
            is_known = block.known & reached
            values = np.where(is_known, block.of(direction), 0)
            if gaps is not None:
                usual = gaps.of(block)
                values = np.where(reached & ~is_known, usual, values)
            for row, sites in enumerate(rows):
                mine = np.isin(block.sites, sites)
                counted[row] += values[mine].sum(axis=0)
                known[row] += is_known[mine].sum(axis=0)
        return Ledger(window.start, step, running(counted), known)

    async def with_shares(self, said: Said, case: Case, direction: Direction) -> Said:
        """Each standing with how much of it is whose, as of then."""
        last = said.standings[-1]
        standings = [
            await self._shared(one, case, direction, min(case.seen, case.period.end) if one is last else one.until)
            for one in said.standings
        ]
        return replace(said, standings=standings)

    async def _shared(self, standing: QuotaStanding, case: Case, direction: Direction, end: Slot) -> QuotaStanding:
        parts = case.contract.parts(case.period, end, self.batch.block.step)
        shares: list[tuple[int, int]] = []
        for part in parts:
            usages = await self.asked(part.sites, part.since, end)
            # A pool's own opening is nobody's share.
            own = part if len(part.sites) == 1 and _has_own_opening(part, case) else replace(part, opening=0)
            shares += [(own.billed(usages[site].of(direction)), site) for site in part.sites]
        return replace(standing, detail={**standing.detail, **_shares(shares, case.contract.holder.sites)})


def _has_own_opening(part: Part, case: Case) -> bool:
    return any(sites == part.sites and used == part.opening for _, used, sites in case.contract.openings)


def _shares(shares: Sequence[tuple[int, int]], sites: Sequence[Site]) -> dict[str, object]:
    """The largest by the sites' keys, and the rest: how many, and their bytes together."""
    ranked = sorted(shares, key=lambda share: (-share[0], share[1]))
    largest, rest = ranked[:LARGEST_SHARES], ranked[LARGEST_SHARES:]
    told: dict[str, object] = {"shares": [[site, used] for used, site in largest], "sites": len(sites)}
    if rest:
        told["rest"] = [len(rest), sum(used for used, _ in rest)]
    return told
