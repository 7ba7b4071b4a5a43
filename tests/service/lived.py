"""The same past lived through by the bot, bucket by bucket, on a real store and a hand-driven clock."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from random import Random

import numpy as np

from bot.alerts.model import Transition
from bot.domain.block import Block
from bot.domain.sites import Site
from bot.domain.times import Slot, Window, floor, to_instant
from bot.domain.usage import Bucket
from bot.history.store import SqlHistory
from bot.notify.plain import plain_text
from bot.rules.model import UTC_ZONE, Configuration
from bot.rules.sites import ListedSite
from bot.service.assess import Assess
from bot.service.attend import acknowledge, firing_of, silence
from bot.service.audit import BOT, Actor
from bot.service.deliver import Deliver
from bot.service.fleet import Fleet
from bot.service.ports import Delivered, Outcome, Progress, Reading
from bot.service.replay.chronicle import SOMEBODY
from bot.service.replay.model import Doings, Late
from bot.service.replay.past import Past
from bot.service.timers import Timers
from bot.service.views import Notification

ID = "00000000-0000-4000-8000-{:012d}"
Amounts = Sequence[tuple[int, int] | None]
"""Bytes in and out of a site's buckets, None where nothing is known."""
NEVER = Slot(0)
Heard = tuple[int, str, str]
"""When, who, what."""


def fleet_of(configuration: Configuration, count: int, step: int) -> Fleet:
    """Sites `s1`, `s2` … with keys from 1 on."""
    sites = (Site(n, "default", ID.format(n), f"s{n}", UTC_ZONE) for n in range(1, count + 1))
    return Fleet(tuple(sites), configuration, step)


def past_of(series: Sequence[Amounts], start: int, step: int) -> Past:
    """`series[n]` is of site n + 1."""
    length = max(map(len, series))
    sites = np.arange(1, len(series) + 1)
    block = Block.unknown(sites, Window(Slot(start), Slot(start + length * step)), step)
    for row, amounts in enumerate(series):
        for column, both in enumerate(amounts):
            if both is not None:
                block.in_bytes[row, column], block.out_bytes[row, column] = both
                block.known[row, column] = True
    return Past(block)


@dataclass
class Lived:
    """A bot that is told of buckets when they are over; what it recorded and what people heard. Of what was before
    `since`, where that is given, all is known and judged when it begins."""

    fleet: Fleet
    past: Past
    late: Sequence[Late]
    doings: Doings = field(default_factory=Doings)
    transitions: list[Transition] = field(default_factory=list)
    messages: list[Heard] = field(default_factory=list)
    since: Slot | None = None
    _now: Slot = NEVER

    def clock(self) -> datetime:
        return to_instant(self._now)

    async def deliver(self, notification: Notification) -> Outcome:
        if notification.loud:
            self.messages.append((self._now, notification.receiver, plain_text(notification)))
        return Delivered(str(notification.group))

    async def run(self) -> Lived:
        history = SqlHistory("sqlite://")
        await history.open()
        async with history.writing() as tx:
            await tx.sites.workspaces(["default"])
            await tx.sites.save([ListedSite("default", one.id, one.name) for one in self.fleet.sites], Slot(0))
            for one in self.doings.silences:
                if one.created_at is None:
                    await tx.silences.save(one)
        await self._know(history)
        assess = Assess(history, lambda: self.fleet, self.clock)
        random = Random(1)  # noqa: S311 - jitter that is the same at every run
        tell = Deliver(history, self, lambda: self.fleet, self.clock, random, owner="test")
        timers = Timers(history, lambda: self.fleet, self.clock)
        for at, is_news in self._moments().items():
            self._now = at
            if is_news:
                await self._pull(history)
                self.transitions += (await assess.run()).transitions
            if await self._attend(history):
                timers.wake()
            self.transitions += await timers.run()
            await tell.run()
        await history.close()
        return self

    async def _know(self, history: SqlHistory) -> None:
        """What was before."""
        start, since = self.past.window.start, self.since
        if since is None:
            return
        columns = range(self.past.block.column(since))
        async with history.writing() as tx:
            readings = [Reading(site, self._buckets(row, columns)) for row, site in enumerate(self._keys())]
            await tx.buckets.write(readings, since, {})
            ends = (start, since, None, since, start, None, since)
            await tx.progress.save([Progress(site, *ends) for site in self._keys()])

    async def _attend(self, history: SqlHistory) -> bool:
        """What people do at this moment; what is refused is not done. Whether there is any of it."""
        set_now = [one for one in self.doings.silences if one.created_at == self._now]
        taken = [one for one in self.doings.acknowledged if one.at == self._now]
        if not set_now and not taken:
            return False
        async with history.writing() as tx:
            for wanted in set_now:
                with suppress(ValueError):
                    await silence(tx, self.fleet, wanted, Actor(wanted.author, BOT), self._now)
            for one in taken:
                firing = await firing_of(tx, one.rule, one.site)
                await acknowledge(tx, firing, Actor(SOMEBODY, BOT), self._now, one.until)
        return True

    def _moments(self) -> Mapping[Slot, bool]:
        """Every bucket's end and late arrival, and whatever a whole number of buckets later may be due."""
        window, step = self.past.window, self.fleet.bucket
        begin = self.since if self.since is not None else window.start
        news = {*range(begin + step, window.end + 1, step), *(one.seen for one in self.late)}
        offsets = {at % 60 for at in news}
        ends = range(begin, window.end + 1, min(step, 60) if self.since is None else step)
        every = {at + offset for at in ends for offset in offsets} | news
        return {Slot(at): at in news for at in sorted(every) if begin < at <= window.end}

    async def _pull(self, history: SqlHistory) -> None:
        until = floor(self._now, self.fleet.bucket)
        async with history.writing() as tx:
            before = await tx.progress.all()
            judged = {site: row.judged_until for site, row in before.items() if row.judged_until is not None}
            changed = await tx.buckets.write(self._arrived(before), self._now, judged)
            rows = [self._after(before.get(site), site, until, changed.get(site)) for site in self._keys()]
            await tx.progress.save([row for row in rows if row is not None])

    def _keys(self) -> list[int]:
        return [site.key for site in self.fleet.sites]

    def _after(self, old: Progress | None, site: int, until: Slot, changed: Slot | None) -> Progress | None:
        start = self.past.window.start
        begun = old.watermark if old is not None and old.watermark is not None else start
        if until == begun and changed is None:
            return None
        dirty = min(begun, changed) if changed is not None else begun
        judged = (old.judged_until, old.judged_from) if old else (None, None)
        return Progress(site, start, until, dirty, judged[0], start, judged_from=judged[1])

    def _arrived(self, before: Mapping[int, Progress]) -> list[Reading]:
        block, until = self.past.block, floor(self._now, self.fleet.bucket)
        marks = [row.watermark for row in before.values() if row.watermark is not None]
        columns = range(block.column(min(marks, default=block.start)), block.column(until))
        readings = [Reading(site, self._buckets(row, columns)) for row, site in enumerate(block.sites.tolist())]
        return readings + [Reading(one.site, [one.bucket]) for one in self.late if one.seen == self._now]

    def _buckets(self, row: int, columns: range) -> list[Bucket]:
        return [self._bucket(row, column) for column in columns if self.past.block.known[row, column]]

    def _bucket(self, row: int, column: int) -> Bucket:
        block = self.past.block
        at = row, column
        return Bucket(block.start + column * block.step, int(block.in_bytes[at]), int(block.out_bytes[at]))
