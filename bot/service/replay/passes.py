"""Judging a past: the passes that operation would have made over it, as few as give the same."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np

from bot.alerts.model import Alert, AlertKey, Transition
from bot.domain.sites import Site
from bot.domain.times import HOUR, Slot, Window, floor
from bot.rules.kinds import FLEET
from bot.rules.model import Rule, Spike
from bot.service.fleet import Fleet
from bot.service.judge import judge
from bot.service.judge_pools import judge_pool
from bot.service.judging import Batch, Due, keys_of, look_back
from bot.service.pools import pools
from bot.service.ports import Reading
from bot.service.replay.memory import MemoryTransaction
from bot.service.replay.model import Late
from bot.service.replay.movement import Movement
from bot.service.replay.past import Past
from bot.service.replay.scored import Scored
from bot.service.spikes.watch import Watch, directions_of

CELLS = 1_000_000
"""Sites times buckets that are judged at once: what judging needs beside the past itself is some 100 bytes a cell."""


@dataclass(frozen=True, slots=True)
class Noted:
    """What became known at `at`: an alert as it was then, and the move that made it so. None where only its record was
    revised. `own` tells alerts apart within a replay. `hour` is that of the pass which operation would have made."""

    at: Slot
    hour: Slot
    own: tuple[int, int]
    alert: Alert
    move: Transition | None


@dataclass(frozen=True, slots=True)
class Part:
    """Sites that are judged together, and the late arrivals among them by when they were seen."""

    number: int
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
            yield Part(first, part, on_time)
    for row in np.flatnonzero(np.isin(past.sites, list(by_site))).tolist():
        site = fleet.by_key(int(past.sites[row]))
        if site is not None:
            yield Part(len(past.sites) + row, past.copied(np.array([row])), (site,), by_site[site.key])


def _by_site(late: Late) -> tuple[int, int, int]:
    return late.site, late.seen, late.bucket.slot


class Passes:
    """Judges one part from the start of `window` to its end. `noted` is what came of it; how its sites moved is added
    to `movement`, where somebody asks."""

    def __init__(self, part: Part, fleet: Fleet, window: Window, movement: Movement | None = None) -> None:
        self._tx = MemoryTransaction(part.past)
        self._part = part
        self._fleet = fleet
        self._window = window
        self._until = window.start
        self._movement = movement
        self._watch = Watch(directions_of(fleet.configuration.rules), fleet.bucket)
        self.noted: list[Noted] = []

    @property
    def scored(self) -> Scored:
        """What alerts of spikes were judged by."""
        return self._tx.scored

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
        rules = self._fleet.configuration.rules
        due = [self._due(site, dirty_from, until) for site in self._part.sites]
        watched = dict.fromkeys((rule.name for rule in rules), self._window.start)
        for batch in await self._batches(due, (dirty_from, until), at, watched):
            self._note(batch, await self._tx.alerts.save(batch.alerts), floor(dirty_from, HOUR))
        self._until = until

    async def _batches(
        self, due: Sequence[Due], new: tuple[Slot, Slot], at: Slot | None, watched: Mapping[str, Slot]
    ) -> Sequence[Batch]:
        rules, step = self._fleet.configuration.rules, self._fleet.bucket
        begin = floor(new[0] - look_back(rules, step), HOUR)
        window = Window(max(begin, self._part.past.block.start), new[1])
        block = await self._tx.buckets.block(keys_of(due), window, step)
        batch = Batch(self._tx, due, block, at, watched, self._watch)
        await judge(batch, rules)
        self._tx.scored.keep(batch)
        if self._movement is not None:
            self._movement.take(batch, rules)
        return [batch]

    def _note(self, batch: Batch, saved: Sequence[Alert], hour: Slot) -> None:
        """Where all is learnt at once, alerts are recorded as they end up, those too that nothing happened to."""
        by_identity, number = {_identity(alert): alert for alert in saved}, self._part.number
        if batch.at is not None:
            self.noted += [Noted(batch.at, hour, (number, alert.id), alert, None) for alert in saved]
        for move in batch.moves:
            last = by_identity[_identity(move.alert)]
            then = move.alert if batch.at is None else last
            own = floor(move.known_at - batch.block.step, HOUR) if batch.at is None else hour
            self.noted.append(Noted(move.known_at, own, (number, last.id), then, move))

    def _due(self, site: Site, dirty_from: Slot, until: Slot) -> Due:
        """What came before the past is given up, so quotas are judged from the first bucket on."""
        start = self._part.past.start
        if self._until == self._window.start:
            return Due(site, dirty_from, until, start, None, None, start)
        return Due(site, dirty_from, until, start, self._window.start, self._until, start)


class PoolPasses(Passes):
    """The same of pools, whose sites are judged together."""

    async def _batches(
        self, due: Sequence[Due], _new: tuple[Slot, Slot], at: Slot | None, watched: Mapping[str, Slot]
    ) -> Sequence[Batch]:
        found = pools(self._fleet, [(one, True) for one in due])
        return [await judge_pool(self._tx, pool, at, watched, self._fleet.bucket) for pool in found]


def pooled(past: Past, fleet: Fleet, late: Sequence[Late]) -> Part | None:
    """The sites of all pools; None where no rule has one."""
    return _together(past, fleet, late, [rule for rule in fleet.configuration.rules if rule.is_pool], -1)


def rising(past: Past, fleet: Fleet, late: Sequence[Late]) -> Part | None:
    """The sites that rules look for spikes at; None where there are too few to rise together."""
    rules = [rule for rule in fleet.configuration.rules if isinstance(rule.judge, Spike)]
    found = _together(past, fleet, late, rules, -2)
    return found if found is not None and len(found.sites) >= FLEET else None


def _together(past: Past, fleet: Fleet, late: Sequence[Late], rules: Sequence[Rule], number: int) -> Part | None:
    """The sites of any of these rules; None where there is none."""
    known = (site for site in map(fleet.by_key, past.sites.tolist()) if site is not None)
    sites = tuple(site for site in known if any(rule.sites.matches(site) for rule in rules))
    if not sites:
        return None
    own = {site.key for site in sites}
    arrivals = tuple(sorted((one for one in late if one.site in own), key=lambda one: (one.seen, one.site)))
    return Part(number, past.copied(np.arange(len(past.sites))) if arrivals else past, sites, arrivals)


def _identity(alert: Alert) -> tuple[AlertKey, Slot | None]:
    """Within one pass: a billing period has one alert, whose `since` moves on with its steps; others differ in it."""
    return alert.key, None if alert.key.period is not None else alert.since
