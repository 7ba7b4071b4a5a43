"""Where usage is looked up while quotas are judged: in a ledger of what is new, and in the history before it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from bot.domain.times import Slot
from bot.domain.usage import Direction, Usage
from bot.engine.ledger import Course, Ledger, Strand
from bot.rules.contracts import Part
from bot.service.counting import Asked
from bot.service.quotas.gaps import Gaps


@dataclass(frozen=True, slots=True, eq=False)
class Books:
    """`row` gives the ledger's row of a part's sites; `gaps` is there where a rule counts what is possible.

    `knows` says whether the history of a site is there from a slot on.
    """

    ledger: Ledger
    direction: Direction
    asked: Asked
    row: Callable[[tuple[int, ...]], int]
    knows: Callable[[int, Slot], bool]
    gaps: Gaps | None = None

    async def fetch(self, sites: Sequence[int], start: Slot, end: Slot) -> None:
        """Ask the history once for what will be looked up site by site."""
        if start < end:
            await self.asked(sites, start, end)

    async def course(self, parts: Iterable[Part]) -> Course:
        """How usage of these parts grows over the ledger."""
        return Course(self.ledger, [await self._strand(part) for part in parts])

    async def _strand(self, part: Part) -> Strand:
        row, start = self.row(part.sites), self.ledger.start
        if part.since >= start:
            return Strand(part, row)
        counted, known = await self._counted(part, start)
        return Strand(part, row, counted, known)

    async def used_by(self, parts: Iterable[Part], end: Slot) -> int:
        """Bytes used, as billed, by a slot that is not after the ledger's start."""
        return sum([part.billed((await self._counted(part, end))[0]) for part in parts])

    async def _counted(self, part: Part, end: Slot) -> tuple[int, int]:
        """Bytes counted from the part's beginning up to `end`, and how many buckets are known of them."""
        if part.since >= end:
            return 0, 0
        usages = await self.asked(part.sites, part.since, end)
        total = sum((usages[site] for site in part.sites), Usage())
        counted = total.of(self.direction)
        if self.gaps is not None:
            counted += sum([await self.gaps.between(self.asked, site, part.since, end) for site in part.sites])
        return counted, total.known
