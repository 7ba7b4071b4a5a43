"""Two customers' fleet, reports that are due on a clock moved by hand, and everybody who is told."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from random import Random

from bot.domain.times import DAY, Slot, to_slot
from bot.history.store import SqlHistory
from bot.notify.plain import plain_text
from bot.rules.check import parse
from bot.service.deliver import Deliver
from bot.service.fleet import Fleet
from bot.service.ports import Delivered, OutboxRow, Outcome, Standing
from bot.service.reports.send import SendDigests
from bot.service.views import Notification
from tests.slack.world import MB, World

HEAD = """
version: 1
defaults: {timezone: Africa/Johannesburg, receivers: [noc]}
workspaces:
  - {name: acme, token_env: ACME_TOKEN, channels: ["#acme"]}
  - {name: globex, token_env: GLOBEX_TOKEN, channels: ["#globex"]}
operators: [noc]
receivers:
  noc: {slack: "#noc"}
  acme: {slack: "#acme", fallback: oncall}
  globex: {slack: "#globex", email: it@globex.example, fallback: acme}
  finance: {email: finance@example.com}
  oncall: {email: oncall@example.com}
rules: [{name: lte, quota: 500 GB}]
"""
EVERYBODY = "reports: [{name: mondays, per: week, notify: [noc, acme, globex]}]\n"
STARTED = datetime(2026, 11, 20, 9, tzinfo=UTC)
"""A Friday. The digest of 16 – 22 November is due on Monday the 23rd at 08:00 in Johannesburg, which is 06:00."""


@dataclass
class Mailroom:
    """`told` is what came out, in order; `refused` is what receivers answer instead of taking it."""

    world: World
    told: list[Notification] = field(default_factory=list)
    refused: dict[str, Outcome] = field(default_factory=dict)

    @property
    def history(self) -> SqlHistory:
        return self.world.history

    def configure(self, reports: str, head: str = HEAD) -> None:
        parsed = parse([("fleet.yaml", (head + reports).encode())])
        assert parsed.configuration is not None, parsed.problems
        self.world.configure(parsed.configuration)

    def fleet(self) -> Fleet:
        return self.world.fleet

    def replica(self) -> SendDigests:
        return SendDigests(self.history, self.fleet, lambda: self.world.now)

    def deliverer(self, owner: str = "one") -> Deliver:
        random = Random(1)  # noqa: S311 - jitter that is the same at every run
        return Deliver(self.history, self, self.fleet, lambda: self.world.now, random, owner=owner)

    async def deliver(self, notification: Notification) -> Outcome:
        """The mailroom is the notifier of everybody."""
        if notification.receiver in self.refused:
            return self.refused[notification.receiver]
        self.told.append(notification)
        return Delivered(f"ref-{notification.group}")

    async def at(self, text: str, digests: SendDigests | None = None) -> list[str]:
        """Who is told what by a bot that looks at this moment: `"noc: Week of …"`."""
        self.world.now = datetime.fromisoformat(text).replace(tzinfo=UTC)
        before = len(self.told)
        await (digests or self.replica()).run()
        await self.deliverer().run()
        return sorted(f"{one.endpoint}: {plain_text(one).splitlines()[0]}" for one in self.told[before:])

    async def rows(self) -> list[OutboxRow]:
        async with self.history.reading() as tx:
            return list(await tx.outbox.standing(list(Standing), Slot(0), None))


@asynccontextmanager
async def opened_mailroom(url: str = "sqlite:///:memory:") -> AsyncIterator[Mailroom]:
    """The report is known since Friday; each site has moved a megabyte in each bucket for two weeks."""
    history = SqlHistory(url)
    await history.open()
    try:
        world = World(history)
        world.now = STARTED
        await world.list_sites()
        for key in range(1, 6):
            await world.fill(key, to_slot(datetime(2026, 11, 8, tzinfo=UTC)), in_bytes=key * MB)
        async with history.writing() as tx:
            long_ago = to_slot(STARTED) - 60 * DAY
            await tx.connection.exec_driver_sql("UPDATE sites SET first_listed_at = ?", (long_ago,))
        room = Mailroom(world)
        room.configure(EVERYBODY)
        await room.replica().run()
        yield room
    finally:
        await history.close()


def seen(one: Notification) -> str:
    """All that somebody is shown, in words and numbers."""
    return plain_text(one) + repr(one.digest_data)
