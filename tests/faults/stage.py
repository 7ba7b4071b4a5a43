"""A whole bot, wired as in production, on a hand-driven clock, with its API, Slack and mail server beside it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any, cast

from rich.console import Console

from bot.app.build import Bot, Environment, Media, built
from bot.app.jobs import Work
from bot.app.media import media
from bot.demo.api import SimulatedApi, serve
from bot.demo.traffic import Traffic
from bot.domain.times import Slot, floor, to_slot
from bot.history.errors import HistoryError
from bot.rules.model import Configuration, Medium
from bot.service.charts.pictures import ChartPictures
from bot.service.options import DeliverOptions
from bot.service.ports import Clock, Notifier
from bot.settings import Settings, load_settings
from tests.acceptance.world import FLEET, TOKEN, at, configuration
from tests.fakes.sketches import Sketcher
from tests.fakes.slack import TOKEN as SLACK_TOKEN
from tests.faults.servers import WeatheredSlack, WeatheredSmtp, WorldClock
from tests.faults.stores import Store

FEW = replace(FLEET, sites=FLEET.sites[:3], effects={}, stories=())
TRAFFIC = Traffic(FEW)
BEGIN = at(31, 6, 3)
TICK = timedelta(minutes=10)
ATTEMPTS_AT = tuple(timedelta(seconds=each) for each in (0, 10, 30, 70, 130, 200, 310, 420, 540))
"""When in a tick the outbox is looked at; in life that is every five seconds."""
IMPATIENT = 1
"""Real seconds after which a delivery is given up: forty-five in life."""

RULES = """
version: 1
defaults: {timezone: Africa/Johannesburg, receivers: [noc], flapping: never}
operators: [ops]
receivers:
  noc: {slack: "#noc", email: [noc@example.com, boss@example.com]}
  ops: {slack: "#ops"}
rules:
  - {name: metered, sites: {name: Cape Town}, quota: 20 GB, per: day, at: [5%, 10%, 20%, 30%, 40%, 60%, 80%]}
  - {name: large, sites: {name: [Durban North, Sandton]}, quota: 80 GB, per: day, at: [10%, 20%, 30%, 40%, 50%, 60%]}
  - {name: burst, sites: {name: Cape Town}, threshold: {over: 250 MB, within: 10m}, direction: in}
  - {name: burst-1, sites: {name: Durban North}, threshold: {over: 850 MB, within: 10m}, direction: in}
  - {name: burst-2, sites: {name: Sandton}, threshold: {over: 4 GB, within: 30m}}
"""


def settings_of(store: Store, base_url: str, slack: WeatheredSlack, smtp: WeatheredSmtp, folder: Path) -> Settings:
    """Read as production reads them."""
    settings = load_settings(environment_of(store, base_url, slack, smtp), folder)
    assert isinstance(settings, Settings), settings
    return settings


def environment_of(store: Store, base_url: str, slack: WeatheredSlack, smtp: WeatheredSmtp) -> dict[str, str]:
    return {
        "ALTOSTRAT_TOKEN": TOKEN,
        "ALTOSTRAT_BASE_URL": base_url,
        "ALTOSTRAT_REQUESTS_PER_MINUTE": "100000",
        "BASELINE_DAYS": "7",
        "DATABASE_URL": store.url,
        "SLACK_BOT_TOKEN": SLACK_TOKEN,
        "SLACK_API_URL": slack.base_url,
        "SMTP_HOST": smtp.host,
        "SMTP_PORT": str(smtp.port),
        "SMTP_SECURITY": "none",
        "SMTP_FROM": "usagebot@example.com",
    }


def shown_by(settings: Settings, clock: Clock) -> Media:
    """The notifiers of production, with pictures; waiting for Slack's files takes no time."""

    def told(pictures: ChartPictures) -> Mapping[Medium, Notifier]:
        found = media(settings, Console(stderr=True), clock, pictures)
        cast("Any", found[Medium.SLACK])._gallery._files._sleep = at_once
        return found

    return told


async def at_once(_seconds: float) -> None:
    return None


@dataclass(frozen=True)
class Interlude:
    """What happens between two looks at the outbox: before the one at this place of `ATTEMPTS_AT`."""

    place: int
    happens: Callable[[], Awaitable[None]]


