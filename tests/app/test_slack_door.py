"""Slack's documented example of a signed request, at the door that `usagebot run` opens."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import aiohttp
import pytest

from bot.app.http import Door, Listener, build_web
from bot.app.metrics import Metrics
from bot.slack.app import build_app
from bot.slack.events import PATH, slack_routes
from tests.fakes.slack import TOKEN, FakeSlack
from tests.slack.door import SECRET
from tests.slack.test_http_mode import VECTOR_BODY, VECTOR_SIGNATURE, VECTOR_TIMESTAMP
from tests.slack.world import opened_world

SIGNED_AT = datetime.fromtimestamp(int(VECTOR_TIMESTAMP), UTC)
HEADERS = {
    "X-Slack-Request-Timestamp": VECTOR_TIMESTAMP,
    "X-Slack-Signature": VECTOR_SIGNATURE,
    "Content-Type": "application/x-www-form-urlencoded",
}


async def _ready() -> Mapping[str, str]:
    return {}


@asynccontextmanager
async def opened_at(now: datetime) -> AsyncIterator[str]:
    """The door's address; its clock stands still."""
    async with opened_world() as world, FakeSlack() as slack:
        app = build_app(TOKEN, slack.base_url, world.questions, world.actions, lambda: now)
        routes = slack_routes(app, SECRET, lambda: now)
        listener = Listener(build_web(Door(Metrics(), _ready), routes), "127.0.0.1", 0)
        port = await listener.start()
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            await listener.stop()
            await app.close()


async def status(url: str, body: str, **changes: str) -> int:
    headers = HEADERS | {name.replace("_", "-"): value for name, value in changes.items()}
    async with aiohttp.ClientSession() as session, session.post(url + PATH, data=body, headers=headers) as answer:
        return answer.status


@pytest.mark.parametrize("age", [-300, -299, 0, 299, 300])
async def test_the_documented_request_is_let_in_for_five_minutes(age: int) -> None:
    """Let in, and then told nothing: the example is of somebody in another Slack workspace than the bot's."""
    async with opened_at(SIGNED_AT + timedelta(seconds=age)) as url:
        assert await status(url, VECTOR_BODY) == 200


@pytest.mark.parametrize("age", [-301, 301, 86400 * 365])
async def test_the_documented_request_is_refused_outside_of_them(age: int) -> None:
    async with opened_at(SIGNED_AT + timedelta(seconds=age)) as url:
        assert await status(url, VECTOR_BODY) == 401


async def test_a_request_that_was_changed_is_refused_and_nothing_breaks() -> None:
    async with opened_at(SIGNED_AT) as url:
        for time in ("tomorrow", "", "1e9", "0x5b47", "1531420618.0", "+1531420618", str(int(VECTOR_TIMESTAMP) + 1)):
            assert await status(url, VECTOR_BODY, X_Slack_Request_Timestamp=time) == 401, time
        assert await status(url, VECTOR_BODY.replace("roadrunner", "coyote")) == 401
        assert await status(url, VECTOR_BODY, X_Slack_Signature=VECTOR_SIGNATURE[:-1] + "4") == 401
        assert await status(url, VECTOR_BODY) == 200
