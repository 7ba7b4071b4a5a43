"""A press, a window and a mention as Slack delivers them, by HTTP and by Socket Mode.

They are acknowledged in time, carried out, seen on the message and written down; and nobody else is let in.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from urllib.parse import parse_qs

import pytest
from aiohttp import WSMsgType, web

from bot.domain.times import Slot
from bot.notify.blocks import metadata
from bot.notify.buttons import Press
from bot.notify.slack import SlackNotifier
from bot.service.deliver import Deliver
from bot.slack.app import build_app
from bot.slack.events import LARGEST_BODY
from bot.slack.listening import SHORTCUT
from bot.slack.socket_mode import SocketMode
from tests.fakes.loopback import served
from tests.fakes.slack import FakeSlack
from tests.fakes.slack_view import seen
from tests.fakes.slack_workspace import BOT, JsonObject
from tests.slack.door import Door, opened_door, until
from tests.slack.world import World

IN_TIME = 3.0
"""Seconds within which Slack wants to be acknowledged."""


class Busy:
    """A history in which nothing can be written until it is free."""

    def __init__(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        self.begun, self.free = asyncio.Event(), asyncio.Event()
        writing = world.history.writing

        @asynccontextmanager
        async def late() -> AsyncIterator[Any]:
            self.begun.set()
            await self.free.wait()
            async with writing() as tx:
                yield tx

        monkeypatch.setattr(world.history, "writing", late)


async def told(world: World, slack: FakeSlack) -> JsonObject:
    """A message of ours about A1, as it stands in #noc."""
    channel, alert = slack.add_channel("noc"), await world.alert(1)
    message = slack.post("noc", bot=BOT)
    group = await world.told(alert, channel=channel.id, ts=message["ts"])
    message["metadata"] = metadata(1, group.id)
    return message


async def delivered(world: World, slack: FakeSlack) -> None:
    """What waits in the outbox is told."""
    world.now += timedelta(minutes=1)
    notifier, chance = SlackNotifier(slack.client()), Random(1)  # noqa: S311 - for jitter
    await Deliver(world.history, notifier, lambda: world.fleet, lambda: world.now, chance, owner="test").run()


async def audited(world: World) -> list[tuple[str, str, str]]:
    async with world.history.reading() as tx:
        return [(one.actor, one.action, one.subject) for one in await tx.audit.since(Slot(0), 10)]


async def test_a_press_is_acknowledged_done_shown_and_written_down(
    world: World, slack: FakeSlack, monkeypatch: pytest.MonkeyPatch
) -> None:
    message = await told(world, slack)
    async with opened_door(world, slack) as door:
        with monkeypatch.context() as patch:
            busy, channel = Busy(world, patch), slack.channel("noc").id
            body = door.pressed(Press.ACKNOWLEDGE, "A1", channel, message["ts"])
            before = time.monotonic()
            assert await door.post(body, door.signed(body)) == (200, "")
            assert time.monotonic() - before < IN_TIME
            await until(busy.begun)
            assert slack.responses == []
            busy.free.set()
            await door.app.close()
        assert seen(slack.responses[0]).startswith("Acknowledged: A1, cape-town")
    await delivered(world, slack)
    assert "cknowledged by thandi" in seen(message)
    assert Press.ACKNOWLEDGE not in str(message["attachments"])
    assert await audited(world) == [("thandi (U0PERSON)", "acknowledged", "A1")]


# --- who is let in ----------------------------------------------------------------------------------------


def bodies(door: Door) -> dict[str, str]:
    """One of everything that Slack posts beside commands."""
    view = {
        "id": "V1",
        "type": "modal",
        "callback_id": "usagebot.silencing",
        "private_metadata": "",
        "state": {"values": {}},
    }
    shortcut = {"callback_id": SHORTCUT, "channel": {"id": "C1", "name": "noc"}, "message": {"ts": "1.0"}}
    event = {"type": "app_mention", "user": "U0PERSON", "text": "<@U0BOT> ack A1", "channel": "C1", "ts": "1.0"}
    told_of = {"type": "event_callback", "team_id": "T0FAKE", "event_id": "Ev1", "event": event}
    return {
        "press": door.pressed(Press.ACKNOWLEDGE, "A1", "C1", "1.0"),
        "window": door.interaction({"type": "view_submission", "view": view}),
        "shortcut": door.interaction({"type": "message_action", **shortcut}),
        "event": json.dumps({**told_of, "authorizations": [{"team_id": "T0FAKE"}]}),
    }


@pytest.fixture
async def door(world: World, slack: FakeSlack) -> AsyncIterator[Door]:
    await world.alert(1)
    async with opened_door(world, slack) as door:
        yield door


async def test_nothing_that_slack_did_not_sign_just_now_is_let_in(door: Door) -> None:
    for body in bodies(door).values():
        good = door.signed(body)
        refused: list[tuple[str | bytes, dict[str, str]]] = [
            (body, {key: value for key, value in good.items() if key == "Content-Type"}),
            (body + " ", good),
            (body, good | {"X-Slack-Signature": good["X-Slack-Signature"][:-1] + "0x"}),
            (body, good | {"X-Slack-Request-Timestamp": "yesterday"}),
            (body, door.signed(body, age=301)),
            (body, door.signed(body, age=-301)),
            (b"\xff" + body.encode(), good),
        ]
        for wrong, headers in refused:
            assert (await door.post(wrong, headers))[0] == 401
        assert (await door.post("x" * (LARGEST_BODY + 1), good))[0] == 413
    await door.app.close()
    assert (door.world.acts, door.slack.calls) == (0, [])


