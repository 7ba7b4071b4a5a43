"""One process of the bot, as far as it tells people, and the places at which it may end without a word."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any, cast

import httpx
from rich.console import Console
from sqlalchemy import event

from bot.app.media import media
from bot.demo.clock import HandClock
from bot.domain.times import Slot, to_instant, to_slot
from bot.history.errors import HistoryError
from bot.history.store import SqlHistory, SqlTransaction
from bot.notify.dispatch import Notifiers
from bot.notify.email import EmailNotifier
from bot.notify.slack import SlackNotifier
from bot.notify.slack_pictures import mark_of
from bot.notify.webhook import WebhookNotifier
from bot.rules.model import Medium
from bot.service.charts.model import Chart
from bot.service.deliver import Deliver
from bot.service.options import DeliverOptions
from bot.service.ports import Picture
from bot.service.timers import Timers
from bot.service.views import Notification
from bot.settings import Settings, load_settings
from tests.fakes.slack import TOKEN as SLACK_TOKEN
from tests.faults.stage import at_once
from tests.faults.telling.happening import happen
from tests.faults.telling.story import Act, fleet
from tests.faults.telling.world import World

IDLE = timedelta(minutes=10)
"""Where nothing is due. In life timers look each minute at what others do, but here everybody is known."""
PATIENCE = 1
"""Real seconds after which a delivery is given up: forty-five in life."""


class Killed(BaseException):
    """The process is gone: nothing that it has not yet done will be done. No error: nothing in the bot may catch it."""


class Fuse:
    """Burns down at each place where something is just about to be, or has just been, read, committed or sent. At its
    end the process ends, and from then on can do nothing more. 0 is never.

    `stall` is awaited once, before something is sent, where it is set: the process is held up there.
    """

    def __init__(self, moment: int = 0, end: Callable[[], None] = lambda: None) -> None:
        self._left = moment
        self._end = end
        self.is_out = False
        self.stall: Callable[[], Awaitable[None]] | None = None

    def burn(self) -> None:
        self._left -= 1
        if self._left == 0:
            self._end()
            self.is_out = True
        if self.is_out:
            raise Killed

    async def hold(self) -> None:
        stall, self.stall = self.stall, None
        if stall is not None:
            await stall()


@dataclass(frozen=True)
class Place:
    """Where everything is that a process needs."""

    database: str
    slack: str
    smtp_host: str
    smtp_port: int
    hook: str

    @classmethod
    def of(cls, database: str, world: World) -> Place:
        return cls(database, world.slack.base_url, world.smtp.host, world.smtp.port, world.hook_url)

    def settings(self) -> Settings:
        environment = {
            "ALTOSTRAT_TOKEN": "unused",
            "DATABASE_URL": self.database,
            "SLACK_BOT_TOKEN": SLACK_TOKEN,
            "SLACK_API_URL": self.slack,
            "SMTP_HOST": self.smtp_host,
            "SMTP_PORT": str(self.smtp_port),
            "SMTP_SECURITY": "none",
            "SMTP_FROM": "usagebot@example.com",
            "TICKETS_URL": self.hook,
        }
        settings = load_settings(environment, Path.cwd())
        assert isinstance(settings, Settings), settings
        return settings


@dataclass
class Process:
    """What one process does. `mistakes` are errors that its jobs are not meant to raise."""

    history: SqlHistory
    deliver: Deliver
    timers: Timers
    acts: Sequence[Act]
    clock: HandClock
    fuse: Fuse
    happened: int | None = None
    mistakes: list[str] = field(default_factory=list)
    failed_jobs: int = 0

    async def look(self, *, is_leader: bool = True) -> None:
        """As the scheduler has it: what happens, what is due by itself, and the outbox."""
        if is_leader:
            await self._job(self._happen)
            await self._job(self.timers.run)
        await self._job(self.deliver.run)

    async def _happen(self) -> None:
        if self.happened is not None and not any(act.at <= self.now for act in self.acts[self.happened :][:1]):
            return
        self.happened = await happen(self.history, fleet(), self.acts, self.now)
        self.timers.wake()

    @property
    def now(self) -> Slot:
        return to_slot(self.clock())

    def left_alone_until(self, lane: str) -> datetime:
        """Until when it leaves a lane alone, which failed; a time that is past where it does not."""
        trouble = self.deliver._lanes._troubles.get(lane)
        return to_instant(trouble.until if trouble is not None else Slot(0))

    async def _job(self, run: Callable[[], Awaitable[object]]) -> None:
        try:
            await run()
        except HistoryError:
            self.failed_jobs += 1
        except Exception as error:  # noqa: BLE001 - whatever it is, it is a finding
            self.mistakes.append(f"{type(error).__name__}: {error}")


@asynccontextmanager
async def started(
    place: Place, acts: Sequence[Act], clock: HandClock, fuse: Fuse, seed: int, name: str = "one"
) -> AsyncIterator[Process]:
    """A process on its feet. However it ends, its connections are closed as the system would."""
    history = SqlHistory(place.database)
    event.listen(history._engine.sync_engine, "connect", _impatient)
    endanger(history, fuse)
    chance = Random(f"{seed} {name}")  # noqa: S311 - jitter by seed
    options, idle = replace(DeliverOptions(), timeout=PATIENCE), int(IDLE.total_seconds())
    notifiers = Notifiers(_notifiers(place, clock, fuse))
    deliver = Deliver(history, notifiers, fleet, clock, chance, owner=name, options=options)
    try:
        yield Process(history, deliver, Timers(history, fleet, clock, look_again=idle), acts, clock, fuse)
    finally:
        await history.close()


def _impatient(connection: Any, _record: object) -> None:
    """SQLite's lock is waited for a moment, not for half a minute."""
    if type(connection).__module__.endswith("aiosqlite"):
        cursor = connection.cursor()
        cursor.execute("PRAGMA busy_timeout = 20")
        cursor.close()


