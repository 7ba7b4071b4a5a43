"""The other sides, with weather: a clock that can be wrong, a Slack and a mail server that go wrong for a while."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from aiohttp import web

from bot.demo.clock import HandClock
from tests.fakes.slack import FakeSlack
from tests.fakes.slack_faults import Fault as SlackFault
from tests.fakes.slack_workspace import JsonObject
from tests.fakes.smtp import FakeSmtp

SlackWeather = Callable[[str], SlackFault | None]
"""From a method's name to what goes wrong with this call of it."""

MailWeather = Callable[[], str | None]
"""The answer to the next mail's data: None takes it, "" takes it and cuts the line."""


def calm(_method: str) -> SlackFault | None:
    return None


def fair() -> str | None:
    return None


class WorldClock(HandClock):
    """The true time, moved by hand; `bot` is what the bot's wall clock says, which may be wrong by `error`."""

    def __init__(self, now: datetime) -> None:
        super().__init__(now)
        self.error = timedelta(0)

    def bot(self) -> datetime:
        return self.now + self.error


class WeatheredSlack(FakeSlack):
    """Slack on the world's clock. `weather` decides about each call, `delay` (real seconds) holds each back."""

    def __init__(self, clock: HandClock) -> None:
        self.clock = clock
        super().__init__()
        self.weather: SlackWeather = calm
        self.delay = 0.0

    @property
    def now(self) -> datetime:
        return self.clock.now

    @now.setter
    def now(self, _moment: datetime) -> None:
        """The clock is the world's."""

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        await asyncio.sleep(self.delay)
        return await super()._serve(request)

    async def _upload(self, request: web.Request) -> web.StreamResponse:
        await asyncio.sleep(self.delay)
        return await super()._upload(request)

    def _fault(self, method: str, arguments: JsonObject) -> SlackFault | None:
        """Of the addresses of uploads too, which count as the method "upload"."""
        return self.weather(method) or super()._fault(method, arguments)


class WeatheredSmtp(FakeSmtp):
    """A mail server that can be shut and opened again on its port, and slow."""

    def __init__(self) -> None:
        super().__init__()
        self.weather: MailWeather = fair
        self.delay = 0.0

    def shut(self) -> None:
        self._server.close()

    async def reopen(self) -> None:
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: self._connection(loop), self.host, self.port)

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        if self.delay:
            await asyncio.sleep(self.delay)
        answer = self.weather()
        if answer is not None:
            self.refuse_data(answer)
        return await super().handle_DATA(server, session, envelope)
