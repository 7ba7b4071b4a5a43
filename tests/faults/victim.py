"""A bot that is to be killed: `python -m tests.faults.victim FOLDER`, with settings in the environment.

Lives as often as it is told (see tests/nursery.py); each line of its input is an `Order`. A life begins where the one
before was killed, ten seconds later by the hand-driven clock.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from sqlalchemy import event

from bot.app.build import Bot, Environment, built
from bot.app.logs import configure_logs
from bot.demo.clock import HandClock
from bot.settings import Settings, load_settings, process_environment
from tests.acceptance.victim import Fuse, endanger
from tests.fakes.sketches import Sketcher
from tests.faults.stage import ATTEMPTS_AT, BEGIN, TICK, rules, shown_by
from tests.nursery import nurse

RESTART = timedelta(seconds=10)


@dataclass(frozen=True)
class Order:
    """Live up to tick `last`, and be killed at the `moment`-th place where something has just been, or is just about
    to be, asked, committed or posted; or `delay` seconds into the `commit`-th commit. 0 is never."""

    last: int
    moment: int = 0
    commit: int = 0
    delay: float = 0.0

    def __str__(self) -> str:
        return json.dumps(asdict(self))


def kill_in_a_commit(bot: Bot, order: Order) -> None:
    """The signal comes from another thread while the database is at it."""
    left = [order.commit]

    def committing(_connection: Any) -> None:
        left[0] -= 1
        if left[0] == 0:
            threading.Timer(order.delay, os.kill, (os.getpid(), signal.SIGKILL)).start()

    event.listen(bot.history._engine.sync_engine, "commit", committing)


async def live(folder: Path, order: Order) -> None:
    settings = load_settings(process_environment(), folder)
    assert isinstance(settings, Settings), settings
    diary = folder / "diary"
    first, moment = json.loads(diary.read_text()) if diary.exists() else (0, BEGIN.isoformat())
    clock = HandClock(datetime.fromisoformat(moment) + RESTART)
    chance = Random(1)  # noqa: S311 - jitter, the same each time
    environment = Environment(clock, clock.ticks, clock.sleep, chance, Sketcher())
    async with built(settings, rules(), shown_by(settings, clock), environment) as bot:
        endanger(Fuse(order.moment), bot.history)
        kill_in_a_commit(bot, order)
        for number in range(first, order.last + 1):
            await tick(bot, clock, number, diary, is_last=number == order.last)


async def tick(bot: Bot, clock: HandClock, number: int, diary: Path, *, is_last: bool) -> None:
    """One tick; the last one only tells what is left to tell."""
    began = BEGIN + number * TICK
    write(diary, number, max(clock.now, began))
    clock.now = max(clock.now, began)
    if not is_last:
        await bot.pull.run()
        await bot.assess.run()
    for after in ATTEMPTS_AT:
        clock.now = max(clock.now, began + after)
        write(diary, number, clock.now)
        await bot.deliver.run()


def write(diary: Path, number: int, moment: datetime) -> None:
    """Whole or not at all: the diary is not what is tested."""
    new = diary.with_suffix(".new")
    new.write_text(json.dumps([number, moment.isoformat()]))
    new.replace(diary)


if __name__ == "__main__":
    configure_logs("console", "critical")
    nurse(lambda order: live(Path(sys.argv[1]), Order(**json.loads(order))))
