"""A run whose lives are processes of their own, ended by `kill -9`: at a place, or from outside at any moment."""

from __future__ import annotations

import asyncio
import signal
from datetime import datetime
from pathlib import Path

from bot.demo.clock import HandClock
from tests.faults.stores import Store
from tests.faults.telling.plan import Plan
from tests.faults.telling.process import Place
from tests.faults.telling.run import RESTART, Result, result, weather
from tests.faults.telling.story import BEGIN
from tests.faults.telling.victim import Order
from tests.faults.telling.world import opened
from tests.nursery import Nursery


class Diary(HandClock):
    """The time as the process that lives has written it down."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.write_text(BEGIN.isoformat())
        super().__init__(BEGIN)

    @property
    def now(self) -> datetime:
        return datetime.fromisoformat(self.path.read_text())

    @now.setter
    def now(self, _moment: datetime) -> None:
        """Its own process sets it."""


async def run_killed(plan: Plan, store: Store, nursery: Nursery, folder: Path) -> Result:
    """On a history of one's own."""
    clock = Diary(folder / f"diary_{plan.seed}")
    mistakes, lives = [], 0
    async with opened(clock) as world:
        spells = weather(world, plan)
        for end in [*plan.ends, 0]:
            lives += 1
            moment = end if isinstance(end, int) else 0
            now = clock.now + (RESTART if lives > 1 else RESTART * 0)
            order = Order(
                Place.of(store.url, world), plan.seed, plan.acts, now.isoformat(), moment, str(clock.path.absolute())
            )
            code = await ended(nursery, order, end if isinstance(end, float) else None)
            if code != -signal.SIGKILL:
                mistakes += [f"a life ended by itself with {code}"] if code else []
                break
        return result(plan, store, world, spells, lives, mistakes)


async def ended(nursery: Nursery, order: Order, seconds: float | None) -> int:
    """One life, ended from outside after so many real seconds of it; its exit code."""

    async def later(seconds: float) -> None:
        while not nursery.victim:  # noqa: ASYNC110 - a number from a pipe
            await asyncio.sleep(0.005)
        await asyncio.sleep(seconds)
        nursery.kill()

    ending = asyncio.create_task(later(seconds)) if seconds is not None else None
    try:
        return await nursery.live(order)
    finally:
        if ending is not None:
            ending.cancel()
