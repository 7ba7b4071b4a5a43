"""Who is answered at all: people of the bot's own Slack workspace."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from slack_bolt.request.async_request import AsyncBoltRequest
from structlog.testing import capture_logs

from bot.slack.doorkeeper import PATIENCE, STRANGER, UNSURE, Doorkeeper, Home
from tests.fakes.slack import FakeSlack
from tests.fakes.slack_faults import hangs, rate_limited
from tests.slack.door import Door, opened_door
from tests.slack.world import World, configuration, monthly

ORGANISATION = Home("T0FAKE", "E0FAKE")
BUTTON = {"type": "block_actions", "team": {"id": "T0FAKE"}}
MENTION = {"type": "event_callback", "team_id": "T0FAKE", "authorizations": [{"team_id": "T0FAKE"}]}


@pytest.fixture
async def door(world: World, slack: FakeSlack) -> AsyncIterator[Door]:
    async with opened_door(world, slack) as door:
        yield door


async def told(door: Door, team: str, channel: str = "C0ANY") -> dict[str, Any]:
    """What the acknowledgement of a command says."""
    body = door.command("quota", channel, team=team)
    status, text = await door.post(body, door.signed(body))
    await door.app.close()
    assert status == 200
    return json.loads(text) if text else {}


@pytest.mark.parametrize("channels", [{}, {"acme": ("C0ACME",)}])
async def test_a_person_of_another_slack_workspace_sees_nothing(
    door: Door, channels: dict[str, tuple[str, ...]]
) -> None:
    """Neither where everybody sees everything, nor in a channel whose id a customer's binding names."""
    door.world.configure(configuration(monthly(), channels=channels))
    with capture_logs() as logs:
        assert await told(door, "T0OTHER", "C0ACME") == {"response_type": "ephemeral", "text": STRANGER}
    assert door.slack.responses == []
    assert [line["team"] for line in logs if line["event"] == "slack_stranger_refused"] == ["T0OTHER"]


async def test_whose_the_bot_is_is_asked_once(door: Door) -> None:
    for _ in range(3):
        assert await told(door, "T0FAKE") == {}
    assert len(door.slack.responses) == 3
    assert len(door.slack.called("auth.test")) == 1


async def test_nobody_is_answered_until_it_is_known_whose_the_bot_is(door: Door) -> None:
    door.slack.fail("auth.test", rate_limited(1))
    assert (await told(door, "T0FAKE"))["text"] == UNSURE
    assert await told(door, "T0FAKE") == {}


async def test_a_press_is_refused_as_a_failure_until_it_is_known_whose_the_bot_is(door: Door) -> None:
    """Slack says so to whoever pressed, and tells of an event again."""
    door.slack.fail("auth.test", rate_limited(1))
    body = door.pressed("usagebot.ack", "A1", "C0ANY", "1.0")
    assert (await door.post(body, door.signed(body)))[0] == 503
    assert "There is no alert A1 here." in await door.press("usagebot.ack", "A1", "C0ANY", "1.0")


async def test_a_command_is_acknowledged_in_time_though_slack_hangs(slack: FakeSlack) -> None:
    assert timedelta(seconds=3) > PATIENCE
    slack.fail("auth.test", hangs())
    request = AsyncBoltRequest(body="command=/usage&team_id=T0FAKE")
    doorkeeper = Doorkeeper(slack.client(), patience=timedelta(milliseconds=50))
    answer = await doorkeeper(request.context, request.body, never)
    assert answer is not None
    assert UNSURE in str(answer.body)


async def never() -> None:
    raise AssertionError("somebody was let in")


def admits(body: dict[str, Any], at: Home = Home("T0FAKE")) -> bool:  # noqa: B008 - frozen
    """As Bolt reads a payload."""
    return at.admits(AsyncBoltRequest(body=json.dumps(body)).context, body)


@pytest.mark.parametrize(
    "body",
    [
        {"command": "/usage", "team_id": "T0FAKE", "user_id": "U1"},
        BUTTON | {"user": {"id": "U1", "team_id": "T0FAKE"}},
        BUTTON | {"user": {"id": "U1"}},
        MENTION | {"event": {"type": "app_mention", "user": "U1", "team": "T0FAKE"}},
        MENTION | {"is_ext_shared_channel": True, "event": {"type": "app_mention", "user": "U1", "team": "T0FAKE"}},
    ],
)
def test_people_of_its_own_workspace_are_let_in(body: dict[str, Any]) -> None:
    assert admits(body)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"command": "/usage", "user_id": "U1"},
        {"command": "/usage", "team_id": "T0OTHER", "user_id": "U1"},
        {"command": "/usage", "team_id": "t0fake", "user_id": "U1"},
        BUTTON | {"user": {"id": "U1", "team_id": "T0OTHER"}},
        {"type": "block_actions", "team": {"id": "T0OTHER"}, "user": {"id": "U1", "team_id": "T0FAKE"}},
        MENTION | {"is_ext_shared_channel": True, "event": {"type": "app_mention", "user_team": "T0OTHER"}},
        MENTION | {"is_ext_shared_channel": True, "event": {"type": "app_mention", "user_team": "E0OTHER"}},
        MENTION | {"is_ext_shared_channel": True, "event": {"type": "message", "user": "U1"}},
    ],
)
def test_people_of_elsewhere_and_of_nowhere_are_not(body: dict[str, Any]) -> None:
    assert not admits(body)


def test_an_app_of_a_whole_organisation_answers_that_organisation_alone() -> None:
    command = {"command": "/usage", "team_id": "T0ANY", "user_id": "U1"}
    assert admits(command | {"enterprise_id": "E0FAKE"}, ORGANISATION)
    assert not admits(command | {"enterprise_id": "E0OTHER"}, ORGANISATION)
    assert not admits(command, ORGANISATION)
