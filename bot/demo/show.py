"""`usagebot demo`: 45 days of a fleet through the production path, on a clock that runs fast."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from pathlib import Path
from random import Random

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn

from bot.app.build import Bot, Environment, built
from bot.app.logs import configure_logs
from bot.demo.api import SimulatedApi, serve
from bot.demo.clock import HandClock
from bot.demo.days import FIRST_WATCHED, SPAN_DAYS
from bot.demo.folder import NOC, prepare
from bot.demo.live import go_on
from bot.demo.retail import retail_chain
from bot.demo.summary import print_opening, print_summary
from bot.history.migrate import upgrade_empty
from bot.notify.eml import EmlFolder
from bot.notify.terminal import TerminalNotifier
from bot.rules.check import parse
from bot.rules.model import Configuration, Medium
from bot.service.charts.pictures import ChartPictures
from bot.service.ports import Notifier, Outcome
from bot.service.rule_files import read_rules
from bot.service.views import News, Notification
from bot.settings import Settings, load_settings

ORIGIN = date(2026, 10, 1)


Beside = Callable[[ChartPictures], Mapping[Medium, Notifier]]
"""Makes the notifiers that a story has besides its own."""


def nothing_beside(pictures: ChartPictures) -> Mapping[Medium, Notifier]:
    del pictures
    return {}


TOKEN = "alto_sk_demo"  # noqa: S105 - the simulated API's, which listens on loopback for as long as the demo runs
HISTORY_DAYS = FIRST_WATCHED
BASELINE_DAYS = 42
"""Of history that the bot asks for: five weeks of each site, and one more, to know what is usual."""
TICK = timedelta(minutes=15)
REQUESTS_PER_MINUTE = 600


@dataclass
class Told:
    """Hands on to a medium, and keeps what people were told."""

    medium: Notifier
    seen: list[Notification] = field(default_factory=list)

    async def deliver(self, notification: Notification) -> Outcome:
        self.seen.append(notification)
        return await self.medium.deliver(notification)

    def news(self) -> list[News]:
        """What was told loud, in its order."""
        return [each for notification in self.seen if notification.loud for each in notification.news]


@dataclass(frozen=True)
class Stage:
    """A wired bot beside the API that it watches."""

    bot: Bot
    api: SimulatedApi
    clock: HandClock
    base_url: str
    folder: Path
    database: str
    terminal: Told


async def run_demo(
    *,
    live: bool = False,
    seed: int = 1,
    folder: Path | None = None,
    origin: date | None = None,
    database: str | None = None,
) -> None:
    """The whole show. With `live` it ends today, and then goes on in real time until it is stopped.

    `folder` keeps its rules, database and mails; a temporary one is made unless it is given. `database` is the address
    of another database, which must be empty. The same origin and seed tell the same story. Raises HistoryError.
    """
    console = Console()
    configure_logs("console", "error")
    today = datetime.now(UTC).date()  # noqa: TID251 - the demo is an edge: `--live` ends today
    origin = origin or (today - timedelta(days=SPAN_DAYS + 1) if live else ORIGIN)
    folder = folder or Path(tempfile.mkdtemp(prefix="usagebot-demo-"))
    async with staged(origin, seed, folder, console, database) as stage:
        print_opening(console, stage.api.fleet, origin)
        await play(stage, console)
        print_summary(console, stage.api, stage.terminal.news(), stage.folder)
        if live:
            await go_on(stage, console)


@asynccontextmanager
async def staged(
    origin: date,
    seed: int,
    folder: Path,
    console: Console,
    database: str | None = None,
    *,
    noc: str = NOC,
    beside: Beside = nothing_beside,
) -> AsyncIterator[Stage]:
    """The API on loopback, and a bot made of the settings that an operator would set. `noc` is the receiver of that
    name as the rules write it, and `beside` makes what reaches it besides the terminal."""
    if database is not None:
        await asyncio.to_thread(upgrade_empty, database)
    database = database or f"sqlite:///{folder / 'usage.db'}"
    fleet = retail_chain(origin, seed=seed)
    rules = prepare(folder, fleet, noc)
    clock = HandClock(_opening(origin))
    api = SimulatedApi(fleet, clock, token=TOKEN, budget=None)
    terminal = Told(TerminalNotifier(console))
    media = partial(_media, terminal, console, folder, beside)
    async with serve(api) as base_url:
        random = Random(seed)  # noqa: S311 - jitter that is the same at every run
        environment = Environment(clock, clock.ticks, clock.sleep, random)
        settings, configuration = settings_of(base_url, database, rules), configuration_of(rules)
        async with built(settings, configuration, media, environment) as bot:
            yield Stage(bot, api, clock, base_url, folder, database, terminal)


def _media(
    terminal: Told, console: Console, folder: Path, beside: Beside, pictures: ChartPictures
) -> Mapping[Medium, Notifier]:
    terminal.medium = TerminalNotifier(console, pictures.chart)
    mails = EmlFolder(folder / "mail", pictures=pictures)
    return {Medium.TERMINAL: terminal, Medium.EMAIL: mails, **beside(pictures)}


def _opening(origin: date) -> datetime:
    """The moment of the first start: a month of history is there, a minute or so after a bucket's end."""
    return datetime.combine(origin + timedelta(days=HISTORY_DAYS), time(4, 2), UTC)


def settings_of(base_url: str, database: str, rules: Path) -> Settings:
    """Production's settings, read as production reads them."""
    environ = {
        "ALTOSTRAT_TOKEN": TOKEN,
        "ALTOSTRAT_BASE_URL": base_url,
        "ALTOSTRAT_REQUESTS_PER_MINUTE": str(REQUESTS_PER_MINUTE),
        "PULL_REREAD": "6h",
        "BASELINE_DAYS": str(BASELINE_DAYS),
        "DATABASE_URL": database,
        "RULES_PATH": str(rules),
    }
    settings = load_settings(environ, rules)
    if isinstance(settings, Settings):
        return settings
    raise RuntimeError("; ".join(map(str, settings)))


def configuration_of(rules: Path) -> Configuration:
    parsed = parse(read_rules(rules))
    if parsed.configuration is None:
        raise RuntimeError("; ".join(map(str, parsed.problems)))
    return parsed.configuration


async def play(stage: Stage, console: Console) -> None:
    """Tick from the opening to the end of the span; what people are told is printed as it happens."""
    end = stage.clock.now + timedelta(days=SPAN_DAYS - HISTORY_DAYS)
    bot, ticks = stage.bot, (end - stage.clock.now) // TICK
    await bot.survey.run()
    columns = (TextColumn("[dim]{task.description}"), BarColumn(), TextColumn("[dim]{task.percentage:>3.0f} %"))
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("reading six weeks of history", total=ticks)
        for _ in range(ticks):
            await bot.pull.run()
            await bot.assess.run()
            await bot.deliver.run()
            stage.clock.advance(TICK)
            progress.update(task, advance=1, description=f"{stage.clock.now:%a %d %b %H:%M} UTC")
    await bot.retain.run()
