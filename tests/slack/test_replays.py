"""A request that Slack signed is taken once."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from structlog.testing import capture_logs

from bot.slack.replays import WINDOW, SeenSignatures
from tests.fakes.slack import FakeSlack
from tests.slack.door import Door, opened_door
from tests.slack.world import World

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)


@pytest.fixture
async def door(world: World, slack: FakeSlack) -> AsyncIterator[Door]:
    async with opened_door(world, slack) as door:
        yield door


async def test_a_request_that_is_sent_again_is_refused_and_not_answered_again(door: Door) -> None:
    body = door.command("status")
    headers = door.signed(body)
    assert (await door.post(body, headers))[0] == 200
    with capture_logs() as logs:
        assert await door.post(body, headers) == (401, "401: Unauthorized")
    await door.app.close()
    assert len(door.slack.responses) == 1
    assert [line["why"] for line in logs if line["event"] == "slack_request_refused"] == ["replayed"]


async def test_a_request_that_is_sent_again_at_the_end_of_its_window_is_refused(door: Door) -> None:
    body = door.command("status")
    headers = door.signed(body, age=-300)
    assert (await door.post(body, headers))[0] == 200
    door.world.now += 2 * WINDOW
    assert (await door.post(body, headers))[0] == 401
    await door.app.close()


async def test_the_same_question_asked_again_is_another_request(door: Door) -> None:
    for _ in range(2):
        body = door.command("status")
        assert (await door.post(body, door.signed(body)))[0] == 200
    await door.app.close()


async def test_a_refused_signature_is_not_remembered(door: Door) -> None:
    body, other = door.command("status"), door.command("top")
    assert (await door.post(other, door.signed(body)))[0] == 401
    assert (await door.post(body, door.signed(body)))[0] == 200
    await door.app.close()


def test_a_signature_is_new_once_for_as_long_as_it_is_good() -> None:
    seen = SeenSignatures()
    assert seen.is_new("a", NOW, NOW)
    assert not seen.is_new("a", NOW, NOW)
    assert not seen.is_new("a", NOW, NOW + WINDOW)
    assert seen.is_new("b", NOW, NOW)


def test_memory_is_bounded_and_what_is_no_longer_good_goes_first() -> None:
    seen = SeenSignatures(most=3)
    assert seen.is_new("later", NOW + WINDOW, NOW)
    assert seen.is_new("old", NOW, NOW)
    assert seen.is_new("older", NOW - WINDOW, NOW)
    now = NOW + WINDOW + 2 * SECOND
    assert seen.is_new("fresh", now, now)
    assert not seen.is_new("later", NOW + WINDOW, now)
    assert all(seen.is_new(name, now, now) for name in ("x", "y", "z"))
    assert len(seen._until) == 3
