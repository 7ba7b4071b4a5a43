"""A replica that delivers what is due, and is killed meanwhile: `python -m tests.acceptance.life.victim FOLDER`, with
settings in the environment. An order is the instant at which it lives (see tests/nursery.py)."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path
from random import Random

from rich.console import Console

from bot.app.build import Environment, built
from bot.app.logs import configure_logs
from bot.app.media import media
from bot.demo.clock import HandClock
from bot.settings import Settings, load_settings, process_environment
from tests.acceptance.life.stage import configured
from tests.nursery import nurse


async def live(folder: Path, now: datetime) -> None:
    settings = load_settings(process_environment(), folder)
    assert isinstance(settings, Settings), settings
    clock = HandClock(now)
    environment = Environment(clock, clock.ticks, clock.sleep, Random(1))  # noqa: S311 - jitter, the same each time
    async with built(settings, configured(folder), media(settings, Console()), environment) as bot:
        await bot.deliver.run()


if __name__ == "__main__":
    configure_logs("console", "error")
    nurse(lambda order: live(Path(sys.argv[1]), datetime.fromisoformat(order.strip())))