async def test_what_was_signed_is_taken_once(door: Door) -> None:
    for kind, body in bodies(door).items():
        headers = door.signed(body) | ({"Content-Type": "application/json"} if kind == "event" else {})
        assert [(await door.post(body, headers))[0] for _ in range(2)] == [200, 401], kind
    await door.app.close()


async def test_a_person_of_another_slack_workspace_does_nothing(door: Door) -> None:
    for kind, body in bodies(door).items():
        other = body.replace("T0FAKE", "T0OTHER")
        headers = door.signed(other) | ({"Content-Type": "application/json"} if kind == "event" else {})
        assert (await door.post(other, headers))[0] == 200, kind
    await door.app.close()
    assert door.world.acts == 0
    assert {call.method for call in door.slack.calls} == {"auth.test"}


PAYLOADS: tuple[dict[str, Any], ...] = (
    {},
    {"type": "block_actions"},
    {"type": "block_actions", "actions": [{"action_id": "usagebot.ack"}]},
    {"type": "block_actions", "actions": [{"action_id": "usagebot.silence", "selected_option": None}]},
    {"type": "view_submission", "view": {"type": "modal", "callback_id": "usagebot.silencing"}},
    {"type": "view_submission", "view": {"type": "modal", "callback_id": "usagebot.silencing", "state": 1}},
    {"type": "message_action", "callback_id": SHORTCUT},
    {"type": "something_new"},
)


async def test_a_payload_that_lacks_what_it_should_have_breaks_nothing(door: Door) -> None:
    for payload in PAYLOADS:
        body = door.interaction({"user": {"id": "U0PERSON", "team_id": "T0FAKE"}, **payload})
        assert (await door.post(body, door.signed(body)))[0] in {200, 404}, payload
    await door.app.close()
    assert door.world.acts == 0


# --- Socket Mode ------------------------------------------------------------------------------------------

APP_TOKEN = "xapp-fake-token"


@dataclass
class Socket:
    """Slack's end of a connection: gives what it is told, keeps what comes back."""

    waiting: asyncio.Queue[dict[str, Any]] = field(default_factory=asyncio.Queue)
    answers: dict[str, dict[str, Any]] = field(default_factory=dict)
    answered: asyncio.Event = field(default_factory=asyncio.Event)

    async def serve(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        giving = asyncio.create_task(self._give(socket))
        async for message in socket:
            if message.type is WSMsgType.TEXT and "envelope_id" in (found := message.json()):
                self.answers[found["envelope_id"]] = found
                self.answered.set()
        giving.cancel()
        return socket

    async def _give(self, socket: web.WebSocketResponse) -> None:
        while True:
            await socket.send_json(await self.waiting.get())

    async def give(self, kind: str, payload: dict[str, Any]) -> dict[str, Any]:
        """What it is acknowledged with."""
        id_ = f"e{len(self.answers)}"
        self.answered.clear()
        self.waiting.put_nowait(
            {"envelope_id": id_, "type": kind, "accepts_response_payload": True, "payload": payload}
        )
        await until(self.answered)
        return self.answers[id_]


@pytest.fixture
async def socket(world: World, slack: FakeSlack) -> AsyncIterator[tuple[Socket, Callable[[], Any]]]:
    end, server = Socket(), web.Application()
    server.router.add_get("/", end.serve)
    async with served(server) as port:
        slack.app_token = APP_TOKEN
        slack.methods["apps.connections.open"] = lambda _: {"url": f"ws://127.0.0.1:{port}/"}
        app = build_app(slack.token, slack.base_url, world.questions, world.actions, lambda: world.now)
        mode = SocketMode(app, APP_TOKEN, lambda: datetime.fromtimestamp(time.time(), UTC))
        await mode.start()
        yield end, app.close
        await app.close()
        await mode.close()


def payload_of(body: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(parse_qs(body)["payload"][0])
    return found


async def test_socket_mode_brings_the_same(
    world: World, slack: FakeSlack, socket: tuple[Socket, Callable[[], Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    message = await told(world, slack)
    end, drained = socket
    channel = slack.channel("noc").id
    shapes = Door(world, slack, None, None)  # type: ignore[arg-type] # for what Slack words alone
    with monkeypatch.context() as patch:
        busy = Busy(world, patch)
        press = payload_of(shapes.pressed(Press.ACKNOWLEDGE, "A1", channel, message["ts"]))
        assert await end.give("interactive", press) == {"envelope_id": "e0"}
        await until(busy.begun)
        assert slack.responses == []
        busy.free.set()
        await drained()
    assert await audited(world) == [("thandi (U0PERSON)", "acknowledged", "A1")]
    shortcut = {"callback_id": SHORTCUT, "channel": {"id": channel, "name": "noc"}, "message": {"ts": message["ts"]}}
    await end.give("interactive", payload_of(shapes.interaction({"type": "message_action", **shortcut})))
    await drained()
    (view,) = slack.views.values()
    assert "A1: cape-town" in seen(view)
    sent = {"id": "V1", **view, "state": {"values": {"site": {}, "words": {"value": {"value": "for ever"}}}}}
    answer = await end.give("interactive", payload_of(shapes.interaction({"type": "view_submission", "view": sent})))
    assert answer["payload"]["response_action"] == "errors"
    event = {"user": "U0PERSON", "channel": channel, "ts": message["ts"]}
    for number, more in enumerate(
        ({"type": "app_mention", "text": "<@U1> quota"}, {"type": "app_home_opened", "tab": "home"})
    ):
        told_of = {"type": "event_callback", "team_id": "T0FAKE", "event_id": f"Ev{number}", "event": {**event, **more}}
        await end.give("events_api", {**told_of, "authorizations": [{"team_id": "T0FAKE"}]})
        await drained()
    assert seen(slack.thread("noc", message["ts"])[0]).startswith("5 quotas")
    assert "cape-town" in seen(slack.homes["U0PERSON"])
