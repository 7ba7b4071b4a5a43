"""`/usage`, from the signed request to the answer at the `response_url`."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from slack_sdk.webhook import WebhookResponse
from structlog.testing import capture_logs

from bot.service.queries.replies import NoScope, Reply
from bot.slack import turns
from bot.slack.answering import Answering
from bot.slack.app import build_app
from bot.slack.drawing import Drawing
from bot.slack.membership import Membership, Scopes
from bot.slack.permissions import Permission
from bot.slack.responding import Answers
from bot.slack.scopes import ChannelNames
from bot.slack.turns import Turns
from bot.slack.usage import UsageCommand
from tests.fakes.slack import TOKEN, FakeSlack
from tests.fakes.slack_limits import refusal
from tests.fakes.slack_view import live_markup, seen
from tests.slack.door import Door, opened_door, until
from tests.slack.world import MB, World, at, configuration, monthly


@pytest.fixture
async def door(world: World, slack: FakeSlack) -> AsyncIterator[Door]:
    await world.fill(1, at("2026-10-31T22:00"), in_bytes=60 * MB)
    await world.fill(4, at("2026-10-31T22:00"), in_bytes=60 * MB)
    async with opened_door(world, slack) as door:
        yield door


@pytest.mark.parametrize("text", ["", "site cape-town", "top", "quota", "alerts", "status", "nonsense", "site cape"])
async def test_a_question_is_answered_for_the_one_who_asked_alone(door: Door, text: str) -> None:
    response = await door.ask(text)
    assert response["response_type"] == "ephemeral"
    assert refusal(response) is None


async def test_no_words_ask_for_help_which_can_be_shown_to_everybody(door: Door) -> None:
    foot = (await door.ask(""))["blocks"][-1]["elements"]
    assert [(one["action_id"], one["value"]) for one in foot] == [("usagebot.share", "help")]


async def test_an_answer_is_for_everybody_where_that_was_asked_for(door: Door) -> None:
    assert (await door.ask("site cape-town public"))["response_type"] == "in_channel"


async def test_mistakes_are_nobody_elses_business(door: Door) -> None:
    assert (await door.ask("nonsense public"))["response_type"] == "ephemeral"
    assert (await door.ask("site nowhere public"))["response_type"] == "ephemeral"
    for asked in ("compare nowhere cape-town", "rule nothing", "why A99", "whynot cape-town 2026-11-27 14:00"):
        assert (await door.ask(f"{asked} public"))["response_type"] == "ephemeral"


async def test_the_answer_has_the_numbers_and_their_freshness(door: Door) -> None:
    said = await door.said("site cape-town")
    assert said.startswith("cape-town: 17.3 GB in the last 24 hours\n")
    assert said.endswith("Data until Thu 26 Nov 14:00 SAST (5 minutes ago), 1 of 1 site.\n[Show in channel]")


@pytest.mark.parametrize(
    "text",
    [
        "<!channel>",
        "site <!here>",
        "site <https://evil.example|click>",
        "quota <@U0BOSS> &amp; &lt;!channel&gt;",
        "top *bold*",
        "\x00\x1b[31m\u202e",
        "<!channel>" * 1000,
        'site "',
    ],
)
async def test_hostile_text_is_answered_and_has_no_power(door: Door, text: str) -> None:
    response = await door.ask(text)
    assert live_markup(response) == []
    assert refusal(response) is None


async def test_hostile_names_have_no_power(door: Door) -> None:
    site = door.world.fleet.sites[0]
    renamed = type(site)(site.key, site.workspace, site.id, "<!channel> *x*", site.timezone)
    door.world.fleet = type(door.world.fleet)((renamed,), door.world.fleet.configuration)
    response = await door.ask("quota")
    assert live_markup(response) == []
    assert "<!channel> *x*" in seen(response)


async def test_a_customers_channel_sees_his_workspace_alone(door: Door) -> None:
    door.world.configure(configuration(monthly(), channels={"acme": ("#acme-network",), "globex": ("C0GLOBEX",)}))
    assert "acme" not in await door.said("", "C0GLOBEX")
    assert "no site cape-town here" in await door.said("site cape-town", "C0GLOBEX")
    assert "george" not in await door.said("quota", "C1", "acme-network")
    assert "george" in await door.said("quota", "C2", "noc")


async def test_a_private_channel_is_known_by_the_name_that_slack_gives(door: Door) -> None:
    channel = door.slack.add_channel("acme-network", is_private=True)
    door.world.configure(configuration(monthly(), channels={"acme": ("#acme-network",)}))
    said = await door.said("quota", channel.id, "privategroup")
    assert "cape-town" in said
    assert "george" not in said


async def test_a_channel_that_nobody_bound_is_told_how_to_be(door: Door) -> None:
    door.world.configure(configuration(monthly(), channels={"acme": ("C0ACME",)}))
    said = await door.said("site cape-town public", "C0NEW", "new-customer")
    assert "Usage is not shown in this channel." in said
    assert "C0NEW" in said
    assert "cape-town" not in said


async def test_what_goes_wrong_is_logged_under_an_id_and_people_hear_the_id_alone(door: Door) -> None:
    await door.world.history.close()
    door.world.fleet = None  # type: ignore[assignment] # the worst that can happen
    with capture_logs() as logs:
        said = await door.said("site cape-town")
    assert "1a2b3c4d" in said
    assert "Error" not in said
    assert "Traceback" not in said
    (failed,) = [line for line in logs if line["event"] == "usage_failed"]
    assert (failed["error_id"], failed["log_level"]) == ("1a2b3c4d", "error")
    assert "response" not in str(failed)


async def test_the_command_is_acknowledged_before_anything_is_asked(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def slow(*_: object) -> Reply:
        begun.set()
        await go_on.wait()
        return NoScope()

    monkeypatch.setattr(door.world.questions, "ask", slow)
    body = door.command("status")
    assert await door.post(body, door.signed(body)) == (200, "")
    await until(begun)
    assert door.slack.responses == []
    go_on.set()
    await door.app.close()
    assert len(door.slack.responses) == 1


async def test_an_answer_that_cannot_be_delivered_is_logged(door: Door) -> None:
    body = door.command("status").replace("response%2F1", "nowhere")
    with capture_logs() as logs:
        assert (await door.post(body, door.signed(body)))[0] == 200
        await door.app.close()
    (line,) = [line for line in logs if line["event"] == "usage_not_delivered"]
    assert line["status"] == 404
    assert "nowhere" not in str(line)


class Recorder:
    """A command given without HTTP: what it acknowledged and answered, in order."""

    def __init__(self) -> None:
        self.events: list[str] = []

    async def ack(self) -> None:
        self.events.append("ack")

    async def respond(self, *, text: str, blocks: list[dict[str, Any]], **_: object) -> WebhookResponse:
        self.events.append(seen({"text": text, "blocks": blocks}))
        return WebhookResponse(url="", status_code=200, body="ok", headers={})


@pytest.fixture
async def command(world: World, slack: FakeSlack) -> UsageCommand:
    return command_of(world, slack, Turns(lambda: "1a2b3c4d", timedelta()))


def command_of(world: World, slack: FakeSlack, turns: Turns) -> UsageCommand:
    client, clock = slack.client(), lambda: world.now
    names = ChannelNames(client, clock)
    scopes = Scopes(names, Membership(client, names, clock))
    return UsageCommand(
        Answering(world.questions, world.actions, scopes, Permission(client, clock)), turns, Answers(Drawing())
    )


async def test_a_question_that_takes_too_long_is_given_up(command: UsageCommand) -> None:
    recorder = Recorder()
    await command(recorder.ack, recorder.respond, {"text": "status", "channel_id": "C1"})
    assert recorder.events[0] == "ack"
    assert recorder.events[1].startswith("That took too long.")


async def test_questions_beyond_what_can_wait_are_acknowledged_and_put_off(
    command: UsageCommand, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turns, "MOST_WAITING", 0)
    recorder = Recorder()
    await command(recorder.ack, recorder.respond, {"text": "status"})
    assert recorder.events[1].startswith("Many questions are waiting just now.")


async def test_no_more_are_asked_at_once_than_there_are_slots(
    world: World, slack: FakeSlack, monkeypatch: pytest.MonkeyPatch
) -> None:
    running, most, full = 0, 0, asyncio.Event()

    async def count(*_: object) -> Reply:
        nonlocal running, most
        running += 1
        most = max(most, running)
        if running == turns.AT_ONCE:
            full.set()
        await full.wait()
        running -= 1
        return NoScope()

    monkeypatch.setattr(world.questions, "ask", count)
    many = command_of(world, slack, Turns(str))
    recorder = Recorder()
    await asyncio.gather(*(many(recorder.ack, recorder.respond, {"text": "status"}) for _ in range(20)))
    assert most == turns.AT_ONCE
    assert len(recorder.events) == 40


async def test_building_the_app_calls_nobody_and_says_nothing_of_the_environment(
    world: World, slack: FakeSlack, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-other")
    with caplog.at_level(logging.INFO):
        app = build_app(TOKEN, slack.base_url, world.questions, world.actions, lambda: world.now)
    assert app.bolt.client.token == TOKEN
    assert slack.calls == []
    assert not [record for record in caplog.records if "SLACK_BOT_TOKEN" in record.getMessage()]
