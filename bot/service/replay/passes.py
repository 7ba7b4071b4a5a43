"""Judging a past: the passes that operation would have made over it, as few as give the same."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np

from bot.alerts.model import Transition
from bot.domain.sites import Site
from bot.domain.times import HOUR, Slot, Window, floor
from bot.service.fleet import Fleet
from bot.service.judge import judge
from bot.service.judging import Batch, Due, keys_of, look_back
from bot.service.ports import Reading
from bot.service.replay.memory import MemoryTransaction
from bot.service.replay.model import Late
from bot.service.replay.past import Past

CELLS = 1_000_000
"""Sites times buckets that are judged at once: what judging needs beside the past itself is some 100 bytes a cell."""


@dataclass(frozen=True, slots=True)
class Noted:
    """A transition, with the hour of the pass that operation would have made of it: earlier hours come first."""

    move: Transition
    hour: Slot


@dataclass(frozen=True, slots=True)
class Part:
    """Sites that are judged together, and the late arrivals among them by when they were seen."""

    past: Past
    sites: tuple[Site, ...]
    late: tuple[Late, ...] = ()


def parts(past: Past, fleet: Fleet, late: Sequence[Late]) -> Iterator[Part]:
    """The past in bounded parts. A site with late arrivals is one of its own, whose matrices may be written to."""
    by_site = {site: tuple(own) for site, own in groupby(sorted(late, key=_by_site), lambda one: one.site)}
    rows = max(1, CELLS // max(1, past.block.length))
    for first in range(0, len(past.sites), rows):
        part = past.part(first, first + rows)
        known = [fleet.by_key(key) for key in part.sites.tolist()]
        on_time = tuple(site for site in known if site is not None and site.key not in by_site)
        if on_time:
            yield Part(part, on_time)
    for row in np.flatnonzero(np.isin(past.sites, list(by_site))):
        site = fleet.by_key(int(past.sites[row]))
        if site is not None:
            yield Part(past.copied(np.array([row])), (site,), by_site[site.key])


def _by_site(late: Late) -> tuple[int, int, int]:
    return late.site, late.seen, late.bucket.slot


class Passes:
    """Judges one part from the start of `window` to its end. `noted` is what came of it."""

    def __init__(self, part: Part, fleet: Fleet, window: Window) -> None:
        self._tx = MemoryTransaction(part.past)
        self._part = part
        self._fleet = fleet
        self._window = window
        self._until = window.start
        self.noted: list[Noted] = []

    async def run(self) -> list[Noted]:
        """One pass up to each moment at which something came late, one at that moment, and one over the rest."""
        for seen, arrivals in groupby(self._part.late, lambda one: one.seen):
            if seen <= self._window.end:
                await self._on_time(floor(seen - 1, self._fleet.bucket))
                await self._late(seen, list(arrivals))
        await self._on_time(self._window.end)
        return self.noted

    async def _on_time(self, until: Slot) -> None:
        if until > self._until:
            await self._judge(self._until, until, None)

    async def _late(self, seen: Slot, arrivals: Sequence[Late]) -> None:
        """What came late, and the bucket that is complete at that very moment, if one is."""
        readings = [Reading(one.site, [one.bucket]) for one in arrivals]
        judged = {site.key: self._until for site in self._part.sites}
        changed = await self._tx.buckets.write(readings, seen, judged)
        until = max(self._until, floor(seen, self._fleet.bucket))
        first = Slot(min([self._until, *changed.values()]))
        if first < until:
            await self._judge(first, until, seen)

    async def _judge(self, dirty_from: Slot, until: Slot, at: Slot | None) -> None:
        rules, step = self._fleet.configuration.rules, self._fleet.bucket
        due = [self._due(site, dirty_from, until) for site in self._part.sites]
        begin = floor(dirty_from - look_back(rules, step), HOUR)
        window = Window(max(begin, self._part.past.block.start), until)
        block = await self._tx.buckets.block(keys_of(due), window, step)
        batch = Batch(self._tx, due, block, at, dict.fromkeys((rule.name for rule in rules), self._window.start))
        await judge(batch, rules)
        await self._tx.alerts.save(batch.alerts)
        late = floor(dirty_from, HOUR)
        self.noted += [Noted(m, late if at is not None else floor(m.known_at - step, HOUR)) for m in batch.moves]
        self._until = until

    def _due(self, site: Site, dirty_from: Slot, until: Slot) -> Due:
        """What came before the past is given up, so quotas are judged from the first bucket on."""
        start = self._part.past.start
        if self._until == self._window.start:
            return Due(site, dirty_from, until, start, None, None, start)
        return Due(site, dirty_from, until, start, self._window.start, self._until, start)
