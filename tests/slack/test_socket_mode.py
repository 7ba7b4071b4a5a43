"""Socket Mode: the same answers over a connection that we open."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aiohttp import WSMsgType, web

from bot.slack.app import build_app
from bot.slack.socket_mode import SocketMode
from tests.fakes.loopback import served
from tests.fakes.slack import FakeSlack
from tests.fakes.slack_view import seen
from tests.slack.door import until
from tests.slack.world import World

APP_TOKEN = "xapp-fake-token"


class Socket:
    """Slack's end of the connection: it gives one command and keeps what comes back."""

    def __init__(self, command: dict[str, Any]) -> None:
        self.command = command
        self.received: list[dict[str, Any]] = []
        self.acknowledged = asyncio.Event()

    async def serve(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        envelope = {"envelope_id": "e1", "type": "slash_commands", "accepts_response_payload": True}
        await socket.send_json({**envelope, "payload": self.command})
        async for message in socket:
            if message.type is WSMsgType.TEXT:
                self.received.append(message.json())
                self.acknowledged.set()
        return socket


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    async with FakeSlack(token=APP_TOKEN) as workspace:
        yield workspace


async def test_a_command_is_acknowledged_and_answered(world: World, slack: FakeSlack) -> None:
    url = slack.response_url()
    fields = {"command": "/usage", "text": "status", "channel_id": "C1", "channel_name": "noc", "response_url": url}
    socket = Socket({"team_id": "T0FAKE", "user_id": "U1", **fields})
    async with served(_server(socket)) as port:
        slack.methods["apps.connections.open"] = lambda _: {"url": f"ws://127.0.0.1:{port}/"}
        app = build_app(APP_TOKEN, slack.base_url, world.questions, world.actions, lambda: world.now)
        mode = SocketMode(app, APP_TOKEN, lambda: datetime.fromtimestamp(time.time(), UTC))
        await mode.start()
        await until(socket.acknowledged)
        silence, was_heard = mode.silent_for, mode.was_heard
        await app.close()
        await mode.close()
    assert socket.received == [{"envelope_id": "e1"}]
    assert "usagebot: 1.2.3" in seen(slack.responses[0])
    assert silence is not None
    assert was_heard
    assert silence < timedelta(minutes=1)


async def test_silence_is_counted_from_the_start_until_slack_answers(world: World, slack: FakeSlack) -> None:
    app = build_app(APP_TOKEN, slack.base_url, world.questions, world.actions, lambda: world.now)
    mode = SocketMode(app, APP_TOKEN, lambda: world.now)
    assert mode.silent_for is None
    await mode.start()
    world.now += timedelta(minutes=3)
    assert mode.silent_for == timedelta(minutes=3)
    await mode.close()
    await mode.close()
    assert mode.silent_for is None


async def test_a_connection_that_is_made_again_and_again_and_says_nothing_is_a_silence(
    world: World, slack: FakeSlack
) -> None:
    """What the client does to its own mark then: it is set by its first ping, and taken away by the next connection."""
    app = build_app(APP_TOKEN, slack.base_url, world.questions, world.actions, lambda: world.now)
    mode = SocketMode(app, APP_TOKEN, lambda: world.now)
    await mode.start()
    assert mode._feed is not None
    for mark in (100.0, None, 140.0, None, 180.0):
        world.now += timedelta(minutes=1)
        mode._feed.client.last_ping_pong_time = mark
    assert (mode.was_heard, mode.silent_for) == (False, timedelta(minutes=5))
    mode._feed.client.last_ping_pong_time = 190.0  # an answer to the ping before
    world.now += timedelta(minutes=2)
    mode._feed.client.last_ping_pong_time = None
    assert (mode.was_heard, mode.silent_for) == (True, timedelta(minutes=2))
    await mode.close()


def _server(socket: Socket) -> web.Application:
    app = web.Application()
    app.router.add_get("/", socket.serve)
    return app
