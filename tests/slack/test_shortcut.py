"""The shortcut "Silence this alert" on a message: which message is meant, and what may be seen of it."""

from __future__ import annotations

from typing import Any

from bot.notify.blocks import metadata
from bot.slack.listening import SHORTCUT
from tests.fakes.slack_view import seen
from tests.slack.door import Door
from tests.slack.windows import filled, sent, told, window
from tests.slack.world import BOUND, NOC


async def shortcut(door: Door, message: dict[str, Any], channel: str = NOC) -> dict[str, Any]:
    where = {"channel": {"id": channel, "name": "privategroup"}, "message_ts": message["ts"], "message": message}
    body = door.interaction({"type": "message_action", "callback_id": SHORTCUT, **where})
    assert await door.post(body, door.signed(body)) == (200, "")
    await door.app.close()
    return window(door)[1]


async def posted(door: Door, *ids: int) -> tuple[str, dict[str, Any]]:
    """A message of ours as Slack keeps it, in a channel of its own."""
    channel = door.slack.add_channel("noc")
    message = door.slack.post("noc", bot="B0USAGEBOT")
    group = await told(door, *ids, channel=channel.id, ts=message["ts"])
    message["metadata"] = metadata(1, group.id)
    return channel.id, message


async def test_a_message_of_ours_is_silenced_by_its_shortcut(door: Door) -> None:
    channel, message = await posted(door, 1)
    told_by_slack = {key: message[key] for key in ("ts", "text")}
    assert filled(await shortcut(door, told_by_slack, channel))["site"] == "cape-town"
    await sent(door)
    assert len(await door.silences()) == 1


async def test_a_reply_in_its_thread_stands_for_the_message(door: Door) -> None:
    door.world.configure(BOUND)
    channel, message = await posted(door, 1, 2)
    reply = door.slack.post("noc", bot="B0USAGEBOT", thread_ts=message["ts"], metadata=message["metadata"])
    told_by_slack = {"ts": reply["ts"], "thread_ts": message["ts"]}
    assert "2 alerts of lte" in seen(await shortcut(door, told_by_slack, channel))


async def test_any_other_message_is_said_to_be_none(door: Door) -> None:
    channel, _ = await posted(door, 1)
    other = door.slack.post("noc", text="A1 is on fire")
    for message in (other, {"ts": "9.9"}, {"ts": ""}):
        view = await shortcut(door, message, channel)
        assert seen(view).startswith("That is none of the bot's alert messages.")


async def test_a_message_that_only_looks_like_ours_shows_nothing(door: Door) -> None:
    """Another app may write metadata like ours: it counts where the group's message really stands."""
    door.world.configure(BOUND)
    group = await told(door, 1)
    forged = {"ts": "5.5", "metadata": metadata(1, group.id)}
    assert "not known any more" in seen(await shortcut(door, forged, "C0OTHER"))
    for wrong in (
        {"event_type": "other"},
        {"event_type": metadata(1, 1)["event_type"], "event_payload": {"group": "1"}},
    ):
        assert "none of the bot's" in seen(await shortcut(door, {"ts": "5.5", "metadata": wrong}, "C0OTHER"))
