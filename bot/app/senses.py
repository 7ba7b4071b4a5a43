"""What the process knows of itself and its machine: measured, not judged."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from bot.app.clients import Clients
from bot.history.errors import HistoryError
from bot.history.store import SqlHistory
from bot.rules.promises import Means
from bot.scheduler import Health
from bot.service.ports import Clock
from bot.service.vitals.facts import Ear, Machine
from bot.service.vitals.stored import Pace
from bot.settings import Settings

LONG_AGO = timedelta(hours=1)
"""What the API said of the time before that is not compared any more: clocks are set."""
BUSY = 300.0
"""Seconds after which a job that should be done in no time hangs."""


def deaf() -> None:
    return None


@dataclass
class Senses:
    """Where it is looked. What is not there yet when the bot is wired is set when it is.

    `swift` are the jobs that should be done in no time, and `looker` the one that looks: that it failed before is over
    when it does. `looked_at` is when the bot last saw to itself and could write it down, in ticks.
    """

    jobs: Callable[[], Mapping[str, Health]] = dict
    swift: frozenset[str] = frozenset()
    looker: str = ""
    ear: Callable[[], Ear | None] = deaf
    looked_at: float | None = None

    async def measured(self, history: SqlHistory, clients: Clients, clock: Clock) -> Machine:
        """Never raises for what it finds: what cannot be measured is not known."""
        room = await asyncio.to_thread(history.room)
        jobs = {name: why for name, why in self.troubles().items() if name != self.looker}
        return Machine(jobs, self.ear(), room, await _ahead(history, clients, clock))

    def troubles(self) -> dict[str, str | None]:
        """Job → why it does not work, as in `Machine`."""
        return {name: self._trouble(name, health) for name, health in self.jobs().items()}

    def _trouble(self, name: str, health: Health) -> str | None:
        if name in self.swift and health.busy > BUSY:
            return f"its run has not ended for {health.busy / 60:.0f} minutes"
        return health.why


async def _ahead(history: SqlHistory, clients: Clients, clock: Clock) -> dict[str, float]:
    """Whose clock → seconds by which ours is ahead of it."""
    others = [client.heard for client in clients.values() if client.heard is not None]
    lately = [(theirs, ours) for theirs, ours in others if timedelta() <= clock() - ours <= LONG_AGO]
    ahead = {}
    if lately:
        theirs, ours = max(lately, key=lambda heard: heard[1])
        ahead["the API's"] = (ours - theirs).total_seconds()
    try:
        said = await history.clock()
    except HistoryError:
        return ahead  # the look itself finds that out
    if said is not None:
        ahead["the database's"] = (clock() - said).total_seconds()
    return ahead


def pace_of(settings: Settings) -> Pace:
    """How fast sites can be read, by the settings."""
    bucket = timedelta(minutes=settings.altostrat_bucket_minutes)
    return Pace(Means(settings.altostrat_requests_per_minute, bucket), int(settings.pull_settle.total_seconds()))
