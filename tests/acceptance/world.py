"""A whole bot on a hand-driven clock: simulated API over HTTP, a database, and a notifier that remembers."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random

from bot.altostrat.budget import RequestBudget
from bot.altostrat.client import AltostratClient
from bot.altostrat.config import ApiConfig
from bot.demo.api import SimulatedApi, serve
from bot.demo.clock import HandClock
from bot.demo.retail import retail_chain
from bot.demo.traffic import Traffic
from bot.domain.times import DAY, Window
from bot.history.migrate import upgrade
from bot.history.store import SqlHistory
from bot.rules.check import parse
from bot.rules.model import Configuration
from bot.service.assess import Assess, AssessSummary
from bot.service.deliver import Deliver
from bot.service.options import PullOptions
from bot.service.ports import Delivered, Notifier, Outcome
from bot.service.pull import Pull, PullSummary
from bot.service.survey import Survey
from bot.service.views import Notification

ORIGIN = date(2026, 6, 1)
TOKEN = "token-of-the-acceptance-tests"
FLEET = retail_chain(ORIGIN)
TRAFFIC = Traffic(FLEET)
SHORT = PullOptions(chunk=2 * DAY, baseline=DAY, reread=DAY)
"""For tests to which a month of history means nothing: a tenth of the requests."""


@dataclass
class Remembering:
    """Delivers to a list; `outcomes` are given back first, in order."""

    seen: list[Notification] = field(default_factory=list)
    outcomes: list[Outcome] = field(default_factory=list)

    async def deliver(self, notification: Notification) -> Outcome:
        if self.outcomes:
            return self.outcomes.pop(0)
        self.seen.append(notification)
        return Delivered(f"ref-{notification.group}")

    def loud(self) -> list[tuple[str, str, str, str]]:
        """(rule, site, change, step) of everything that people were told anew."""
        return [
            (n.rule, news.alert.site, news.change.value, str(news.step or ""))
            for n in self.seen
            if n.loud
            for news in n.news
            if news.reason.notifies
        ]


def configuration(text: str) -> Configuration:
    parsed = parse([("fleet.yaml", text.encode())])
    assert parsed.configuration is not None, "\n".join(map(str, parsed.problems))
    return parsed.configuration


@dataclass
class World:
    clock: HandClock
    api: SimulatedApi
    history: SqlHistory
    survey: Survey
    pull: Pull
    assess: Assess
    deliver: Deliver
    people: Remembering
    source: AltostratClient

    async def tick(self) -> tuple[PullSummary, AssessSummary]:
        pulled = await self.pull.run()
        assessed = await self.assess.run()
        await self.deliver.run()
        return pulled, assessed

    async def run(self, until: datetime, step: timedelta = timedelta(minutes=15)) -> None:
        """Tick from now to `until`, both included."""
        while self.clock.now <= until:
            await self.tick()
            self.clock.advance(step)


def truth(site: str, start: datetime, end: datetime) -> int:
    """Bytes in and out of a simulated site over a window."""
    block = TRAFFIC.block([FLEET.index(site)], Window.of(start, end))
    return int(block.in_bytes.sum() + block.out_bytes.sum())


def client(base_url: str, clock: HandClock, token: Callable[[], str]) -> AltostratClient:
    """As in production, but that waiting moves the clock."""
    random = Random(1)  # noqa: S311 - jitter that is the same at every run
    budget = RequestBudget(None, clock.ticks, clock.sleep, random)
    config = ApiConfig("default", base_url)
    return AltostratClient(config, token=token, budget=budget, clock=clock, sleep=clock.sleep, random=random)


@asynccontextmanager
async def world(
    where: Path | str,
    rules: str,
    clock: HandClock,
    *,
    api: SimulatedApi | None = None,
    options: PullOptions | None = None,
    people: Notifier | None = None,
    token: Callable[[], str] = lambda: TOKEN,
    owner: str = "test",
) -> AsyncIterator[World]:
    """Everything wired as in production, but for the clock and the notifier.

    `where` is a folder, for SQLite, or the address of a database. Twice on one is a restart; at once, under another
    `owner`, a replica.
    """
    api = api or SimulatedApi(FLEET, clock, token=TOKEN)
    url = where if isinstance(where, str) else f"sqlite:///{where / 'usage.db'}"
    upgrade(url)
    history = SqlHistory(url)
    await history.open()
    remembering = Remembering()
    async with serve(api) as base_url:
        source = client(base_url, clock, token)
        survey = Survey(history, {"default": source}, configuration(rules), clock, 300)
        await survey.run()
        pull = Pull(history, {"default": source}, survey.fleet, clock, options or PullOptions())
        random = Random(1)  # noqa: S311 - as above
        deliver = Deliver(history, people or remembering, survey.fleet, clock, random, owner=owner)
        assess = Assess(history, survey.fleet, clock)
        try:
            yield World(clock, api, history, survey, pull, assess, deliver, remembering, source)
        finally:
            await source.close()
            await history.close()


def at(day: int, hour: int = 0, minute: int = 0) -> datetime:
    """UTC, `day` days after the origin."""
    return datetime(ORIGIN.year, ORIGIN.month, ORIGIN.day, tzinfo=UTC) + timedelta(days=day, hours=hour, minutes=minute)
