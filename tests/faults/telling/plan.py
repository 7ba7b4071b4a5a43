"""What goes wrong in one run, by its seed: troubles, kills, replicas, and what happens to the database."""

from __future__ import annotations

import asyncio
from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from tests.faults.stores import PostgresStore, Store
from tests.faults.telling.story import ACTS, BEGIN, LASTS
from tests.faults.telling.troubles import TROUBLES, Spell, spell

LOCKED, RESTARTED, GONE = "database: locked by another program", "database: restarted", "database: gone by kill -9"
FEWEST = 3
MOMENTS = 150
"""Among so many places of a life one is where it ends."""


@dataclass
class Nature:
    """What happens to the database, between looks. SQLite is held by another program for a while, PostgreSQL restarted
    or gone for a while."""

    begins: datetime = BEGIN
    ends: datetime = BEGIN
    what: str = ""
    strikes: Counter[str] = field(default_factory=Counter)
    _holding: ExitStack = field(default_factory=ExitStack)
    _is_on: bool = False

    @property
    def over_at(self) -> datetime:
        return self.ends

    async def turn(self, store: Store, now: datetime) -> None:
        if self.what and not self._is_on and self.begins <= now < self.ends:
            self._is_on = True
            self.strikes[self.what] += 1
            await self._begin(store)
        elif self._is_on and now >= self.ends:
            self._is_on = False
            self._holding.close()
            if self.what == GONE:
                assert isinstance(store, PostgresStore)
                await asyncio.to_thread(store.server.start)

    async def _begin(self, store: Store) -> None:
        if self.what == LOCKED:
            self._holding.enter_context(store.locked())
            return
        assert isinstance(store, PostgresStore)
        await asyncio.to_thread(store.server.kill if self.what == GONE else store.server.stop)
        if self.what == RESTARTED:
            await asyncio.to_thread(store.server.start)


@dataclass
class Plan:
    """Of one run. `ends` are the places, or the real seconds, after which one life after the other ends; the last one
    does not. `stalls_at` is when one of several replicas is held up for longer than its lease."""

    seed: int
    database: str
    spells: tuple[Spell, ...]
    ends: list[int | float]
    nature: Nature
    replicas: int = 1
    is_child: bool = False
    acts: int = ACTS
    stalls_at: datetime | None = None


def plan(seed: int) -> Plan:
    """Of ten runs one is in a process of its own, ended by `kill -9`, two are on PostgreSQL, with several replicas."""
    random = Random(f"plan {seed}")  # noqa: S311 - a seeded choice
    on_postgresql, is_child = seed % 10 in {3, 7}, seed % 10 == 9
    spells = tuple(spell(trouble, random) for trouble in random.sample(TROUBLES, random.randint(1, 4)))
    kills = random.randint(1, 5) if is_child or random.random() < 0.6 else 0
    ends = [_end(random, is_child=is_child) for _ in range(kills)]
    database = "postgresql" if on_postgresql else "sqlite"
    nature = Nature() if is_child else _nature(database, random)
    replicas = random.randint(1, 3) if on_postgresql else 1
    acts = random.randint(FEWEST, ACTS)
    stalls_at = BEGIN + random.uniform(0, 0.8) * LASTS if replicas > 1 and random.random() < 0.4 else None
    return Plan(seed, database, spells, ends, nature, replicas, is_child, acts, stalls_at)


def _end(random: Random, *, is_child: bool) -> int | float:
    """A process of its own is also ended from outside, wherever it is."""
    return random.uniform(0.01, 0.8) if is_child and random.random() < 0.5 else random.randint(1, MOMENTS)


def _nature(database: str, random: Random) -> Nature:
    if random.random() > 0.25:
        return Nature()
    what = LOCKED if database == "sqlite" else random.choice((RESTARTED, GONE))
    begins = BEGIN + random.uniform(0, 0.9) * LASTS
    return Nature(begins, begins + timedelta(minutes=random.choice((1, 5, 15))), what)
