"""`usagebot run` on a fast clock: `python -m tests.faults.fast START SCALE`, with settings in the environment.

The process is the real one, scheduler, jobs, HTTP door and all; only its time is another. The event loop's clock runs
`SCALE` times as fast, so does the wall clock, which begins at the campaign's beginning. A line with a number on its
standard input sets the wall clock to be wrong by so many seconds.
"""

from __future__ import annotations

import asyncio
import selectors
import sys
import threading
import time
from datetime import UTC, datetime, timedelta, tzinfo
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import apscheduler.schedulers.base

import bot.app.build
import bot.app.process
import bot.history.engine
import bot.scheduler.scheduler
from bot.app.build import Environment
from bot.app.http import Door
from bot.app.logs import configure_logs
from bot.app.process import run_process
from bot.settings import Settings, load_settings, process_environment
from tests.fakes.sketches import Sketcher
from tests.faults.stage import BEGIN, rules


def moment(start: float, scale: float) -> datetime:
    """The world's time, in every process alike."""
    return BEGIN + timedelta(seconds=(time.monotonic() - start) * scale)


class FastSelector(selectors.DefaultSelector):
    """Waits a fraction of what it is told to."""

    scale = 1.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        return super().select(None if timeout is None else timeout / self.scale)


class FastLoop(asyncio.SelectorEventLoop):
    """Its seconds are short."""

    def __init__(self, scale: float) -> None:
        selector = FastSelector()
        selector.scale = self.scale = scale
        super().__init__(selector)

    def time(self) -> float:
        return super().time() * self.scale


class Wall:
    """The process's wall clock."""

    def __init__(self, start: float, scale: float) -> None:
        self._start, self._scale = start, scale
        self.error = 0.0

    def now(self) -> datetime:
        return moment(self._start, self._scale) + timedelta(seconds=self.error)

    def obey(self) -> None:
        for line in sys.stdin:
            self.error = float(line)


def hang_up(wall: Wall, loop: FastLoop) -> None:
    """Everything that reads the time is given this one."""

    class Reading(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
            return wall.now().astimezone(tz or UTC)

    modules = cast(
        "Any", SimpleNamespace(build=bot.app.build, process=bot.app.process, scheduler=bot.scheduler.scheduler)
    )
    apscheduler.schedulers.base.datetime = Reading
    modules.scheduler.time = SimpleNamespace(time=lambda: wall.now().timestamp())
    modules.build.Environment = lambda: Environment(clock=wall.now, ticks=loop.time, painter=Sketcher())
    modules.process.Door = partial(Door, patience=timedelta(seconds=loop.scale))
    busy = f"PRAGMA busy_timeout = {int(30_000 / loop.scale)}"
    bot.history.engine.PRAGMAS = (busy, *bot.history.engine.PRAGMAS[1:])


def main() -> None:
    start, scale = float(sys.argv[1]), float(sys.argv[2])
    configure_logs("json", "info")
    settings = load_settings(process_environment(), Path.cwd())
    assert isinstance(settings, Settings), settings
    wall = Wall(start, scale)
    threading.Thread(target=wall.obey, daemon=True).start()
    loops: list[FastLoop] = []

    def make() -> FastLoop:
        loops.append(FastLoop(scale))
        hang_up(wall, loops[0])
        return loops[0]

    with asyncio.Runner(loop_factory=make) as runner:
        runner.run(run_process(settings, rules()))


if __name__ == "__main__":
    main()