def endanger(history: SqlHistory, fuse: Fuse) -> None:
    """Places around every transaction."""
    writing, reading = history.writing, history.reading

    @asynccontextmanager
    async def dangerous() -> AsyncIterator[SqlTransaction]:
        fuse.burn()
        async with writing() as tx:
            yield tx
            fuse.burn()
        fuse.burn()

    @asynccontextmanager
    async def dangerous_to_read() -> AsyncIterator[SqlTransaction]:
        fuse.burn()
        async with reading() as tx:
            yield tx

    anything = cast("Any", history)
    anything.writing, anything.reading = dangerous, dangerous_to_read


class Sketches:
    """Pictures of messages: as many as there are ways in which their alerts can stand."""

    async def of(self, notification: Notification) -> Picture | None:
        mark = mark_of(notification.alerts)
        return Picture(f"sketch {mark}".encode(), f"A sketch of {mark}", 1080, 720, mark)

    async def chart(self, _notification: Notification) -> Chart | None:
        """Only terminals ask."""
        return None


def _notifiers(place: Place, clock: HandClock, fuse: Fuse) -> dict[Medium, Any]:
    """Those of production, with a place before and after everything that they send."""
    found: dict[Medium, Any] = dict(media(place.settings(), Console(stderr=True), clock, cast("Any", Sketches())))
    slack, mail, hook = found[Medium.SLACK], found[Medium.EMAIL], found[Medium.WEBHOOK]
    assert isinstance(slack, SlackNotifier)
    assert isinstance(mail, EmailNotifier)
    assert isinstance(hook, WebhookNotifier)
    client, files = cast("Any", slack)._client, cast("Any", slack)._gallery._files
    files._sleep = at_once
    for owner, name in ((client, "api_call"), (files, "_send"), (mail, "_send")):
        setattr(owner, name, _dangerous(getattr(owner, name), fuse))
    cast("Any", hook)._transport = DangerousTransport(fuse)
    return found


def _dangerous(call: Callable[..., Awaitable[Any]], fuse: Fuse) -> Callable[..., Awaitable[Any]]:
    async def dangerous(*args: Any, **kwargs: Any) -> Any:
        fuse.burn()
        await fuse.hold()
        try:
            return await call(*args, **kwargs)
        finally:
            fuse.burn()

    return dangerous


class DangerousTransport(httpx.AsyncBaseTransport):
    """A connection of its own for each request; without TLS there is no use in reading certificates."""

    def __init__(self, fuse: Fuse) -> None:
        self._fuse = fuse

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self._fuse.burn()
        try:
            async with httpx.AsyncHTTPTransport(verify=False) as transport:
                answer = await transport.handle_async_request(request)
                await answer.aread()
                return answer
        finally:
            self._fuse.burn()


async def together(processes: Sequence[Process]) -> list[int]:
    """One look of each at the same time; the first is the one that judges. The places of those that ended."""
    looks = [one.look(is_leader=place == 0) for place, one in enumerate(processes)]
    results = await asyncio.gather(*looks, return_exceptions=True)
    for result in results:
        if isinstance(result, BaseException) and not is_death(result):
            raise result
    return [place for place, result in enumerate(results) if result is not None]


def is_death(error: BaseException) -> bool:
    return isinstance(error, Killed) or (
        isinstance(error, BaseExceptionGroup) and error.split(lambda one: isinstance(one, Killed))[1] is None
    )
