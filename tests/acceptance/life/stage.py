"""A bot wired as in production, on a hand-driven clock, and how time passes for it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random
from typing import Any, cast

from rich.console import Console
from sqlalchemy import select

from bot.app.build import Bot, Environment, _wired
from bot.app.clients import Clients
from bot.app.media import media
from bot.domain.times import DAY, HOUR, Slot, to_instant, to_slot
from bot.history.store import SqlHistory, SqlTransaction
from bot.history.tables import LANES, OUTBOX
from bot.rules.check import parse
from bot.rules.model import Configuration
from bot.service.fleet import Fleet
from bot.service.reminders import next_reminder
from bot.service.rule_files import read_rules
from bot.service.timers import next_due
from bot.service.vitals.facts import Machine
from bot.settings import Settings
from tests.acceptance.life.api import BUCKET, ScriptedApi
from tests.acceptance.life.ears import Deadly, Ears, LifeSlack, LifeSmtp, Tickets
from tests.acceptance.life.script import time_of
from tests.faults.servers import WorldClock

LOOK_EVERY = 60
"""Seconds between two looks of the bot at itself: thirty in life."""
MOST_LOOKS = 5000
"""In one scenario: more means that something is due for ever."""


class ScriptedClients(dict[str, ScriptedApi]):
    """What stands for the clients of all workspaces."""

    def follow(self, workspaces: object) -> None:
        """One is all there are."""


@dataclass
class Life:
    """`has_usage`: the bot reads the API every five minutes. Else facts are recorded as if it had."""

    clock: WorldClock
    history: SqlHistory
    folder: Path
    environment: Mapping[str, str]
    settings: Settings
    api: ScriptedApi
    ears: Ears
    slack: LifeSlack
    smtp: LifeSmtp
    tickets: Tickets
    rules: dict[str, str]
    has_usage: bool
    begun: Slot
    bot: Bot | None = None
    gate: Deadly = field(default_factory=lambda: Deadly(None))
    pulled_at: int = 0
    looks: int = 0
    asked: int = 0
    is_watching: bool = False
    machine: Machine = field(default_factory=Machine)

    @property
    def now(self) -> Slot:
        return to_slot(self.clock.now)

    @property
    def running(self) -> Bot:
        assert self.bot is not None, "the bot is off"
        return self.bot

    def clock_time(self, text: str) -> Slot:
        """The instant of `11:00`, or `day 2 06:00`, of the scenario."""
        return time_of(self.begun - self.begun % DAY, text)

    @property
    def fleet(self) -> Fleet:
        return self.running.survey.fleet()

    # --- the bot's own life ---------------------------------------------------------------------------

    async def start(self) -> None:
        """As the process does: rules from the folder, everything else from the history."""
        self.write_rules()
        self.gate = Deadly(None)
        self.bot = await self.beside(self.history)

    def watch(self, bot: Bot) -> None:
        """Have it look at itself; what it would measure of this machine is the scenario's."""

        async def measured() -> Machine:
            return self.machine

        cast("Any", bot.vitals)._measure = measured

    def _ticks(self) -> float:
        """Whoever waits for these never has to, unless messages keep their distance: that is a scenario of its own."""
        self.asked += 1
        return self.clock.ticks() + (0 if self.slack.is_strict else self.asked * HOUR)

    async def beside(self, history: SqlHistory) -> Bot:
        """A bot on a history that is open: this one, or a replica."""
        notifiers = media(self.settings, Console(quiet=True))
        gated = {medium: _Through(self.gate, inner) for medium, inner in notifiers.items()}
        environment = Environment(self.clock.bot, self._ticks, self.clock.sleep, Random(1))  # noqa: S311
        clients = cast("Clients", ScriptedClients(default=self.api))
        rules = configured(self.folder)
        bot = _wired(self.settings, rules, cast("Any", gated), environment, history, clients, self.folder)
        await bot.survey.load()
        await bot.survey.run()
        if self.is_watching:
            self.watch(bot)
        pull = cast("Any", bot.pull)
        pull._options = replace(pull._options, baseline=BUCKET)  # what the rules need, and no weeks before it
        return bot

    def stop(self) -> None:
        self.bot = None

    def write_rules(self) -> None:
        (self.folder / "fleet.yaml").write_text("\n".join(self.rules.values()), "utf-8")

    async def reload(self) -> None:
        """The folder is looked at when it stands still; what is judged by the new rules is judged at once."""
        self.write_rules()
        reload = self.running.reload
        assert reload is not None
        reload.want()
        await reload.look()
        await self.running.assess.run()

    # --- time -----------------------------------------------------------------------------------------

    async def go(self, until: Slot) -> None:
        """Let time pass up to just before `until`, from one thing that is due to the next, and stand at `until`."""
        while (then := await self._next_due(until)) < until:
            self.clock.now = to_instant(then)
            await self.look()
        self.clock.now = to_instant(until)

    async def look(self) -> None:
        """What the jobs do at this moment. Facts come before timers, and both before the post."""
        self.looks += 1
        assert self.looks < MOST_LOOKS, f"at {self.clock.now} something is still due"
        if self.bot is None:
            return
        if self.has_usage and self.now % BUCKET == 0 and self.pulled_at != self.now:
            self.pulled_at = self.now
            await self.bot.pull.run()
            await self.bot.assess.run()
        if self.is_watching and self.now % LOOK_EVERY == 0:
            await self.bot.vitals.run()
        self.bot.timers.wake()
        await self.bot.timers.run()
        await self._deliver(self.bot)

    async def _deliver(self, bot: Bot) -> None:
        """Unless the bot dies of it: then it is gone in the middle, as after `kill -9`."""
        delivering = asyncio.ensure_future(bot.deliver.run())
        dying = asyncio.ensure_future(self.gate.died.wait())
        await asyncio.wait([delivering, dying], return_when=asyncio.FIRST_COMPLETED)
        dying.cancel()
        if not self.gate.died.is_set():
            await delivering
            return
        delivering.cancel()
        with suppress(asyncio.CancelledError):
            await delivering
        self.stop()

    async def _next_due(self, end: Slot) -> Slot:
        if self.bot is None:
            return end
        async with self.history.writing() as tx:
            dues = (
                await next_due(tx, self.bot.survey.fleet(), self.now),
                await next_reminder(tx, self.now),
                await _next_post(tx),
                self.now - self.now % BUCKET + BUCKET if self.has_usage else None,
                self.now - self.now % LOOK_EVERY + LOOK_EVERY if self.is_watching else None,
            )
        # What is due and still waits is waiting for something else, such as its turn.
        return Slot(min([end, *(max(self.now + 1, due) for due in dues if due is not None)]))


async def _next_post(tx: SqlTransaction) -> Slot | None:
    """When something that waits may be posted: it is due, and its lane neither taken nor paused."""
    query = select(OUTBOX.c.lane, OUTBOX.c.due_at, OUTBOX.c.leased_until).where(OUTBOX.c.standing == "waiting")
    rows = (await tx.connection.execute(query)).all()
    if not rows:
        return None
    taken = {row.lane: row.paused_until for row in await tx.connection.execute(select(LANES))}
    for row in rows:
        taken[row.lane] = max(taken.get(row.lane, 0), row.leased_until or 0)
    return Slot(min(max(row.due_at, taken[row.lane]) for row in rows))


@dataclass(frozen=True)
class _Through:
    """A notifier behind the gate that all of them share."""

    gate: Deadly
    inner: Any

    async def deliver(self, notification: Any) -> Any:
        return await replace(self.gate, inner=self.inner).deliver(notification)


def configured(folder: Path) -> Configuration:
    """The rules of the folder, which must be right."""
    parsed = parse(read_rules(folder))
    assert parsed.configuration is not None, "\n".join(map(str, parsed.problems))
    return parsed.configuration
