"""How answers come to Slack: by pages, with its own tables where it takes them, words first and then the picture."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web
from structlog.testing import capture_logs

from bot.notify.buttons import Press
from bot.slack.drawing import question_of
from tests.fakes.easel import Easel
from tests.fakes.slack import FakeSlack
from tests.fakes.slack_faults import refuses
from tests.fakes.slack_view import seen
from tests.slack.door import Door, opened_door
from tests.slack.world import MB, NOC, World, at


@pytest.fixture
async def easel() -> Easel:
    return Easel()


@pytest.fixture
async def door(world: World, slack: FakeSlack, easel: Easel) -> AsyncIterator[Door]:
    for key in (1, 2, 4):
        await world.fill(key, at("2026-11-20T22:00"), in_bytes=60 * MB)
    async with opened_door(world, slack, pictures=easel) as door:
        yield door


def kinds(response: dict[str, Any]) -> set[str]:
    return {block["type"] for block in response["blocks"]}


async def asked(door: Door, text: str) -> list[dict[str, Any]]:
    """What came to the `response_url`, in order."""
    before = len(door.slack.responses)
    body = door.command(text)
    assert await door.post(body, door.signed(body)) == (200, "")
    await door.app.close()
    return door.slack.responses[before:]


async def pressed(door: Door, press: Press, words: str, *, is_ephemeral: bool = True) -> list[dict[str, Any]]:
    before = len(door.slack.responses)
    container = {"message_ts": "9.9", "channel_id": NOC, "is_ephemeral": is_ephemeral}
    body = door.pressed(press, words, NOC, "9.9", container=container, is_button=True)
    assert await door.post(body, door.signed(body)) == (200, "")
    await door.app.close()
    return door.slack.responses[before:]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("quota", "quota"),
        ("quota public", "quota"),
        ("quota page 3", "quota"),
        ("quota page 3 public", "quota"),
        ("site page 3", "site"),
        ("public", ""),
        ('site "depot public"', 'site "depot public"'),
        ("site public-depot", "site public-depot"),
    ],
)
def test_the_words_of_an_answer_ask_for_it_again(text: str, words: str) -> None:
    assert question_of(text) == words


async def test_words_come_at_once_and_the_picture_in_their_place(door: Door) -> None:
    first, second = await asked(door, "site cape-town")
    assert "image" not in kinds(first)
    assert "image" in kinds(second)
    assert ("replace_original" in first, second["replace_original"]) == (False, True)
    assert seen(second).startswith(seen(first).splitlines()[0])


async def test_without_a_picture_there_are_the_words_alone(door: Door, easel: Easel) -> None:
    easel.picture = None
    assert len(await asked(door, "site cape-town")) == 1
    assert len(await asked(door, "site nowhere")) == 1


async def test_the_next_page_takes_the_place_of_the_one_that_was_pressed(door: Door) -> None:
    first, second = await pressed(door, Press.ASK, "site cape-town")
    assert (first["replace_original"], second["replace_original"]) == (True, True)
    (beyond,) = await pressed(door, Press.BACK, "site cape-town page 9")
    assert "There is no page 9 of this answer" in seen(beyond)


async def test_what_the_channel_is_shown_has_its_picture_at_once_and_replaces_nothing(door: Door) -> None:
    """The message that was pressed may be an alert's: nothing but an answer of one's own is ever replaced."""
    (shown,) = await pressed(door, Press.SHARE, "site cape-town")
    assert (shown["response_type"], shown["replace_original"]) == ("in_channel", False)
    assert "image" in kinds(shown)
    assert "Show in channel" not in seen(shown)
    (plain,) = await pressed(door, Press.ASK, "site cape-town", is_ephemeral=False)
    assert plain["replace_original"] is False


async def test_a_mention_is_answered_and_its_picture_edited_in(door: Door) -> None:
    channel = door.slack.add_channel("noc")
    event = {"type": "app_mention", "user": "U1", "text": "<@U0BOT> site cape-town", "channel": channel.id}
    ts = door.slack.post("noc")["ts"]
    told = {"type": "event_callback", "team_id": "T0FAKE", "event_id": "Ev1", "event": {**event, "ts": ts}}
    body = json.dumps({**told, "authorizations": [{"team_id": "T0FAKE"}]})
    assert await door.post(body, {**door.signed(body), "Content-Type": "application/json"}) == (200, "")
    await door.app.close()
    (answer,) = door.slack.thread("noc", ts)
    assert "image" in kinds(answer)
    assert len(door.slack.called("chat.update")) == 1


class Picky(FakeSlack):
    """A workspace without native tables."""

    async def _respond(self, request: web.Request) -> web.Response:
        if "data_table" in str(await request.json()):
            return web.Response(status=400, text="invalid_blocks")
        return await super()._respond(request)


async def test_tables_that_slack_refuses_are_lists_from_then_on(world: World) -> None:
    await world.fill(1, at("2026-11-20T22:00"), in_bytes=60 * MB)
    async with Picky() as slack, opened_door(world, slack) as door:
        with capture_logs() as logs:
            assert "data_table" not in kinds((await asked(door, "quota"))[0])
            await asked(door, "quota")
        assert [line["event"] for line in logs].count("slack_tables_refused") == 1


async def test_where_slack_takes_tables_they_are_used(door: Door) -> None:
    assert "data_table" in kinds((await asked(door, "quota"))[0])


async def test_a_picture_that_cannot_be_taken_to_slack_costs_nothing_else(door: Door) -> None:
    door.slack.fail("files.getUploadURLExternal", refuses("missing_scope"))
    with capture_logs() as logs:
        assert len(await asked(door, "site cape-town")) == 1
    assert "usage_picture_failed" in {line["event"] for line in logs}
