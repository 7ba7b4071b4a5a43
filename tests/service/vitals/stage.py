"""A bot that looks at itself, with facts said by hand, and what its operators are told."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from random import Random

from bot.alerts.model import Alert
from bot.domain.times import HOUR, Slot, Window, to_instant
from bot.history.store import SqlHistory
from bot.rules.check import parse
from bot.rules.promises import Means
from bot.rules.sites import ListedSite
from bot.service.deliver import Deliver
from bot.service.notices import Notices
from bot.service.ports import Delivered, Outcome, Progress, Pull, TryAgain
from bot.service.survey import Survey
from bot.service.views import Notification
from bot.service.vitals.facts import Machine
from bot.service.vitals.look import Vitals
from bot.service.vitals.stored import Pace

RULES = """
version: 1
operators: [noc]
receivers: {noc: {terminal: true}, oncall: {terminal: true}}
workspaces: [{name: acme}, {name: globex, token_env: GLOBEX_TOKEN}]
"""
START = Slot(1_780_293_600)
"""Mon 1 Jun 2026 06:00 UTC."""
MINUTE = LOOK = 60


def uuid(number: int) -> str:
    return f"{number:08}-0000-4000-8000-000000000000"


@dataclass
class Stage:
    """Sites 1 and 2 are of acme, site 3 of globex. `told` is what people noticed: the minute, the change, the first
    line of the note. While it `is_down` nothing can be delivered."""

    history: SqlHistory
    now: Slot = START
    machine: Machine = field(default_factory=Machine)
    unlisted: dict[str, str] = field(default_factory=dict)
    is_down: bool = False
    told: list[str] = field(default_factory=list)
    seen: list[Notification] = field(default_factory=list)

    async def begin(self, rules: str = RULES) -> Stage:
        parsed = parse([("fleet.yaml", rules.encode())])
        assert parsed.configuration is not None, "\n".join(map(str, parsed.problems))
        self.survey = Survey(self.history, {}, parsed.configuration, self.clock, 300)
        await self.list_sites()
        self.restart()
        return self

    async def list_sites(self, *numbers: int) -> None:
        """The API lists these sites, or all three."""
        async with self.history.writing() as tx:
            sites = [ListedSite("globex" if n == 3 else "acme", uuid(n), f"site-{n}") for n in numbers or (1, 2, 3)]
            await tx.sites.save(sites, self.now)
        await self.survey.load()

    def restart(self) -> None:
        """Nothing is remembered but what is stored."""
        pace = Pace(Means(60), 120)
        fleet, random = self.survey.fleet, Random(1)  # noqa: S311 - jitter that is the same at every run
        self.vitals = Vitals(self.history, fleet, self.clock, self.measure, pace, lambda: self.unlisted)
        self.deliver_ = Deliver(self.history, self, fleet, self.clock, random, owner="test")
        self.notices = Notices(self.history, fleet)

    def clock(self) -> datetime:
        return to_instant(self.now)

    async def measure(self) -> Machine:
        return self.machine

    async def deliver(self, notification: Notification) -> Outcome:
        """The stage is the notifier of everybody."""
        if self.is_down:
            return TryAgain("no answer in time")
        self.seen.append(notification)
        for one in notification.news if notification.loud else ():
            headline = one.alert.note.partition("\n")[0]
            self.told.append(f"{(self.now - START) // MINUTE} {one.change.value}: {headline}")
        return Delivered(f"ref-{notification.group}")

    async def read(self, *numbers: int) -> None:
        """The API answered for these sites, or all, up to now."""
        async with self.history.writing() as tx:
            stored = await tx.progress.all()
            await tx.progress.save(
                [
                    replace(stored.get(n, Progress(n, Slot(self.now - HOUR))), watermark=self.now)
                    for n in numbers or (1, 2, 3)
                ]
            )

    async def fail(self, why: str, workspace: str = "acme") -> None:
        async with self.history.writing() as tx:
            key = (await tx.sites.workspaces([workspace]))[workspace]
            window = Window(Slot(self.now - 300), self.now)
            await tx.pulls.add([Pull(key, 1, window, self.now, self.now, "unavailable", why=why)])

    async def go(self, minutes: float, *reading: int) -> None:
        """Let time pass, looking once a minute, half as often as in operation; every five these sites are read."""
        for _ in range(int(minutes * MINUTE) // LOOK):
            self.now = Slot(self.now + LOOK)
            if reading and (self.now - START) % 300 == 0:
                await self.read(*reading)
            await self.vitals.run()
            await self.deliver_.run()

    async def outage(self, minutes: int, *reading: int) -> None:
        """As `go`, without the looks of the first half hour, in which nothing is late yet."""
        self.now = Slot(self.now + 30 * MINUTE)
        if reading:
            await self.read(*reading)
        await self.go(minutes - 30, *reading)

    async def alerts(self) -> list[Alert]:
        async with self.history.reading() as tx:
            return list(await tx.alerts.open())


def ahead(seconds: float) -> Machine:
    return Machine(ahead={"the API's": seconds})


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)
