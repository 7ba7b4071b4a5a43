"""Slack's side of HTTP mode: signed requests to a server on loopback, and commands as Slack words them."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from io import BytesIO
from itertools import count
from typing import Any
from urllib.parse import urlencode

from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from bot.alerts.silences import Silence
from bot.domain.times import Slot
from bot.service.ports import AuditEntry, Pictures
from bot.slack.app import SlackApp, SlackOptions, build_app
from bot.slack.events import slack_routes
from tests.fakes.slack import TOKEN, FakeSlack
from tests.fakes.slack_limits import refusal
from tests.fakes.slack_view import live_markup, seen
from tests.slack.world import World

SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
Client = TestClient[web.Request, web.Application]


def signature(body: str, timestamp: str, secret: str = SECRET) -> str:
    """As Slack documents it: HMAC-SHA256 over `v0:timestamp:body`."""
    return "v0=" + hmac.new(secret.encode(), f"v0:{timestamp}:{body}".encode(), hashlib.sha256).hexdigest()


class Door:
    """A running HTTP mode, with a fake Slack whose `response_url` it answers at."""

    def __init__(self, world: World, slack: FakeSlack, app: SlackApp, client: Client) -> None:
        self.world = world
        self.slack = slack
        self.app = app
        self.client = client
        self._triggers = count(1)

    def command(
        self, text: str, channel: str = "C0ANY", name: str = "random", url: str = "1", team: str = "T0FAKE"
    ) -> str:
        """The form body of `/usage`; like Slack's, no two are the same."""
        return urlencode(
            {
                "team_id": team,
                "channel_id": channel,
                "channel_name": name,
                "user_id": "U0PERSON",
                "command": "/usage",
                "text": text,
                "response_url": self.slack.response_url(url),
                "trigger_id": f"{next(self._triggers)}.2.3",
            }
        )

    def signed(self, body: str, age: int = 0) -> dict[str, str]:
        """Headers of a request that was signed `age` seconds ago."""
        timestamp = str(int(self.world.now.timestamp()) - age)
        return {
            "Content-Type": "application/x-www-form-urlencoded",
            "X-Slack-Request-Timestamp": timestamp,
            "X-Slack-Signature": signature(body, timestamp),
        }

    async def post(self, body: str | bytes, headers: dict[str, str]) -> tuple[int, str]:
        data = BytesIO(body if isinstance(body, bytes) else body.encode())
        async with self.client.post("/slack/events", data=data, headers=headers) as response:
            return response.status, await response.text()

    def interaction(self, payload: dict[str, Any]) -> str:
        """The form body of anything that is pressed or sent, with what Slack says of whoever did."""
        told = {"team": {"id": "T0FAKE"}, "user": {"id": "U0PERSON", "username": "thandi", "team_id": "T0FAKE"}}
        return urlencode({"payload": json.dumps({**told, "trigger_id": f"{next(self._triggers)}.2.3", **payload})})

    def pressed(self, action_id: str, value: str, channel: str, ts: str, **more: Any) -> str:
        """The body of a press on a message. A value with a word in it is one of a menu."""
        is_button = more.pop("is_button", ":" not in value)
        action = {"action_id": action_id, "block_id": "b", "type": "button" if is_button else "static_select"}
        chosen = {"value": value} if is_button else {"selected_option": {"value": value}}
        container = {"type": "message", "message_ts": ts, "channel_id": channel, "is_ephemeral": False}
        told = {"channel": {"id": channel, "name": "privategroup"}, "message": {"ts": ts}, "container": container}
        url = {"response_url": self.slack.response_url("press")}
        return self.interaction({"type": "block_actions", **told, **url, "actions": [{**action, **chosen}], **more})

    async def press(self, action_id: str, value: str, channel: str, ts: str = "", **more: Any) -> str:
        """Press; what whoever pressed sees."""
        before = len(self.slack.responses)
        body = self.pressed(action_id, value, channel, ts, **more)
        assert await self.post(body, self.signed(body)) == (200, "")
        await self.app.close()
        (response,) = self.slack.responses[before:]
        assert refusal(response) is None
        assert live_markup(response) == []
        return seen(response)

    async def ask(self, text: str, channel: str = "C0ANY", name: str = "random") -> dict[str, Any]:
        """Give the command; what came to the `response_url`."""
        before = len(self.slack.responses)
        body = self.command(text, channel, name)
        assert await self.post(body, self.signed(body)) == (200, "")
        await self.app.close()
        (response,) = self.slack.responses[before:]
        return response

    async def said(self, text: str, channel: str = "C0ANY", name: str = "random") -> str:
        return seen(await self.ask(text, channel, name))

    async def audited(self) -> list[AuditEntry]:
        """Everything that was done, in order."""
        async with self.world.history.reading() as tx:
            return list(reversed(await tx.audit.since(Slot(0), 1000)))

    async def silences(self) -> list[Silence]:
        async with self.world.history.reading() as tx:
            return list(await tx.silences.ending_after(Slot(0)))


@asynccontextmanager
async def opened_door(
    world: World, slack: FakeSlack, may_act: tuple[str, ...] = (), pictures: Pictures | None = None
) -> AsyncIterator[Door]:
    options = SlackOptions(may_act, pictures, lambda: "1a2b3c4d")
    app = build_app(TOKEN, slack.base_url, world.questions, world.actions, lambda: world.now, options)
    server = web.Application()
    server.add_routes(slack_routes(app, SECRET, lambda: world.now))
    async with TestClient(TestServer(server)) as client:
        yield Door(world, slack, app, client)


async def until(event: asyncio.Event) -> None:
    """Wait for what must happen; a test that hangs is a test that fails."""
    await asyncio.wait_for(event.wait(), 10)
