"""`@usagebot …` and direct messages, from the signed event to what was posted."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from structlog.testing import capture_logs

from bot.domain.times import Slot
from bot.slack.mentions import REMEMBER, words_in
from tests.fakes.easel import Easel
from tests.fakes.slack import FakeSlack
from tests.fakes.slack_faults import rate_limited, refuses
from tests.fakes.slack_limits import refusal
from tests.fakes.slack_view import live_markup, seen
from tests.slack.door import Door, opened_door
from tests.slack.world import MB, World, at, configuration, monthly

ME = "<@U0USAGEBOT>"
_EVENTS = count()


@pytest.fixture
async def door(world: World, slack: FakeSlack) -> AsyncIterator[Door]:
    """A1 is acme's, A2 is globex's."""
    for key, workspace in ((1, "acme"), (4, "globex")):
        await world.alert(key, workspace)
    for name in ("noc", "acme-network"):
        slack.add_channel(name, is_private=True)
    slack.names["U0PERSON"] = "thandi"
    async with opened_door(world, slack) as door:
        yield door


class Talk:
    """Somebody in a channel."""

    def __init__(self, door: Door, channel: str = "noc") -> None:
        self.door = door
        self.channel = door.slack.channel(channel)

    async def say(self, text: str, *, ts: str = "", event_id: str = "", **more: Any) -> None:
        event = {"type": "app_mention", "user": "U0PERSON", "text": text, "channel": self.channel.id}
        event |= {"ts": ts or self.door.slack.post(self.channel.id)["ts"], **more}
        told = {"type": "event_callback", "team_id": "T0FAKE", "event_id": event_id or f"Ev{next(_EVENTS)}"}
        body = json.dumps({**told, "authorizations": [{"team_id": "T0FAKE"}], "event": event})
        headers = {**self.door.signed(body), "Content-Type": "application/json"}
        assert await self.door.post(body, headers) == (200, "")
        await self.door.app.close()

    def answers(self) -> list[dict[str, Any]]:
        found = [one for one in self.channel.messages if one["bot_id"] != "B0STRANGER"]
        for one in found:
            assert refusal(one) is None
            assert live_markup(one) == []
        return found


async def test_a_mention_is_answered_in_its_thread_for_all_to_see(door: Door) -> None:
    talk = Talk(door)
    await talk.say(f"{ME} alerts")
    (answer,) = talk.answers()
    assert seen(answer).startswith("2 open alerts")
    assert answer["thread_ts"] == talk.channel.messages[0]["ts"]
    assert "Show in channel" not in seen(answer)


async def test_in_a_thread_the_answer_joins_it(door: Door) -> None:
    talk = Talk(door)
    root = door.slack.post("noc")["ts"]
    await talk.say(f"{ME} status", thread_ts=root)
    assert [one["thread_ts"] for one in talk.answers()] == [root]


async def test_a_mistake_is_shown_to_whoever_made_it_alone(door: Door) -> None:
    talk = Talk(door)
    for text in ("site nowhere", "nonsense", "ack A99"):
        await talk.say(f"{ME} {text}")
    assert talk.answers() == []
    assert [one["user"] for one in door.slack.ephemerals] == ["U0PERSON"] * 3


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (f"{ME} site cape-town", "site cape-town"),
        (f"hey {ME} alerts", "alerts"),
        (f"thanks {ME}", "thanks"),
        (f"{ME}", ""),
        (f"{ME} usage quota", "quota"),
        (f"{ME}: /usage quota", "quota"),
        (f"{ME} /usage top 3", "top 3"),
        (f"{ME} site <http://cape.town|cape.town> 7d", "site cape.town 7d"),
        (f"{ME} site <http://cape.town>", "site http://cape.town"),
        (f"{ME} site A &amp; B &lt;x&gt;", "site A & B <x>"),
        ("site usage-depot", "site usage-depot"),
        ("usage-depot", "usage-depot"),
        ("", ""),
    ],
)
def test_words_are_what_was_typed(text: str, words: str) -> None:
    assert words_in(text) == words


async def test_an_event_that_slack_tells_twice_is_answered_once(door: Door) -> None:
    talk = Talk(door)
    for _ in range(2):
        await talk.say(f"{ME} status", event_id="EvSAME")
    assert len(talk.answers()) == 1
    door.world.now += REMEMBER + timedelta(seconds=1)
    await talk.say(f"{ME} status", event_id="EvSAME")
    assert len(talk.answers()) == 2


NOT_FOR_US: tuple[dict[str, Any], ...] = (
    {"bot_id": "B1"},
    {"subtype": "bot_message"},
    {"edited": {"user": "U0PERSON", "ts": "1.1"}},
    {"user": None},
    {"type": "message"},
    {"type": "message", "channel_type": "channel"},
    {"type": "message", "channel_type": "im", "subtype": "message_changed"},
    {"type": "message", "channel_type": "im", "bot_id": "B1"},
)


async def test_bots_edits_and_what_is_not_for_the_bot_are_left_alone(door: Door) -> None:
    talk = Talk(door)
    for more in NOT_FOR_US:
        await talk.say(f"{ME} status", **more)
        assert (talk.answers(), door.slack.ephemerals) == ([], []), more


async def test_a_direct_message_is_answered_likewise(door: Door) -> None:
    talk = Talk(door)
    for text in ("alerts", "nonsense"):
        await talk.say(text, type="message", channel_type="im")
    first, second = talk.answers()
    assert seen(first).startswith("2 open alerts")
    assert "There is no command nonsense." in seen(second)
    assert "thread_ts" not in first


async def test_an_order_is_done_under_the_persons_name(door: Door) -> None:
    talk = Talk(door)
    await talk.say(f"{ME} ack A1 on it")
    (answer,) = talk.answers()
    assert seen(answer).startswith("Acknowledged: A1")
    async with door.world.history.reading() as tx:
        (entry,) = await tx.audit.since(Slot(0), 10)
    assert entry.actor == "thandi (U0PERSON)"
    door.slack.names.clear()
    await talk.say(f"{ME} silence A1 4h")
    async with door.world.history.reading() as tx:
        entry = (await tx.audit.since(Slot(0), 10))[0]
    assert entry.actor == "U0PERSON (U0PERSON)"


async def test_a_customers_channel_sees_and_does_what_is_his(door: Door) -> None:
    door.world.configure(configuration(monthly(), channels={"acme": ("#acme-network",)}))
    acme = Talk(door, "acme-network")
    for text in ("", "alerts", "quota", "top", "site george", "ack A2", "silence A2 4h", "status", "silences"):
        await acme.say(f"{ME} {text}")
    everything = [*acme.answers(), *door.slack.ephemerals]
    assert len(everything) == 9
    for one in everything:
        assert "globex" not in seen(one)
        assert "george" not in seen(one).replace("no site george", "")
    assert door.world.acts == 0
    # Where nobody bound the channel, and in direct messages, nothing is shown.
    other = door.slack.add_channel("lunch")
    lunch = Talk(door, "lunch")
    await lunch.say(f"{ME} alerts")
    assert "Usage is not shown in this channel." in seen(door.slack.ephemerals[-1])
    assert lunch.answers() == []
    await lunch.say("alerts", type="message", channel_type="im")
    assert "Usage is not shown" in seen(lunch.answers()[0])
    assert other.messages


async def test_hostile_text_has_no_power(door: Door) -> None:
    for text in ("<!channel>", "site <!here|here>", "*bold* <@U0BOSS>", "site " + "x" * 3000, '"'):
        await Talk(door).say(f"{ME} {text}")
        assert live_markup(door.slack.ephemerals[-1]) == []
    assert len(door.slack.ephemerals) == 5


async def test_an_answer_that_slack_does_not_take_is_logged(door: Door) -> None:
    talk = Talk(door)
    door.slack.fail("chat.postMessage", rate_limited(30))
    with capture_logs() as logs:
        await talk.say(f"{ME} status")
    assert [line["why"] for line in logs if line["event"] == "usage_not_delivered"] == ["ratelimited"]


async def test_tables_that_slack_refuses_are_drawn_as_lists_from_then_on(door: Door) -> None:
    talk = Talk(door)
    door.slack.fail("chat.postMessage", refuses("invalid_blocks"))
    await talk.say(f"{ME} status")
    for one in talk.answers():
        assert "data_table" not in {block["type"] for block in one["blocks"]}


async def test_the_chart_of_an_answer_is_added_to_it_when_slack_has_it(world: World, slack: FakeSlack) -> None:
    await world.fill(1, at("2026-10-31T22:00"), in_bytes=60 * MB)
    slack.add_channel("noc")
    async with opened_door(world, slack, pictures=Easel()) as door:
        talk = Talk(door)
        await talk.say(f"{ME} site cape-town")
        assert "(image" not in seen(slack.called("chat.postMessage")[0])
        (answer,) = talk.answers()
        assert "(image: A chart of 3 sites)" in seen(answer)


async def test_a_chart_that_slack_refuses_leaves_the_words(world: World, slack: FakeSlack) -> None:
    await world.fill(1, at("2026-10-31T22:00"), in_bytes=60 * MB)
    slack.add_channel("noc")
    slack.fail("chat.update", refuses("invalid_blocks"))
    async with opened_door(world, slack, pictures=Easel()) as door:
        talk = Talk(door)
        with capture_logs() as logs:
            await talk.say(f"{ME} site cape-town")
        assert [line["why"] for line in logs if line["event"] == "usage_picture_failed"] == ["invalid_blocks"]
        assert seen(talk.answers()[0]).startswith("cape-town: ")
