"""When a step was reached before what is judged now: for steps behind a first start or a new rule."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction

import numpy as np

from bot.domain.times import DAY, Slot, Window, floor
from bot.domain.usage import Direction, Usage
from bot.engine.ledger import Course, Ledger, Strand, running
from bot.engine.quota import has_reached, level_of
from bot.rules.contracts import Part
from bot.service.ports import Transaction

Ends = dict[Fraction, Slot]


@dataclass(slots=True)
class Untold:
    """Steps of one holder that were reached before the ledger begins, and that nobody was told of.

    `pieces` are the windows in which the grant is constant; a part may begin before the first of them. `found` is when
    each step was reached.
    """

    parts: Sequence[Part]
    pieces: Sequence[tuple[Window, int]]
    steps: Sequence[Fraction]
    found: Ends = field(default_factory=dict)

    @property
    def start(self) -> Slot:
        return self.pieces[0][0].start

    def limit_by(self, end: Slot) -> int:
        return next((limit for piece, limit in self.pieces if end <= piece.end), self.pieces[-1][1])

    def reached(self, counted: Mapping[int, int], end: Slot) -> list[Fraction]:
        """Steps that are reached by `end`, with so many bytes counted of each part (its place)."""
        used = sum(part.billed(counted[place]) for place, part in enumerate(self.parts))
        return [s for s in self.steps if s not in self.found and has_reached(used, self.limit_by(end), s)]


async def look_back(tx: Transaction, untold: Sequence[Untold], direction: Direction, until: Slot, step: int) -> None:
    """Find when each step was reached before `until`; `step` is the seconds of a bucket.

    Days are summed from rollups for all at once; buckets are read only of the days on which a step was reached.
    Where retention has swept those, the end of the day stands for the bucket's.
    """
    for alike in _alike(untold):
        counted = [dict.fromkeys(range(len(one.parts)), 0) for one in alike]
        for window in _windows(alike[0], until):
            await _day(tx, alike, counted, window, direction, step)


def _alike(untold: Iterable[Untold]) -> Iterable[list[Untold]]:
    """Those that share a beginning and the cuts of their grant."""
    groups: dict[object, list[Untold]] = {}
    for one in untold:
        groups.setdefault((min(part.since for part in one.parts), *(piece for piece, _ in one.pieces)), []).append(one)
    return groups.values()


def _windows(one: Untold, until: Slot) -> Iterator[Window]:
    """What is counted before the first piece, and the pieces, up to `until`, cut at UTC midnights."""
    begin = min(part.since for part in one.parts)
    for first, stop in ((begin, one.start), *((piece.start, piece.end) for piece, _ in one.pieces)):
        start = first
        while start < min(stop, until):
            end = min(stop, until, Slot(floor(start, DAY) + DAY))
            yield Window(start, end)
            start = end


async def _day(
    tx: Transaction,
    untold: Sequence[Untold],
    counted: Sequence[dict[int, int]],
    window: Window,
    direction: Direction,
    step: int,
) -> None:
    """Count one window more; `counted` is brought up to its end."""
    sites = sorted({site for one in untold for part in one.parts for site in part.sites})
    usages = await tx.buckets.usage(sites, window, step)
    crossing: list[tuple[Untold, dict[int, int], list[Fraction]]] = []
    for one, so_far in zip(untold, counted, strict=True):
        before = dict(so_far)
        for place, part in enumerate(one.parts):
            total = sum((usages[site] for site in part.sites), Usage()) if part.since <= window.start else Usage()
            so_far[place] += total.of(direction)
        if window.start >= one.start and (steps := one.reached(so_far, window.end)):
            crossing.append((one, before, steps))
    if crossing:
        await _buckets(tx, crossing, window, direction, step)


async def _buckets(
    tx: Transaction,
    crossing: Sequence[tuple[Untold, dict[int, int], list[Fraction]]],
    window: Window,
    direction: Direction,
    step: int,
) -> None:
    """Which bucket of the window reached the steps."""
    sites = sorted({site for one, _, _ in crossing for part in one.parts for site in part.sites})
    block = await tx.buckets.block(np.array(sites, np.int64), window, step)
    row = {site: place for place, site in enumerate(sites)}
    total = running(block.of(direction))
    for one, before, steps in crossing:
        rows = np.array([total[[row[site] for site in part.sites]].sum(axis=0) for part in one.parts])
        strands = [Strand(replace(part, since=window.start), n, before[n]) for n, part in enumerate(one.parts)]
        course = Course(Ledger(window.start, step, rows, block.known), strands)
        limit = one.limit_by(window.end)
        for at in steps:
            level = max(1, level_of(limit, at))
            by_opening = window.start if course.used(window.start) >= level else None
            one.found[at] = by_opening or course.first(level, window.start, window.end) or window.end
