"""When the timers look: not at every tick, at once when something happened, and within a minute in any case."""

from __future__ import annotations

from datetime import datetime

import pytest

from bot.alerts.silences import Silence
from bot.domain.times import Slot, to_instant
from bot.history.errors import HistoryError
from bot.rules.telling import EVERYTHING
from bot.service.timers import LOOK_AGAIN, Timers
from tests.service.telling.stage import Stage, clock


class Watched:
    """Timers whose announcements are counted."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self.announced = 0
        self.timers = Timers(stage.history, lambda: stage.fleet, self._instant, self._announce)

    def _instant(self) -> datetime:
        return to_instant(self._stage.now)

    def _announce(self) -> None:
        self.announced += 1

    async def at(self, slot: int) -> int:
        self._stage.now = Slot(slot)
        await self.timers.run()
        return self.announced


async def test_what_another_process_did_is_noticed_within_a_minute(stage: Stage) -> None:
    watched, start = Watched(stage), clock("10:00")
    await stage.silence("10:00", "12:00")
    await stage.fire(1)
    assert await watched.at(start) == 0
    async with stage.history.writing() as tx:
        (silence,) = await tx.silences.ending_after(start)
        await tx.silences.save(Silence(EVERYTHING, silence.starts_at, Slot(start + 10), id=silence.id))
    assert await watched.at(start + LOOK_AGAIN - 1) == 0
    assert await watched.at(start + LOOK_AGAIN) == 1


async def test_what_is_due_sooner_is_not_waited_for_and_waking_looks_at_once(stage: Stage) -> None:
    watched, start = Watched(stage), clock("10:00")
    async with stage.history.writing() as tx:
        await tx.silences.save(Silence(EVERYTHING, start, Slot(start + 20)))
    await stage.fire(1)
    assert await watched.at(start) == 0
    assert await watched.at(start + 19) == 0
    assert await watched.at(start + 20) == 1
    await stage.silence("10:01", "10:05")
    stage.now = clock("10:02")
    await stage.fire(2)
    watched.timers.wake()
    assert await watched.at(clock("10:05")) == 2


async def test_a_clock_that_is_set_back_does_not_keep_the_timers_idle(stage: Stage) -> None:
    watched = Watched(stage)
    assert await watched.at(clock("1d 10:00")) == 0
    await stage.silence("09:00", "10:00")
    stage.now = clock("09:30")
    await stage.fire(1)
    assert await watched.at(clock("10:00")) == 1


async def test_a_history_that_fails_is_looked_at_again_at_the_next_tick(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    watched, start = Watched(stage), clock("10:00")
    await stage.silence("09:00", "10:00")
    stage.now = clock("09:30")
    await stage.fire(1)
    with monkeypatch.context() as broken:
        broken.setattr(stage.history, "writing", lambda: (_ for _ in ()).throw(HistoryError("locked", "wait")))
        with pytest.raises(HistoryError):
            await watched.at(start)
    assert await watched.at(start + 1) == 1
