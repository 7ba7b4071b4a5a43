"""The composition root: settings and rules in, a wired bot out."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from random import Random, SystemRandom
from uuid import uuid4

from bot import __version__
from bot.altostrat.budget import RequestBudget, Sleep
from bot.altostrat.client import AltostratClient
from bot.app.clients import Clients
from bot.app.metrics import Metrics
from bot.app.options import api_config, pull_options, requests_per_minute, retention_options
from bot.app.senses import Senses, pace_of
from bot.app.start import missing_settings
from bot.history import migrate
from bot.history.store import SqlHistory
from bot.notify.charts.painter import Painter
from bot.notify.dispatch import Notifiers
from bot.rules.model import Configuration, Medium, WorkspaceRule
from bot.service.actions.act import Actions
from bot.service.assess import Assess
from bot.service.charts.pictures import ChartPictures
from bot.service.deliver import Deliver
from bot.service.noise.monthly import MonthlyNoise
from bot.service.notices import Notices
from bot.service.options import DeliverOptions, Pace
from bot.service.ports import Clock, History, Notifier, Pictures
from bot.service.pull import Pull
from bot.service.queries.ask import Questions
from bot.service.reload import Reload
from bot.service.reports.send import SendDigests
from bot.service.retain import Retain
from bot.service.survey import Survey
from bot.service.timers import Timers
from bot.service.vitals.look import Vitals
from bot.settings import Settings


def system_clock() -> datetime:
    """Now: the one clock of the process."""
    return datetime.now(UTC)  # noqa: TID251 - the edge that the ban protects


def nothing() -> None:
    return None


@dataclass(frozen=True)
class Environment:
    """What a process has and a test replaces: time, waiting, chance; and what draws, until the bot is closed."""

    clock: Clock = system_clock
    ticks: Callable[[], float] = time.monotonic
    sleep: Sleep = asyncio.sleep
    random: Random = field(default_factory=SystemRandom)
    painter: Painter = field(default_factory=Painter)


@dataclass
class Signals:
    """How one stage wakes the next. What is woken is set when the scheduler exists; until then nobody is."""

    on_surveyed: Callable[[], None] = nothing
    on_written: Callable[[], None] = nothing
    on_announced: Callable[[], None] = nothing
    on_acted: Callable[[], None] = nothing

    def surveyed(self) -> None:
        self.on_surveyed()

    def written(self) -> None:
        self.on_written()

    def announced(self) -> None:
        self.on_announced()

    def acted(self) -> None:
        self.on_acted()


Media = Mapping[Medium, Notifier] | Callable[[ChartPictures], Mapping[Medium, Notifier]]
"""The notifiers, or how they are made of the pictures that they may show."""


@dataclass(frozen=True)
class Bot:
    """Everything wired, nothing started."""

    settings: Settings
    environment: Environment
    metrics: Metrics
    signals: Signals
    history: SqlHistory
    clients: Clients
    survey: Survey
    pull: Pull
    assess: Assess
    timers: Timers
    deliver: Deliver
    retain: Retain
    reload: Reload | None
    senses: Senses
    vitals: Vitals
    noise: MonthlyNoise
    pictures: Pictures
    digests: SendDigests

    @property
    def configuration(self) -> Configuration:
        """The one in force."""
        return self.survey.fleet().configuration


def questions_of(settings: Settings, history: History, survey: Survey, clock: Clock) -> Questions:
    """What answers `/usage` and `usagebot query` alike."""
    per_minute = settings.altostrat_requests_per_minute
    return Questions(history, survey.fleet, clock, pull_options(settings), per_minute, __version__)


def actions_of(history: History, survey: Survey, clock: Clock, acted: Callable[[], None] = nothing) -> Actions:
    """What carries out the orders of `/usage` and of the terminal alike."""
    return Actions(history, survey.fleet, clock, acted)


def build_client(settings: Settings, workspace: WorkspaceRule, environment: Environment) -> AltostratClient:
    """One client, and one request budget, a workspace: both belong to its token."""
    per_minute = requests_per_minute(settings, workspace)
    return AltostratClient(
        api_config(settings, workspace.name),
        token=settings.token_reader(workspace.token_env),
        budget=RequestBudget(per_minute, environment.ticks, environment.sleep, environment.random),
        clock=environment.clock,
        sleep=environment.sleep,
        random=environment.random,
    )


@asynccontextmanager
async def built(
    settings: Settings,
    configuration: Configuration,
    media: Media,
    environment: Environment | None = None,
    rules: Path | None = None,
) -> AsyncIterator[Bot]:
    """A bot on an open history, with its fleet loaded; everything is closed on leaving.

    `rules` is the folder that `configuration` is from, where it is to be followed when it changes.
    An SQLite database is upgraded; of another one that needs it, HistoryError says how. Raises HistoryError.
    """
    environment = environment or Environment()
    url = settings.database_url.get_secret_value()
    if url.startswith("sqlite"):
        await asyncio.to_thread(migrate.upgrade, url)
    history = SqlHistory(url)
    await history.open()
    make, per_minute = partial(build_client, settings, environment=environment), partial(requests_per_minute, settings)
    clients = Clients(make, per_minute)
    clients.follow(configuration.workspaces)
    try:
        bot = _wired(settings, configuration, media, environment, history, clients, rules)
        await bot.survey.load()
        yield bot
    finally:
        await clients.close()
        await environment.painter.close()
        await history.close()


def _wired(
    settings: Settings,
    configuration: Configuration,
    media: Media,
    environment: Environment,
    history: SqlHistory,
    clients: Clients,
    rules: Path | None,
) -> Bot:
    clock, signals, options, metrics = environment.clock, Signals(), pull_options(settings), Metrics()
    survey, senses = Survey(history, clients, configuration, clock, options.bucket), Senses()
    measure = partial(senses.measured, history, clients, clock)
    pictures = ChartPictures(history, survey.fleet, environment.painter, metrics.count_chart)
    told = media(pictures) if callable(media) else media
    return Bot(
        settings,
        environment,
        metrics,
        signals,
        history,
        clients,
        survey,
        Pull(history, clients, survey.fleet, clock, options, signals.written),
        Assess(history, survey.fleet, clock, signals.announced),
        Timers(history, survey.fleet, clock, signals.announced),
        _deliver(history, told, survey, environment),
        Retain(history, clock, retention_options(settings)),
        _reload(rules, settings, survey, clients, history, clock) if rules is not None else None,
        senses,
        Vitals(history, survey.fleet, clock, measure, pace_of(settings), survey.unlisted, signals.announced),
        MonthlyNoise(history, survey.fleet, clock, signals.announced),
        pictures,
        SendDigests(history, survey.fleet, clock, signals.announced),
    )


def _deliver(history: History, media: Mapping[Medium, Notifier], survey: Survey, environment: Environment) -> Deliver:
    clock, options = environment.clock, DeliverOptions(pace=Pace(environment.ticks, environment.sleep))
    notifiers = Notifiers(media)
    return Deliver(history, notifiers, survey.fleet, clock, environment.random, owner=uuid4().hex, options=options)


def _reload(
    rules: Path, settings: Settings, survey: Survey, clients: Clients, history: History, clock: Clock
) -> Reload:
    async def apply(configuration: Configuration) -> None:
        clients.follow(configuration.workspaces)
        await survey.follow(configuration)

    def in_force() -> Configuration:
        return survey.fleet().configuration

    notices = Notices(history, survey.fleet)
    return Reload(rules, in_force, apply, partial(missing_settings, settings), notices, clock, history)
