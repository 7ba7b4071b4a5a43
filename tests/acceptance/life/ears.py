"""The other sides, on the world's clock: Slack, a mail server and a webhook. Each keeps what people notice of it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from bot.domain.times import Slot, to_slot
from tests.fakes.slack_faults import Fault, drops, rate_limited
from tests.fakes.slack_view import seen
from tests.fakes.slack_workspace import FakeChannel, JsonObject
from tests.faults.servers import WeatheredSlack, WeatheredSmtp, WorldClock

WRITES = {"chat.postMessage", "chat.update"}


@dataclass
class Noticed:
    """Something that somebody sees: when, who, of which notification, and its text."""

    at: Slot
    ear: str
    notification: int
    text: str
    is_edit: bool = False
    ts: str = ""


@dataclass
class Ears:
    """Everything that was noticed so far, in order."""

    clock: WorldClock
    noticed: list[Noticed] = field(default_factory=list)
    awaited: dict[str, asyncio.Event] = field(default_factory=dict)

    async def until(self, ear: str) -> None:
        """Until this one notices something."""
        await self.awaited.setdefault(ear, asyncio.Event()).wait()

    def hear(self, ear: str, notification: int, text: str, *, is_edit: bool = False, ts: str = "") -> None:
        self.noticed.append(Noticed(to_slot(self.clock.now), ear, notification, text, is_edit, ts))
        if ear in self.awaited:
            self.awaited.pop(ear).set()

    def once(self, ear: str, notification: int, text: str) -> None:
        """For media that can only send again, with the same id, by which the other side knows it."""
        if not any((one.ear, one.notification) == (ear, notification) for one in self.noticed):
            self.hear(ear, notification, text)


class LifeSlack(WeatheredSlack):
    """Slack, whose channels can go wrong each by itself: `faulty` is what the next writes to each meet, `broken` what
    all of them do. What hangs does so until somebody else, `hangs_until`, has noticed something: then the line is cut.
    One that `is_strict` takes one message a second in each channel, and refuses more for half a minute."""

    def __init__(self, ears: Ears) -> None:
        super().__init__(ears.clock)
        self._ears = ears
        self.faulty: dict[str, list[Fault]] = {}
        self.broken: dict[str, Fault] = {}
        self.hangs_until = ""
        self.is_strict = False
        self._posted_at: dict[str, Slot] = {}

    def _fault(self, method: str, arguments: JsonObject) -> Fault | None:
        name = self.name_of(str(arguments.get("channel") or ""))
        if method in WRITES and self.faulty.get(name):
            return self.faulty[name].pop(0)
        if self.is_strict and method == "chat.postMessage":
            before, self._posted_at[name] = self._posted_at.get(name), to_slot(self.now)
            if before == self._posted_at[name]:
                return rate_limited(30)
        return self.broken.get(name) or super()._fault(method, arguments)

    async def _go_wrong(self, fault: Fault, request: web.Request) -> web.StreamResponse:
        if fault.hangs:
            await self._ears.until(self.hangs_until)
            fault = drops()
        return await super()._go_wrong(fault, request)

    def name_of(self, channel: str) -> str:
        known = [one.name for one in self._channels.values() if channel.lstrip("#") in {one.id, one.name}]
        return known[0] if known else ""

    def _store(self, channel: FakeChannel, arguments: JsonObject, bot: str) -> JsonObject:
        message = super()._store(channel, arguments, bot)
        self._ears.hear(channel.name, _notification(message), seen(message), ts=message["ts"])
        return message

    def _update(self, arguments: JsonObject) -> JsonObject:
        answer = super()._update(arguments)
        channel = self._by_id(arguments["channel"])
        message = self._own(channel, arguments["ts"], "")
        self._ears.hear(channel.name, _notification(message), seen(message), is_edit=True, ts=message["ts"])
        return answer

    def _delete(self, arguments: JsonObject) -> JsonObject:
        """What the bot takes back itself, nobody is to notice."""
        answer = super()._delete(arguments)
        self._ears.noticed[:] = [one for one in self._ears.noticed if one.ts != arguments["ts"]]
        return answer


def _notification(message: JsonObject) -> int:
    return int(message["metadata"]["event_payload"]["notification"])


class LifeSmtp(WeatheredSmtp):
    """A mail server, whose mails are heard by whom they go to."""

    def __init__(self, ears: Ears) -> None:
        super().__init__()
        self._ears = ears

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        taken = len(self.envelopes)
        answer = await super().handle_DATA(server, session, envelope)
        for mail in self.envelopes[taken:]:
            notification = int(str(mail.mail["Message-ID"]).split(".")[1])
            plain = mail.mail.get_body(("plain",))
            text = f"{mail.mail['Subject']}\n{plain.get_content() if plain else ''}"
            for recipient in mail.recipients:
                self._ears.once(recipient.partition("@")[0], notification, text)
        return answer


class Tickets:
    """A webhook. `status` is what it answers; what it refuses it has not noticed."""

    def __init__(self, ears: Ears) -> None:
        self._ears = ears
        self.status = 200
        self.app = web.Application()
        self.app.router.add_post("/tickets", self._take)

    async def _take(self, request: web.Request) -> web.Response:
        if self.status == 200:
            body = json.loads(await request.text())
            self._ears.once("tickets", int(body["id"]), str(body["text"]))
        return web.Response(status=self.status)


@dataclass
class Deadly:
    """A notifier that the bot may die in: before it sends, or when it has sent and nothing says so yet."""

    inner: Any
    dies: str = ""
    died: asyncio.Event = field(default_factory=asyncio.Event)
    on_death: Callable[[], None] = lambda: None

    async def deliver(self, notification: Any) -> Any:
        if self.dies == "before":
            await self._die()
        outcome = await self.inner.deliver(notification)
        if self.dies == "after":
            await self._die()
        return outcome

    async def _die(self) -> None:
        """Nothing more comes of it: whoever waits for it is ended from outside."""
        self.died.set()
        await asyncio.Event().wait()
