"""Attempts that are made at the same time: a failure of one waits for the others."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import pytest

from bot.demo.clock import HandClock
from bot.history.errors import HistoryError
from bot.history.store import SqlTransaction
from bot.service.ports import Delivered, Outcome
from bot.service.views import Notification
from tests.acceptance.test_end_to_end import QUOTA
from tests.acceptance.world import SHORT, at, world

TWO = QUOTA.replace("noc: {terminal: true}", "noc: {terminal: true}, desk: {email: desk@example.com}").replace(
    "receivers: [noc]", "receivers: [noc, desk]"
)


class OneSlow:
    """The second is told a little later than the first."""

    def __init__(self) -> None:
        self.told: list[str] = []

    async def deliver(self, notification: Notification) -> Outcome:
        first = not self.told
        self.told.append(notification.receiver)
        for _ in range(0 if first else 500):
            await asyncio.sleep(0)
        return Delivered(notification.receiver)


async def test_a_history_that_fails_for_one_attempt_leaves_no_other_behind(tmp_path: Path) -> None:
    async with world(tmp_path, TWO, HandClock(at(31, 8, 3)), options=SHORT, people=OneSlow()) as bot:
        await bot.pull.run()
        await bot.assess.run()
        writing, commits = bot.history.writing, [0]

        @asynccontextmanager
        async def failing_once() -> AsyncIterator[SqlTransaction]:
            commits[0] += 1
            if commits[0] == 2:  # after the claim: the first outcome
                raise HistoryError("the disk is full", "make room")
            async with writing() as tx:
                yield tx

        bot.history.writing = cast("Any", failing_once)  # type: ignore[method-assign]
        with pytest.raises(HistoryError):
            await bot.deliver.run()
        async with bot.history.reading() as tx:
            assert (await tx.outbox.backlog())[0] == 1


async def test_an_attempt_that_comes_too_late_for_its_lease_is_not_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another replica may tell it by then."""
    people, clock = OneSlow(), HandClock(at(31, 8, 3))
    async with world(tmp_path, TWO, clock, people=people) as bot:
        await bot.pull.run()
        await bot.assess.run()
        loop, reading, late = asyncio.get_running_loop(), bot.history.reading, [0.0]
        now = loop.time

        @asynccontextmanager
        async def slow() -> AsyncIterator[SqlTransaction]:
            async with reading() as tx:
                yield tx
                late[0] += 50  # seconds; one of these comes between the claim and each attempt

        monkeypatch.setattr(loop, "time", lambda: now() + late[0])
        monkeypatch.setattr(bot.history, "reading", slow)
        assert await bot.deliver.run() == {"terminal:tryagain": 1, "email:tryagain": 1}
        assert people.told == []
        monkeypatch.undo()
        clock.advance(timedelta(seconds=30))
        assert await bot.deliver.run() == {"terminal:delivered": 1, "email:delivered": 1}
