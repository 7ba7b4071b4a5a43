"""A whole bot as in production, but for a clock moved by hand, no request budget, and nobody who is told."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import structlog

from bot.altostrat.budget import RequestBudget
from bot.altostrat.client import AltostratClient
from bot.altostrat.config import ApiConfig
from bot.demo.clock import HandClock
from bot.demo.fleet import Fleet
from bot.domain.times import Slot, to_slot
from bot.history.migrate import upgrade
from bot.history.store import SqlHistory
from bot.rules.check import parse
from bot.rules.model import Configuration
from bot.rules.sites import ListedSite
from bot.service.assess import Assess
from bot.service.deliver import Deliver
from bot.service.options import PullOptions
from bot.service.ports import Delivered, Outcome, UsageSource
from bot.service.pull import Pull
from bot.service.survey import Survey
from bot.service.views import Notification
from tests.benchmarks.api import TOKEN

WORKSPACE = "default"
START = Slot(to_slot(datetime(2026, 6, 2, 10, tzinfo=UTC)))
"""Where the benchmarks' present begins: the middle of a day, on a whole hour."""

RULES = """
version: 1
defaults: {{timezone: UTC, receivers: [noc]}}
operators: [noc]
receivers: {{noc: {{terminal: true}}}}
rules:
  - {{name: quota, sites: all, quota: {quota}, per: month, starts: {starts}, at: [50%, 80%, 100%]}}
  - {{name: burst, sites: all, threshold: {{over: 1 GB, within: 15m}}, direction: in, keep_firing_for: 15m}}
  - {{name: quiet, sites: all, threshold: {{under: 1 MB, within: 1h}}, for: 15m}}
"""


class Nobody:
    """A notifier that takes everything and does nothing."""

    def __init__(self) -> None:
        self.delivered = 0

    async def deliver(self, notification: Notification) -> Outcome:
        self.delivered += 1
        return Delivered("ref")


@dataclass
class World:
    """One bot. `pulling` makes a pull that asks another source than the API."""

    clock: HandClock
    history: SqlHistory
    survey: Survey
    source: AltostratClient
    options: PullOptions
    pulling: Callable[[UsageSource], Pull]
    assess: Assess
    deliver: Deliver
    people: Nobody


def quiet() -> None:
    """Logs cost what they cost in production only where somebody reads them: warnings and worse."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))


def configuration(quota: str, starts: int) -> Configuration:
    parsed = parse([("rules.yaml", RULES.format(quota=quota, starts=starts).encode())])
    assert parsed.configuration is not None, parsed.problems
    return parsed.configuration


def client(base_url: str, clock: HandClock) -> AltostratClient:
    random = Random(1)  # noqa: S311 - the same jitter at every run
    budget = RequestBudget(None, clock.ticks, clock.sleep, random)
    return AltostratClient(
        ApiConfig(WORKSPACE, base_url),
        token=lambda: TOKEN,
        budget=budget,
        clock=clock,
        sleep=clock.sleep,
        random=random,
    )


@asynccontextmanager
async def world(
    database: Path, base_url: str, fleet: Fleet, rules: Configuration, options: PullOptions | None = None
) -> AsyncIterator[World]:
    """Open a bot on a database file, which is made where there is none, with the fleet's sites already listed."""
    url, options, people = f"sqlite:///{database}", options or PullOptions(), Nobody()
    clock = HandClock(datetime.fromtimestamp(START + options.settle, UTC))
    upgrade(url)
    history = SqlHistory(url)
    await history.open()
    source = client(base_url, clock)
    survey = Survey(history, {WORKSPACE: source}, rules, clock, options.bucket)
    await list_sites(history, fleet)
    await survey.load()
    try:
        yield World(
            clock,
            history,
            survey,
            source,
            options,
            lambda asked: Pull(history, {WORKSPACE: asked}, survey.fleet, clock, options),
            Assess(history, survey.fleet, clock),
            Deliver(history, people, survey.fleet, clock, Random(1), owner="benchmark"),  # noqa: S311 - as above
            people,
        )
    finally:
        await source.close()
        await history.close()


async def list_sites(history: SqlHistory, fleet: Fleet) -> None:
    listed = [ListedSite(WORKSPACE, site.id, site.name, site.timezone.key, site.tags) for site in fleet.sites]
    async with history.writing() as tx:
        await tx.sites.workspaces([WORKSPACE])
        await tx.sites.save(listed, START)
