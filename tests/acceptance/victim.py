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
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
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
from bot.notify.slack_files import Files
from bot.rules.model import Medium
from bot.service.charts.pictures import ChartPictures
from bot.service.ports import Notifier
from bot.settings import Settings, load_settings, process_environment
from tests.acceptance.world import at
from tests.fakes.sketches import Sketcher
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
    """Moments before and after every commit, request, call of Slack and upload."""
    writing = history.writing

    @asynccontextmanager
    async def dangerous() -> AsyncIterator[SqlTransaction]:
        async with writing() as tx:
            yield tx
            fuse.burn()
        fuse.burn()

    history.writing = cast("Any", dangerous)  # type: ignore[method-assign]
    for owner, name in ((AsyncWebClient, "api_call"), (Files, "_send")):
        setattr(owner, name, _dangerous(getattr(owner, name), fuse))


def _dangerous(call: Callable[..., Awaitable[Any]], fuse: Fuse) -> Callable[..., Awaitable[Any]]:
    async def dangerous(*args: Any, **kwargs: Any) -> Any:
        fuse.burn()
        answer = await call(*args, **kwargs)
        fuse.burn()
        return answer

    return dangerous


async def live(folder: Path, first: int, last: int, moment: int) -> None:
    settings = load_settings(process_environment(), folder)
    assert isinstance(settings, Settings), settings
    clock = HandClock(FIRST + first * TICK)
    chance = Random(1)  # noqa: S311 - jitter, the same each time
    environment = Environment(clock, clock.ticks, clock.sleep, chance, Sketcher())

    def told(pictures: ChartPictures) -> Mapping[Medium, Notifier]:
        return media(settings, Console(), clock, pictures)

    async with built(settings, configuration_of(settings.rules_path), told, environment) as bot:
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