@dataclass
class Stage:
    """Everything that a fault may touch. `mistakes` are errors that the bot's jobs are not meant to raise."""

    clock: WorldClock
    api: SimulatedApi
    slack: WeatheredSlack
    smtp: WeatheredSmtp
    store: Store
    bot: Bot
    folder: Path
    mistakes: list[str] = field(default_factory=list)
    each_tick: list[Callable[[], object]] = field(default_factory=list)
    failed_jobs: int = 0
    recovering_since: datetime | None = None
    calm_since: datetime = BEGIN
    recovery: timedelta | None = None

    async def job(self, run: Callable[[], Awaitable[object]]) -> None:
        """As the scheduler runs it: an error ends the run and not the process."""
        try:
            await run()
        except HistoryError:
            self.failed_jobs += 1
        except Exception as error:  # noqa: BLE001 - whatever it is, it is a finding
            self.mistakes.append(f"{type(error).__name__}: {error}")

    async def tick(self, number: int, interlude: Interlude | None = None) -> None:
        """Tick `number` since the beginning: pull, assess, and the outbox until the next one. What the interlude does
        it does in the midst of that."""
        began = BEGIN + number * TICK
        self.clock.now = max(self.clock.now, began)
        for weather in self.each_tick:
            weather()
        work = Work(self.bot)
        if self.bot.survey.is_missing_any:
            await self.job(work.survey)
        await self.job(work.pull)
        await self.job(work.assess)
        for place, after in enumerate(ATTEMPTS_AT):
            self.clock.now = max(self.clock.now, began + after)
            if interlude is not None and interlude.place == place:
                await interlude.happens()
            await self.job(work.deliver)
            if self.recovering_since is not None and is_caught_up(self.store, to_slot(self.clock.now)):
                self.recovery, self.recovering_since = self.clock.now - self.recovering_since, None


def is_caught_up(store: Store, now: Slot) -> bool:
    """Everything known that can be known, judged, and told; what waits for its turn in a message is not late."""
    end = floor(now - 120, 300)
    old = f"watermark < {end} OR watermark > {end + 300} OR dirty_from IS NOT NULL"
    ((behind,),) = store.ask(f"SELECT count(*) FROM progress WHERE {old}")  # noqa: S608 - numbers
    late = f"attempts > 0 OR due_at <= {now} OR due_at > {now + 600}"
    ((waiting,),) = store.ask(f"SELECT count(*) FROM outbox WHERE standing = 'waiting' AND ({late})")  # noqa: S608
    return bool(behind == 0 and waiting == 0)


def hurried(bot: Bot) -> None:
    """Shorten what is waited for in real time: a hung Slack costs one second instead of forty-five."""
    anything = cast("Any", bot)
    anything.deliver._options = replace(DeliverOptions(), timeout=IMPATIENT)
    for client in anything.clients.values():
        client._exchange._config = replace(client._exchange._config, timeout=timedelta(seconds=IMPATIENT))


@asynccontextmanager
async def staged(store: Store, folder: Path, seed: int = 1) -> AsyncIterator[Stage]:
    clock = WorldClock(BEGIN)
    api = SimulatedApi(FEW, clock, token=TOKEN)
    async with serve(api) as base_url, WeatheredSlack(clock) as slack, WeatheredSmtp() as smtp:
        for channel in ("noc", "ops"):
            slack.add_channel(channel)
        settings = settings_of(store, base_url, slack, smtp, folder)
        chance = Random(seed)  # noqa: S311 - jitter by seed
        environment = Environment(clock.bot, clock.ticks, clock.sleep, chance, Sketcher())
        async with built(settings, rules(), shown_by(settings, clock.bot), environment) as bot:
            hurried(bot)
            yield Stage(clock, api, slack, smtp, store, bot, folder)


def rules() -> Configuration:
    return configuration(RULES)


async def prepare(store: Store, folder: Path) -> None:
    """Read a week of history into an empty store, and judge nothing yet."""
    async with staged(store, folder) as stage:
        stage.clock.now = BEGIN - TICK
        await stage.bot.survey.run()
        await stage.bot.pull.run()
        if store.url.startswith("sqlite"):
            await asyncio.to_thread(store.ask, "PRAGMA wal_checkpoint(TRUNCATE)")
