"""Quotas under edits and odd calendars: what was told is not told again, nor withdrawn, nor forgotten."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Collection, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random

from bot.domain.times import DAY, Window, to_slot
from bot.domain.usage import Bucket
from bot.history.store import SqlHistory
from bot.rules.check import parse
from bot.rules.model import Configuration
from bot.rules.sites import ListedSite
from bot.service.assess import Assess
from bot.service.deliver import Deliver
from bot.service.options import PullOptions, RetentionOptions
from bot.service.ports import Answered, Delivered, Listed, ListOutcome, Outcome, PullOutcome
from bot.service.pull import Pull
from bot.service.retain import Retain
from bot.service.survey import Survey
from bot.service.views import Notification

MEGA = 10**6
STEP = 300
SITE = "11111111-1111-4111-8111-111111111111"
HEAD = """
version: 1
defaults: {timezone: UTC, receivers: [noc]}
operators: [noc]
receivers: {noc: {terminal: true}, other: {terminal: true}}
"""


def instant(day: int, hour: int = 0, minute: int = 0) -> datetime:
    """A moment `day` days after 1 June 2026, UTC."""
    return datetime(2026, 6, 1, tzinfo=UTC) + timedelta(days=day, hours=hour, minutes=minute)


@dataclass
class Scripted:
    """A usage API whose buckets are said by `amount`, or by `revised` where it has the slot; one site, one zone."""

    amount: Callable[[int], int | None]
    revised: dict[int, int] = field(default_factory=dict)
    zone: str | None = "UTC"
    step: int = STEP
    asked: list[Window] = field(default_factory=list)

    async def usage(self, sites: Sequence[str], window: Window) -> PullOutcome:
        self.asked.append(window)
        return Answered(self.buckets(window))

    def buckets(self, window: Window) -> list[Bucket]:
        first = -(-window.start // self.step) * self.step
        amounts = ((slot, self.revised.get(slot, self.amount(slot))) for slot in range(first, window.end, self.step))
        return [Bucket(slot, amount, 0) for slot, amount in amounts if amount is not None]

    async def list_sites(self, known: Collection[str] = ()) -> ListOutcome:
        return Listed([ListedSite("default", SITE, "cape-town", self.zone)])


@dataclass
class People:
    seen: list[Notification] = field(default_factory=list)

    async def deliver(self, notification: Notification) -> Outcome:
        self.seen.append(notification)
        return Delivered(f"ref-{notification.group}")

    def told(self) -> list[tuple[str, str]]:
        """(change, step) of everything that people were told anew."""
        news = [news for one in self.seen if one.loud for news in one.news if news.reason.notifies]
        return [(one.change.value, str(one.step or "")) for one in news]


def configuration(rules: str) -> Configuration:
    parsed = parse([("fleet.yaml", (HEAD + rules).encode())])
    assert parsed.configuration is not None, "\n".join(map(str, parsed.problems))
    return parsed.configuration


@dataclass
class Rig:
    """A bot on a hand-driven clock; `start` again is a restart with other rules."""

    history: SqlHistory
    api: Scripted
    now: datetime
    options: PullOptions
    people: People = field(default_factory=People)

    def clock(self) -> datetime:
        return self.now

    async def start(self, rules: str | Configuration) -> None:
        sources = {"default": self.api}
        config = configuration(rules) if isinstance(rules, str) else rules
        self.survey = Survey(self.history, sources, config, self.clock, self.options.bucket)
        await self.survey.run()
        self.pull = Pull(self.history, sources, self.survey.fleet, self.clock, self.options)
        self.assess = Assess(self.history, self.survey.fleet, self.clock)
        random = Random(1)  # noqa: S311 - jitter that is the same at every run
        self.deliver = Deliver(self.history, self.people, self.survey.fleet, self.clock, random, owner="test")

    async def tick(self) -> None:
        await self.pull.run()
        await self.assess.run()
        await self.deliver.run()

    async def run(self, until: datetime, step: timedelta = timedelta(minutes=5)) -> None:
        while self.now <= until:
            await self.tick()
            self.now += step


@asynccontextmanager
async def rig(
    rules: str | Configuration, api: Scripted, now: datetime, options: PullOptions | None = None
) -> AsyncIterator[Rig]:
    history = SqlHistory("sqlite://")
    await history.open()
    try:
        bot = Rig(history, api, now, options or PullOptions())
        await bot.start(rules)
        yield bot
    finally:
        await history.close()


MONTHLY = """
rules:
  - {name: lte, quota: 1 GB, per: month, starts: 1, at: [50%, 80%]}
"""


async def test_a_billing_day_that_is_edited_does_not_tell_the_same_usage_again() -> None:
    async with rig(MONTHLY, Scripted(lambda _: MEGA), instant(9, 0, 3)) as bot:
        await bot.run(instant(9, 0, 10))
        assert bot.people.told() == [("fired", "80")]
        await bot.start(MONTHLY.replace("starts: 1", "starts: 2"))
        await bot.run(instant(9, 1))
        assert bot.people.told() == [("fired", "80")]


async def test_a_zone_that_the_api_tells_later_does_not_tell_the_same_usage_again() -> None:
    api = Scripted(lambda _: MEGA, zone=None)
    async with rig(MONTHLY, api, instant(9, 0, 3)) as bot:
        await bot.run(instant(9, 0, 10))
        assert bot.people.told() == [("fired", "80")]
        api.zone = "Africa/Johannesburg"
        await bot.survey.run()
        await bot.run(instant(9, 1))
        assert bot.people.told() == [("fired", "80")]


async def test_a_period_that_starts_inside_a_bucket_withdraws_nothing() -> None:
    """The bucket that straddles the start counts while it is in the block, and not once it is before it."""
    rules = """
rules:
  - {name: daily, quota: 1 GB, per: day, starts: {time: "08:02"}, at: [80%]}
"""
    big = to_slot(instant(9, 8))
    async with rig(rules, Scripted(lambda slot: 900 * MEGA if slot == big else 0), instant(9, 7, 3)) as bot:
        await bot.run(instant(9, 12))
        assert [change for change, _ in bot.people.told()] in ([], ["fired"])


async def test_a_step_reached_before_the_raw_buckets_that_are_kept_is_told() -> None:
    yearly = """
rules:
  - {name: yearly, quota: 1 TB, per: year, at: [50%]}
"""
    lots = to_slot(instant(-60))
    api = Scripted(lambda slot: 600_000 * MEGA if slot == lots else 0)
    async with rig(yearly, api, instant(9, 0, 3), PullOptions(baseline=100 * DAY)) as bot:
        await bot.pull.run()
        await Retain(bot.history, bot.clock, RetentionOptions()).run()
        await bot.run(instant(9, 0, 10))
        assert bot.people.told() == [("fired", "50")]
