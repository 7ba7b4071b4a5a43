"""Where usage is looked up while quotas are judged: in a ledger of what is new, and in the history before it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from bot.domain.times import Slot
from bot.domain.usage import Direction
from bot.engine.ledger import Course, Ledger, Strand
from bot.rules.contracts import Part
from bot.service.counting import Asked, Gap, count, count_part
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
        counted, usage = await count_part(self.asked, part, self.direction, start, self._gap)
        return Strand(part, row, counted, usage.known)

    async def used_by(self, parts: Iterable[Part], end: Slot) -> int:
        """Bytes used, as billed, by a slot that is not after the ledger's start."""
        return (await count(self.asked, parts, self.direction, end, self._gap)).used

    @property
    def _gap(self) -> Gap | None:
        gaps, asked = self.gaps, self.asked
        return None if gaps is None else lambda site, start, end: gaps.between(asked, site, start, end)
