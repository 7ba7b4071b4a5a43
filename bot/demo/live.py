"""`usagebot demo --live`: the story's end is now, and the bot goes on watching in real time."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from rich.console import Console
from rich.text import Text

from bot.app.build import system_clock

if TYPE_CHECKING:
    from bot.demo.show import Stage

TICK = timedelta(minutes=5)
SETTLE = timedelta(minutes=2)
LOOK = timedelta(seconds=5)


async def go_on(stage: Stage, console: Console) -> None:
    """Catch up from the end of the story to now, then tick at bucket ends until SIGINT or SIGTERM. What people order in
    another terminal is told between ticks."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stop.set)
    _print_how(stage, console)
    while not stop.is_set():
        now = system_clock()
        stage.clock.now = max(stage.clock.now, now)
        await stage.bot.pull.run()
        await stage.bot.assess.run()
        await _tell_until(_next_tick(now), stage, stop)


async def _tell_until(end: datetime, stage: Stage, stop: asyncio.Event) -> None:
    """What comes by itself, as the end of a silence, and what was ordered."""
    while not stop.is_set() and (now := system_clock()) < end:
        stage.clock.now = max(stage.clock.now, now)
        await stage.bot.timers.run()
        await stage.bot.deliver.run()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), min(LOOK, end - now).total_seconds())


def _next_tick(now: datetime) -> datetime:
    """When the next bucket is complete."""
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight + SETTLE + ((now - SETTLE - midnight) // TICK + 1) * TICK


def _print_how(stage: Stage, console: Console) -> None:
    settings = {
        "ALTOSTRAT_TOKEN": "alto_sk_demo",
        "ALTOSTRAT_BASE_URL": stage.base_url,
        "DATABASE_URL": stage.database if stage.database.startswith("sqlite") else "…  # the one you gave",
        "RULES_PATH": str(stage.folder / "rules"),
    }
    console.print(Text("\nIt goes on in real time. In another terminal:", style="bold"))
    for name, value in settings.items():
        console.print(f"  export {name}={value}", soft_wrap=True, highlight=False)
    for command in (
        "usagebot query quota",
        "usagebot query site 'Cape Town' period",
        "usagebot query alerts",
        "usagebot ack A2",
        "usagebot silence 'Cape Town' 10m trying it",
        "usagebot audit",
    ):
        console.print(f"  {command}", style="cyan", soft_wrap=True, highlight=False)
    console.print("Stop it with Ctrl-C.", style="dim")
