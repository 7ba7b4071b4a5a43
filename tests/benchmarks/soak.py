"""Does memory stay flat? `python -m tests.benchmarks.soak [--sites 1000] [--days 7]`.

A bot wired and opened as `usagebot run` does it, with its scheduler's jobs, the default request budget of 60 a minute,
an SQLite file, Slack and the HTTP door, which is scraped at every tick; but its time is moved by hand, so that a week
takes as long as its work. The API and Slack live in a process of their own.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
from collections.abc import AsyncIterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from multiprocessing import get_context
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import httpx
from rich.console import Console
from rich.table import Table

from bot.app.build import Bot, Environment, built
from bot.app.jobs import ASSESS, DELIVER, PULL, RETAIN, SURVEY, scheduler_of
from bot.app.logs import configure_logs
from bot.app.media import media
from bot.app.process import open_doors
from bot.demo.clock import HandClock
from bot.demo.show import configuration_of
from bot.scheduler import Scheduler
from bot.settings import Settings, load_settings
from tests.benchmarks.api import TOKEN, beside, served
from tests.benchmarks.machine import description, resident
from tests.fakes.slack import TOKEN as SLACK_TOKEN
from tests.fakes.slack import FakeSlack

START = datetime(2026, 6, 8, 10, tzinfo=UTC)
TICK = timedelta(minutes=5)
HOUR = timedelta(hours=1)
RULES = """
version: 1
defaults: {timezone: UTC, receivers: [noc]}
operators: [noc]
receivers: {noc: {slack: "#noc"}}
rules:
  - {name: quota, sites: all, quota: 40 GB, per: month, at: [50%, 80%, 100%]}
  - {name: burst, sites: all, threshold: {over: 1 GB, within: 15m}, direction: in, keep_firing_for: 15m}
  - {name: quiet, sites: all, threshold: {under: 1 MB, within: 1h}, for: 15m}
"""


@dataclass
class Course:
    """Resident bytes after each tick, by the hours simulated until then."""

    sites: int
    points: list[tuple[float, int]] = field(default_factory=list)
    cycles: int = 0
    messages: int = 0
    database: int = 0

    def after(self, hours: float) -> list[int]:
        return [size for at, size in self.points if at >= hours]

    def at(self, hours: float) -> int:
        return next(size for at, size in self.points if at >= hours)


@asynccontextmanager
async def outside(sites: int, until: datetime) -> AsyncIterator[tuple[str, str]]:
    """The base URLs of a usage API and of a Slack."""
    async with FakeSlack() as slack, served(sites, until) as api:
        slack.now = until
        slack.add_channel("noc")
        yield api, slack.base_url


def settings_in(folder: Path, api: str, slack: str) -> Settings:
    (folder / "rules").mkdir()
    (folder / "rules" / "fleet.yaml").write_text(RULES)
    settings = load_settings(
        {
            "ALTOSTRAT_TOKEN": TOKEN,
            "ALTOSTRAT_BASE_URL": api,
            "DATABASE_URL": f"sqlite:///{folder / 'usage.db'}",
            "RULES_PATH": str(folder / "rules"),
            "SLACK_BOT_TOKEN": SLACK_TOKEN,
            "SLACK_API_URL": slack,
            "HTTP_PORT": "18080",
        },
        folder,
    )
    assert isinstance(settings, Settings), settings
    return settings


def live(api: str, slack: str, sites: int, days: float) -> Course:
    """The bot's whole life, in this process."""
    configure_logs("json", "error")
    with TemporaryDirectory(prefix="usagebot-soak-") as name:
        return asyncio.run(_live(settings_in(Path(name), api, slack), Path(name), sites, days))


async def _live(settings: Settings, folder: Path, sites: int, days: float) -> Course:
    clock, course = HandClock(START), Course(sites)
    environment = Environment(clock, clock.ticks, clock.sleep, Random(1))  # noqa: S311 - jitter, the same each time
    notifiers = media(settings, Console())
    async with AsyncExitStack() as stack:
        bot = await stack.enter_async_context(
            built(settings, configuration_of(settings.rules_path), notifiers, environment)
        )
        scheduler = scheduler_of(bot)
        gc.collect()
        gc.freeze()
        await open_doors(bot, scheduler, stack)
        door = await stack.enter_async_context(httpx.AsyncClient(base_url="http://127.0.0.1:18080", trust_env=False))
        await _week(bot, scheduler, clock, door, course, START + timedelta(days=days))
    print()  # noqa: T201
    course.database = (folder / "usage.db").stat().st_size
    return course


async def _week(
    bot: Bot, scheduler: Scheduler, clock: HandClock, door: httpx.AsyncClient, course: Course, end: datetime
) -> None:
    hour = day = START - TICK
    while clock.now < end:
        began = clock.now
        if clock.now - hour >= HOUR:
            hour = clock.now
            await _run(scheduler, SURVEY)
        await _run(scheduler, PULL)
        await _run(scheduler, ASSESS)
        await _run(scheduler, DELIVER)
        if clock.now - day >= timedelta(days=1):
            day = clock.now
            await _run(scheduler, RETAIN)
        for path in ("/metrics", "/readyz", "/healthz"):
            (await door.get(path)).raise_for_status()
        course.cycles += 1
        course.points.append(((clock.now - START) / HOUR, resident()))
        print(f"\r{course.points[-1][0]:6.1f} h {course.points[-1][1] / 1e6:6.0f} MB", end="", flush=True)  # noqa: T201
        clock.now = max(clock.now, began + TICK)


async def _run(scheduler: Scheduler, job: str) -> None:
    scheduler.kick(job)
    await scheduler.idle(job)


def table(course: Course) -> Table:
    shown = Table(title=f"{course.sites} sites, {course.cycles} sweeps, database {course.database / 1e6:,.0f} MB")
    shown.add_column("simulated hours", justify="right")
    shown.add_column("resident MB", justify="right")
    last = course.points[-1][0]
    for hours in (0, 0.5, 1, 2, 6, 12, *range(24, int(last) + 1, 24)):
        if hours <= last:
            shown.add_row(f"{hours:g}", f"{course.at(hours) / 1e6:,.0f}")
    return shown


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--sites", type=int, default=1000)
    parser.add_argument("--days", type=float, default=7)
    chosen = parser.parse_args()
    console = Console(width=118)
    console.print(description())
    with (
        beside(outside, chosen.sites, START + timedelta(days=chosen.days + 1)) as (api, slack),
        ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool,
    ):
        course = pool.submit(live, api, slack, chosen.sites, chosen.days).result()
    console.print(table(course))
    flat = course.after(1)
    low, high, middle = min(flat), max(flat), sorted(flat)[len(flat) // 2]
    console.print(
        f"after the first hour: {low / 1e6:,.0f} to {high / 1e6:,.0f} MB, median {middle / 1e6:,.0f} MB "
        f"({low / middle - 1:+.1%}, {high / middle - 1:+.1%})"
    )


if __name__ == "__main__":
    main()
