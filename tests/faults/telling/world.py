"""The other sides of one run: Slack, a mail server and a web hook on loopback, under one weather, with a ledger."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from aiohttp import web

from bot.demo.clock import HandClock
from tests.fakes.loopback import served
from tests.fakes.slack_faults import Fault
from tests.fakes.slack_workspace import BOT, FakeChannel, JsonObject
from tests.faults.servers import WeatheredSlack, WeatheredSmtp
from tests.faults.telling.ledger import Ledger
from tests.faults.telling.story import CHANNELS


class Weather(Protocol):
    """What goes wrong with the next call, None where nothing does."""

    def slack(self, method: str) -> Fault | None: ...

    def data(self) -> str | None:
        """The mail server's answer to a mail; "" takes it and cuts the line."""

    def recipient(self, address: str) -> str | None:
        """Its answer to one recipient."""

    def hook(self) -> Fault | None: ...


class Fair:
    """Nothing goes wrong."""

    def slack(self, _method: str) -> Fault | None:
        return None

    def data(self) -> str | None:
        return None

    def recipient(self, _address: str) -> str | None:
        return None

    def hook(self) -> Fault | None:
        return None


class LedgerSlack(WeatheredSlack):
    """Slack that enters what it shows."""

    def __init__(self, clock: HandClock, ledger: Ledger) -> None:
        super().__init__(clock)
        self._ledger = ledger

    def _store(self, channel: FakeChannel, arguments: JsonObject, bot: str) -> JsonObject:
        message = super()._store(channel, arguments, bot)
        if bot == BOT:
            self._ledger.posted(channel.name, message, self.clock.now)
        return message

    def _update(self, arguments: JsonObject) -> JsonObject:
        answer = super()._update(arguments)
        self._ledger.edited(arguments["ts"], arguments["metadata"]["event_payload"]["notification"])
        return answer

    def _delete(self, arguments: JsonObject) -> JsonObject:
        answer = super()._delete(arguments)
        self._ledger.deleted(arguments["ts"], self.clock.now, by_bot=True)
        return answer

    def delete(self, channel: str, ts: str) -> None:
        super().delete(channel, ts)
        self._ledger.deleted(ts, self.clock.now, by_bot=False)


class LedgerSmtp(WeatheredSmtp):
    """A mail server that enters what it takes; each recipient has a weather of their own."""

    def __init__(self, clock: HandClock, ledger: Ledger) -> None:
        super().__init__()
        self._clock, self._ledger = clock, ledger
        self.recipient: Callable[[str], str | None] = lambda _address: None

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: list[str]) -> str:  # noqa: N802
        refusal = self.recipient(address)
        return refusal or await super().handle_RCPT(server, session, envelope, address, options)

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        taken = len(self.envelopes)
        answer = await super().handle_DATA(server, session, envelope)
        for one in self.envelopes[taken:]:
            self._ledger.mailed(one.recipients, one.mail, self._clock.now)
        return answer


class Hook:
    """Another program that takes what is posted to it."""

    def __init__(self, clock: HandClock, ledger: Ledger) -> None:
        self._clock, self._ledger = clock, ledger
        self.weather: Callable[[], Fault | None] = lambda: None
        self._stopping = asyncio.Event()

    def app(self) -> web.Application:
        app = web.Application()
        app.router.add_post("/tickets", self._serve)
        app.on_shutdown.append(self._stop)
        return app

    async def _stop(self, _app: web.Application) -> None:
        self._stopping.set()

    async def _serve(self, request: web.Request) -> web.Response:
        body, fault = await request.read(), self.weather()
        if fault is None or fault.takes_effect:
            self._ledger.hooked(request.headers["Idempotency-Key"], body, self._clock.now)
        if fault is None:
            return web.Response(text="ok")
        if fault.hangs:
            await self._stopping.wait()
        if (fault.drops or fault.hangs) and request.transport is not None:
            request.transport.close()
        return web.Response(status=fault.status, text=fault.body, headers=dict(fault.headers))


@dataclass
class World:
    """The servers of one run, on the bot's clock."""

    clock: HandClock
    slack: LedgerSlack
    smtp: LedgerSmtp
    hook: Hook
    hook_url: str
    ledger: Ledger = field(default_factory=Ledger)

    def set_weather(self, weather: Weather) -> None:
        self.slack.weather = weather.slack
        self.smtp.weather, self.smtp.recipient = weather.data, weather.recipient
        self.hook.weather = weather.hook

    @property
    def now(self) -> datetime:
        return self.clock.now


@asynccontextmanager
async def opened(clock: HandClock) -> AsyncIterator[World]:
    """Every server, with the channels of the story."""
    ledger = Ledger()
    hook = Hook(clock, ledger)
    async with (
        LedgerSlack(clock, ledger) as slack,
        LedgerSmtp(clock, ledger) as smtp,
        served(hook.app()) as port,
    ):
        for channel in CHANNELS:
            slack.add_channel(channel)
        yield World(clock, slack, smtp, hook, f"http://127.0.0.1:{port}/tickets", ledger)
