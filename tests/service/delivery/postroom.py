"""An outbox full of notifications, and endpoints that answer, hang or refuse as a test says, on a hand-driven clock."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random

from bot.demo.clock import HandClock
from bot.domain.times import Slot, to_slot
from bot.history.store import SqlHistory
from bot.rules.check import parse
from bot.rules.model import Endpoint, Medium
from bot.service.deliver import Deliver
from bot.service.fleet import Fleet
from bot.service.options import DeliverOptions
from bot.service.ports import Delivered, Group, OutboxRow, Outcome
from bot.service.views import Notification

RULES = """
version: 1
defaults: {receivers: [noc]}
operators: [ops]
receivers: {noc: {slack: "#noc"}, ops: {terminal: true}}
rules: [{name: lte, quota: 1 GB}]
"""


def endpoint(lane: str) -> Endpoint:
    """`"slack:#noc"` as a receiver has it."""
    medium, _, addresses = lane.partition(":")
    return Endpoint(Medium(medium), tuple(filter(None, addresses.split(","))))


@dataclass
class Postroom:
    """`told` is what was taken, in order: (lane, group). `outcomes` are given back first, lane by lane; a lane in
    `closed` hangs until its event is set. `at_once` is the most that was on its way, in all and on each lane."""

    history: SqlHistory
    clock: HandClock = field(default_factory=lambda: HandClock(datetime(2026, 6, 3, 10, tzinfo=UTC)))
    told: list[tuple[str, int]] = field(default_factory=list)
    told_at: list[tuple[str, datetime]] = field(default_factory=list)
    outcomes: dict[str, list[Outcome]] = field(default_factory=dict)
    closed: dict[str, asyncio.Event] = field(default_factory=dict)
    arrived: asyncio.Event = field(default_factory=asyncio.Event)
    heard: asyncio.Event = field(default_factory=asyncio.Event)
    at_once: Counter[str] = field(default_factory=Counter)
    on_its_way: Counter[str] = field(default_factory=Counter)
    notes: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        parsed = parse([("fleet.yaml", RULES.encode())])
        assert parsed.configuration is not None
        self.fleet = Fleet((), parsed.configuration)

    @property
    def now(self) -> Slot:
        return to_slot(self.clock())

    def wait(self, seconds: float) -> None:
        self.clock.advance(timedelta(seconds=seconds))

    def deliver_as(self, owner: str = "one", options: DeliverOptions | None = None) -> Deliver:
        random = Random(1)  # noqa: S311 - jitter that is the same at every run
        return Deliver(self.history, self, lambda: self.fleet, self.clock, random, owner=owner, options=options)

    async def post(self, *lanes: str) -> list[int]:
        """A notification of a message of its own for each of these lanes; their groups."""
        groups = []
        async with self.history.writing() as tx:
            for lane in lanes:
                here = endpoint(lane)
                new = Group("noc", here, "default/lte", self.now, frozenset(), self.now)
                group = await tx.outbox.save_group(new)
                await tx.outbox.save(OutboxRow(group.id, (), True, self.now, self.now, lane=lane))
                groups.append(group.id)
        return groups

    async def deliver(self, notification: Notification) -> Outcome:
        """The postroom is the notifier of everybody."""
        lane = str(notification.endpoint)
        self._count(lane, 1)
        self.arrived.set()
        try:
            if lane in self.closed:
                await self.closed[lane].wait()
            return self._answer(lane, notification)
        finally:
            self._count(lane, -1)

    def _answer(self, lane: str, notification: Notification) -> Outcome:
        waiting = self.outcomes.get(lane)
        if waiting:
            return waiting.pop(0)
        self.told.append((lane, notification.group))
        self.heard.set()
        self.told_at.append((lane, self.clock()))
        self.notes += [alert.note for alert in notification.alerts]
        return Delivered(f"ref-{notification.group}")

    def _count(self, lane: str, change: int) -> None:
        self.on_its_way.update({lane: change, "all": change})
        self.at_once |= self.on_its_way

    async def until_told(self, count: int) -> None:
        """Bounded: a test that waits in vain fails."""
        async with asyncio.timeout(10):
            while len(self.told) < count:
                self.heard.clear()
                await self.heard.wait()

    async def standings(self, groups: Sequence[int]) -> list[str]:
        async with self.history.reading() as tx:
            return [row.standing.value for group in groups for row in await tx.outbox.rows_of(group)]
