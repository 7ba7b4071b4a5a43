"""Orders behind `/usage`, from the signed request to the answer at the `response_url`."""

from __future__ import annotations

import asyncio
from urllib.parse import urlencode

import pytest
from structlog.testing import capture_logs

from bot.slack.usage import asker_of
from tests.fakes.slack_limits import refusal
from tests.fakes.slack_view import live_markup, seen
from tests.slack.door import Door
from tests.slack.world import configuration, monthly


async def test_an_order_is_carried_out_and_answered_for_the_one_who_gave_it(door: Door) -> None:
    response = await door.ask("ack A1 I am on it")
    assert response["response_type"] == "ephemeral"
    assert seen(response).startswith("Acknowledged: A1, cape-town")
    (entry,) = await door.audited()
    assert (entry.actor, entry.via, entry.subject) == ("U0PERSON (U0PERSON)", "slack", "A1")


async def test_an_answer_is_for_everybody_where_that_was_asked_for_and_something_was_done(door: Door) -> None:
    assert (await door.ask("silence A1 4h public"))["response_type"] == "in_channel"
    assert (await door.ask("silence nowhere 4h public"))["response_type"] == "ephemeral"
    assert (await door.ask("ack A99 public"))["response_type"] == "ephemeral"


async def test_a_command_that_comes_twice_does_no_more_than_once(door: Door) -> None:
    for text in ("ack A1", "silence A2 4h works", "unsilence S1"):
        first, second = await door.said(text), await door.said(text)
        assert first != second
    assert [entry.action for entry in await door.audited()] == ["acknowledged", "silenced", "unsilenced"]
    assert door.world.acts == 3


async def test_two_that_come_at_once_are_one(door: Door) -> None:
    bodies = [door.command("silence A1 4h") for _ in range(4)]
    await asyncio.gather(*(door.post(body, door.signed(body)) for body in bodies))
    await door.app.close()
    assert [entry.action for entry in await door.audited()] == ["silenced"]


async def test_a_customers_channel_acts_on_his_workspace_alone(door: Door) -> None:
    door.world.configure(configuration(monthly(), channels={"acme": ("#acme-network",)}))
    assert "There is no alert A3 here." in await door.said("ack A3", "C1", "acme-network")
    assert "S1: quiet" in await door.said("silence rule=lte 4h", "C1", "acme-network")
    assert "acknowledged" not in await door.said("alerts", "C2", "noc")
    assert "george" not in await door.said("unsilence S1", "C1", "acme-network")
    said = await door.said("ack A1", "C0NEW", "new-customer")
    assert "Usage is not shown in this channel." in said
    assert [entry.action for entry in await door.audited()] == ["silenced", "unsilenced"]


HOSTILE = (
    "ack A1 <!channel> *now*",
    "ack A1 <https://evil.example|click>",
    "silence A1 4h <@U0BOSS> &lt;!here&gt; \x1b[31m\u202e",
    'silence "<!channel>" 4h',
    "silence rule=<!channel> 4h",
    "silence site=<!here> 4h",
    "silence tag.<!here>=<!channel> 4h",
    "silence <!channel>=x 4h",
    "silence A1 until <!channel>",
    "unsilence <!channel>",
    "ack <!channel>",
    "silence A1 4h " + "<!channel>" * 90,
    "silence A1 4h {0} {} %s \\",
    "silence site={0} 4h",
)


async def test_hostile_text_is_answered_and_has_no_power(door: Door) -> None:
    for asked in (*HOSTILE, "silences", "alerts"):
        response = await door.ask(asked)
        assert live_markup(response) == []
        assert refusal(response) is None
        assert "Sorry" not in seen(response)


async def test_whoever_has_a_hostile_name_takes_an_alert_and_nothing_else(door: Door) -> None:
    body = door.command("ack A1").replace("user_id", urlencode({"user_name": "<!channel>\n*x*"}) + "&user_id")
    assert await door.post(body, door.signed(body)) == (200, "")
    await door.app.close()
    (response,) = door.slack.responses
    assert live_markup(response) == []
    assert "acknowledged by <!channel> *x*" in await door.said("alerts")
    (entry,) = await door.audited()
    assert entry.actor == "<!channel> *x* (U0PERSON)"


def test_a_person_is_known_by_what_slack_says() -> None:
    assert asker_of({"user_name": "thandi", "user_id": "U1"}).by.signed == "thandi (U1)"
    assert asker_of({"user_id": "U1"}).by.name == "U1"
    assert asker_of({}).by.signed == "somebody"
    assert len(asker_of({"user_name": "x" * 1000}).by.name) == 80


async def test_an_order_that_takes_too_long_is_carried_out_and_said_to_be_uncertain(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(door.app.turns, "_patience", 0)
    with capture_logs() as logs:
        said = await door.said("silence A1 4h")
    assert "It may have been done: look, or do it again, which does no harm." in said
    assert [line["event"] for line in logs if line["event"].startswith("usage")] == ["usage_too_slow"]
    assert len(await door.audited()) == 1


async def test_an_order_that_fails_says_under_which_id_and_not_that_it_was_a_question(door: Door) -> None:
    await door.world.history.close()
    door.world.fleet = None  # type: ignore[assignment] # the worst that can happen
    said = await door.said("ack A1")
    assert "1a2b3c4d" in said
    assert "question" not in said
