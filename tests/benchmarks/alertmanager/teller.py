"""The bot's part that tells: `python -m tests.benchmarks.alertmanager.teller FOLDER INTERVAL`, until it is killed."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path

from rich.console import Console

from bot.app.build import built
from bot.app.jobs import DELIVER, EXPECTED, TIMERS, Work
from bot.app.logs import configure_logs
from bot.app.media import media
from bot.scheduler import Every, Job, build_scheduler
from bot.settings import Settings, load_settings
from tests.benchmarks.alertmanager.ledger import configured
from tests.benchmarks.alertmanager.senders import GROUP_WAIT


async def tell(folder: Path, interval: int) -> None:
    """In operation whoever writes a fact wakes the delivery; here another process does, so it looks every second."""
    settings = load_settings(json.loads((folder / "settings.json").read_text()), folder)
    assert isinstance(settings, Settings), settings
    async with built(settings, configured(GROUP_WAIT, interval), media(settings, Console())) as bot:
        work = Work(bot)
        scheduler = build_scheduler(
            [
                Job(TIMERS, work.timers, Every(10), at_start=True, expected=EXPECTED),
                Job(DELIVER, work.deliver, Every(1), at_start=True, expected=EXPECTED),
            ]
        )
        scheduler.start()
        (folder / "ready").touch()
        await asyncio.Event().wait()


if __name__ == "__main__":
    configure_logs("json", "info")
    asyncio.run(tell(Path(sys.argv[1]), int(sys.argv[2])))
