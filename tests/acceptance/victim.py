"""A bot that kills itself: `python -m tests.acceptance.victim FOLDER`, with settings in the environment.

Lives as often as it is told (see tests/nursery.py); an order is `[FIRST_TICK, LAST_TICK, MOMENT]`. A life runs ticks
of pull, assess and deliver on a hand-driven clock, wired as in production, and sends itself SIGKILL at the MOMENT-th
of the places where something has just been, or is just about to be, asked, committed or posted; 0 is never. The tick
it is at is in `tick` in the folder, so that the next life goes on there: time does not wait.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any, cast

from rich.console import Console
from slack_sdk.web.async_client import AsyncWebClient

from bot.app.build import Environment, built
from bot.app.logs import configure_logs
from bot.app.media import media
from bot.demo.clock import HandClock
from bot.demo.show import configuration_of
from bot.history.store import SqlHistory, SqlTransaction
from bot.settings import Settings, load_settings, process_environment
from tests.acceptance.world import at
from tests.nursery import nurse

FIRST = at(31, 8, 3)
TICK = timedelta(minutes=15)


class Fuse:
    """Counts moments down, and then it is over."""

    def __init__(self, moment: int) -> None:
        self._left = moment

    def burn(self) -> None:
        self._left -= 1
        if self._left == 0:
            os.kill(os.getpid(), signal.SIGKILL)


def endanger(fuse: Fuse, history: SqlHistory) -> None:
    """Moments before and after every commit, request and call of Slack."""
    writing = history.writing

    @asynccontextmanager
    async def dangerous() -> AsyncIterator[SqlTransaction]:
        async with writing() as tx:
            yield tx
            fuse.burn()
        fuse.burn()

    history.writing = cast("Any", dangerous)  # type: ignore[method-assign]
    call = AsyncWebClient.api_call

    async def dangerous_call(self: AsyncWebClient, *args: Any, **kwargs: Any) -> Any:
        fuse.burn()
        answer = await call(self, *args, **kwargs)
        fuse.burn()
        return answer

    AsyncWebClient.api_call = dangerous_call  # type: ignore[method-assign,assignment]


async def live(folder: Path, first: int, last: int, moment: int) -> None:
    settings = load_settings(process_environment(), folder)
    assert isinstance(settings, Settings), settings
    clock = HandClock(FIRST + first * TICK)
    environment = Environment(clock, clock.ticks, clock.sleep, Random(1))  # noqa: S311 - jitter, the same each time
    reached = media(settings, Console())
    async with built(settings, configuration_of(settings.rules_path), reached, environment) as bot:
        endanger(Fuse(moment), bot.history)
        await bot.survey.run()
        for tick in range(first, last):
            (folder / "tick").write_text(str(tick))
            clock.now = FIRST + tick * TICK
            await bot.pull.run()
            await bot.assess.run()
            await bot.deliver.run()
    (folder / "tick").write_text(str(last))


if __name__ == "__main__":
    configure_logs("console", "error")
    nurse(lambda order: live(Path(sys.argv[1]), *json.loads(order)))
