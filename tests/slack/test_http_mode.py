"""HTTP mode: who is let in."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from bot.slack.events import LARGEST_BODY
from tests.fakes.slack import FakeSlack
from tests.slack.door import Door, opened_door, signature
from tests.slack.world import World

VECTOR_BODY = (
    "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V"
    "&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text="
    "&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN"
    "&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c"
)
VECTOR_SIGNATURE = "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"
VECTOR_TIMESTAMP = "1531420618"
"""The example of Slack's documentation on verifying requests."""


@pytest.fixture
async def door(world: World, slack: FakeSlack) -> AsyncIterator[Door]:
    async with opened_door(world, slack) as door:
        yield door


async def test_the_documented_request_is_let_in_and_its_command_is_not_ours(door: Door) -> None:
    door.world.now = datetime.fromtimestamp(int(VECTOR_TIMESTAMP), UTC)
    door.slack.methods["auth.test"] = lambda _: {"team_id": "T1DC2JH3J"}
    headers = {"X-Slack-Request-Timestamp": VECTOR_TIMESTAMP, "X-Slack-Signature": VECTOR_SIGNATURE}
    headers["Content-Type"] = "application/x-www-form-urlencoded"
    assert signature(VECTOR_BODY, VECTOR_TIMESTAMP) == VECTOR_SIGNATURE
    assert (await door.post(VECTOR_BODY, headers))[0] == 404
    assert (await door.post(VECTOR_BODY + "&", headers))[0] == 401


@pytest.mark.parametrize("age", [0, 300, -300])
async def test_a_request_within_five_minutes_is_let_in(door: Door, age: int) -> None:
    body = door.command("status")
    assert (await door.post(body, door.signed(body, age)))[0] == 200
    await door.app.close()


@pytest.mark.parametrize("age", [301, -301, 10**9])
async def test_an_old_request_and_one_from_the_future_are_refused(door: Door, age: int) -> None:
    body = door.command("status")
    assert (await door.post(body, door.signed(body, age)))[0] == 401
    assert door.slack.responses == []


@pytest.mark.parametrize(
    "changes",
    [
        {"X-Slack-Signature": None},
        {"X-Slack-Request-Timestamp": None},
        {"X-Slack-Signature": ""},
        {"X-Slack-Signature": "v0=" + "0" * 64},
        {"X-Slack-Signature": "v1=" + "0" * 64},
        {"X-Slack-Signature": "v0=ünïcode"},
        {"X-Slack-Request-Timestamp": "yesterday"},
        {"X-Slack-Request-Timestamp": ""},
        {"X-Slack-Request-Timestamp": "nan"},
        {"X-Slack-Request-Timestamp": "1_000"},
        {"X-Slack-Request-Timestamp": "-1"},
        {"X-Slack-Request-Timestamp": "٣"},
        {"X-Slack-Request-Timestamp": "9" * 5000},
    ],
)
async def test_a_stranger_is_refused_and_told_nothing(door: Door, changes: dict[str, str | None]) -> None:
    body = door.command("status")
    headers = {name: value for name, value in {**door.signed(body), **changes}.items() if value is not None}
    status, text = await door.post(body, headers)
    assert (status, text) == (401, "401: Unauthorized")
    assert door.slack.responses == []


async def test_a_body_that_is_not_text_is_refused(door: Door) -> None:
    assert (await door.post(b"\xff\xfe", door.signed("")))[0] == 401


async def test_a_body_above_a_mebibyte_is_refused_before_it_is_verified(door: Door) -> None:
    body = "x" * (LARGEST_BODY + 1)
    assert (await door.post(body, door.signed(body)))[0] == 413


async def test_a_body_of_unsaid_length_is_read_no_further_than_a_mebibyte(door: Door) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(64):
            yield b"x" * 65536

    async with door.client.post("/slack/events", data=endless(), headers=door.signed("")) as response:
        assert response.status == 413


async def test_only_posts_are_for_slack(door: Door) -> None:
    async with door.client.get("/slack/events") as response:
        assert response.status == 405


async def test_a_charset_that_the_sender_names_changes_nothing(door: Door) -> None:
    body = door.command("status")
    headers = door.signed(body) | {"Content-Type": "application/x-www-form-urlencoded; charset=utf-16"}
    assert (await door.post(body, headers))[0] == 200
    await door.app.close()


async def test_slacks_check_of_the_address_is_answered(door: Door) -> None:
    body = '{"type": "url_verification", "challenge": "abc"}'
    status, text = await door.post(body, door.signed(body) | {"Content-Type": "application/json"})
    assert (status, text) == (200, '{"challenge": "abc"}')
