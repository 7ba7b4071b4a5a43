"""A wall clock that is set, forth or back, neither stops the ticks nor makes up for a hundred million of them."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta, tzinfo

import apscheduler.schedulers.base
import pytest
from structlog.testing import capture_logs

from bot.scheduler import Every, Job, Scheduler, build_scheduler


class Wall:
    """The clock on the wall: APScheduler's and ours."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.error = 0.0
        wall, right = self, time.time

        class Reading(datetime):
            @classmethod
            def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
                return datetime.fromtimestamp(right() + wall.error, tz)

        monkeypatch.setattr(apscheduler.schedulers.base, "datetime", Reading)
        monkeypatch.setattr("bot.scheduler.scheduler.time.time", lambda: right() + wall.error)


@pytest.fixture
def wall(monkeypatch: pytest.MonkeyPatch) -> Wall:
    return Wall(monkeypatch)


@pytest.fixture
async def ticks(wall: Wall) -> AsyncIterator[tuple[Scheduler, asyncio.Semaphore]]:
    ran = asyncio.Semaphore(0)

    async def run() -> None:
        ran.release()

    scheduler = build_scheduler([Job("deliver", run, Every(0.05))], look_every=0.01)
    scheduler.start()
    yield scheduler, ran
    await scheduler.stop(timedelta())


@pytest.mark.parametrize("hours", [-1, 1, -24 * 365 * 50])
async def test_ticks_go_on_at_once(wall: Wall, ticks: tuple[Scheduler, asyncio.Semaphore], hours: int) -> None:
    scheduler, ran = ticks
    async with asyncio.timeout(5):
        await ran.acquire()
        with capture_logs() as lines:
            wall.error = hours * 3600
            while not lines:
                await ran.acquire()
            for _ in range(3):
                await ran.acquire()
    assert [line["event"] for line in lines] == ["clock_stepped"]
    tick = scheduler.next_tick("deliver")
    assert tick is not None
    assert abs(tick.timestamp() - time.time()) < 5


async def test_a_clock_that_finds_the_time_after_decades_has_one_tick_to_make_up_for(
    wall: Wall, ticks: tuple[Scheduler, asyncio.Semaphore]
) -> None:
    scheduler, ran = ticks
    wall.error = 60 * 365 * 86400
    async with asyncio.timeout(5):
        for _ in range(3):
            await ran.acquire()
    tick = scheduler.next_tick("deliver")
    assert tick is not None
    assert tick > datetime(2070, 1, 1, tzinfo=UTC)
