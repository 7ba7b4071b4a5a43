"""A crash or a time-out between posting and writing it down: one visible message all the same."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.alerts.model import Change
from bot.notify.slack import SlackNotifier
from bot.rules.model import Endpoint, Medium
from bot.service.ports import Delivered, TryAgain
from bot.service.views import Notification
from tests.fakes.slack import FakeSlack
from tests.fakes.slack_faults import Fault, drops, hangs, rate_limited, refuses, server_error
from tests.notify.builders import NOW, news, quota, telling

FIRST = telling(news(quota()))


def once_more(notification: Notification) -> Notification:
    return replace(notification, attempted_before=NOW)


@pytest.mark.parametrize("fault", [drops(takes_effect=True), server_error(), drops()])
async def test_a_first_message_appears_once_whatever_became_of_the_first_attempt(
    slack: FakeSlack, notifier: SlackNotifier, fault: Fault
) -> None:
    slack.fail("chat.postMessage", fault)
    assert isinstance(await notifier.deliver(FIRST), TryAgain)
    outcome = await notifier.deliver(once_more(FIRST))
    (message,) = slack.messages("noc")
    assert isinstance(outcome, Delivered)
    assert json.loads(outcome.ref or "")["ts"] == message["ts"]


async def test_a_post_that_took_effect_but_timed_out_is_adopted(slack: FakeSlack) -> None:
    slack.fail("chat.postMessage", hangs(takes_effect=True))
    hasty = SlackNotifier(slack.client(timeout=0.05))
    assert await hasty.deliver(FIRST) == TryAgain("Slack cannot be reached (TimeoutError)")
    assert isinstance(await SlackNotifier(slack.client()).deliver(once_more(FIRST)), Delivered)
    assert len(slack.messages("noc")) == 1


async def test_an_adopted_message_is_brought_up_to_date(slack: FakeSlack, notifier: SlackNotifier) -> None:
    await notifier.deliver(FIRST)
    later = replace(once_more(FIRST), alerts=(quota(percent=100),))
    await notifier.deliver(later)
    assert slack.visible("noc")[0].startswith("Cape Town has used 100 %")


async def test_extra_copies_are_deleted_and_the_first_stays(slack: FakeSlack, notifier: SlackNotifier) -> None:
    await notifier.deliver(FIRST)
    await notifier.deliver(FIRST)
    first, _ = slack.messages("noc")
    outcome = await notifier.deliver(once_more(FIRST))
    assert slack.messages("noc") == [first]
    assert isinstance(outcome, Delivered)
    assert first["ts"] in (outcome.ref or "")


async def test_a_copy_that_cannot_be_deleted_holds_nothing_up(slack: FakeSlack, notifier: SlackNotifier) -> None:
    await notifier.deliver(FIRST)
    await notifier.deliver(FIRST)
    slack.fail("chat.delete", refuses("cant_delete_message"))
    assert isinstance(await notifier.deliver(once_more(FIRST)), Delivered)


async def test_a_reply_that_was_posted_is_not_said_twice(slack: FakeSlack, notifier: SlackNotifier) -> None:
    opened = await notifier.deliver(FIRST)
    assert isinstance(opened, Delivered)
    worse = telling(news(quota(percent=100), Change.WORSENED), ref=opened.ref, id=13)
    slack.fail("chat.postMessage", drops(takes_effect=True))
    assert isinstance(await notifier.deliver(worse), TryAgain)
    assert await notifier.deliver(once_more(worse)) == opened
    assert len(slack.thread("noc")) == 1


async def test_a_reply_that_was_not_posted_is_posted(slack: FakeSlack, notifier: SlackNotifier) -> None:
    opened = await notifier.deliver(FIRST)
    assert isinstance(opened, Delivered)
    worse = telling(news(quota(percent=100), Change.WORSENED), ref=opened.ref, id=13)
    slack.fail("chat.postMessage", rate_limited(30))
    assert await notifier.deliver(worse) == TryAgain("Slack asks for fewer requests (429)", timedelta(seconds=30))
    await notifier.deliver(once_more(worse))
    assert len(slack.thread("noc")) == 1


async def test_a_replacement_of_a_deleted_message_is_posted_once(slack: FakeSlack, notifier: SlackNotifier) -> None:
    opened = await notifier.deliver(FIRST)
    assert isinstance(opened, Delivered)
    slack.delete("noc", json.loads(opened.ref or "")["ts"])
    worse = telling(news(quota(percent=100), Change.WORSENED), ref=opened.ref, id=13)
    slack.fail("chat.postMessage", drops(takes_effect=True))
    assert isinstance(await notifier.deliver(worse), TryAgain)
    assert isinstance(await notifier.deliver(once_more(worse)), Delivered)
    assert len(slack.messages("noc")) == 1


async def test_a_broadcast_reply_is_never_taken_for_the_message(slack: FakeSlack, notifier: SlackNotifier) -> None:
    opened = await notifier.deliver(FIRST)
    assert isinstance(opened, Delivered)
    worse = telling(news(quota(percent=100), Change.WORSENED), ref=opened.ref, id=13)
    await notifier.deliver(worse)
    ts = json.loads(opened.ref or "")["ts"]
    slack.delete("noc", ts)
    adopted = await notifier.deliver(once_more(worse))
    assert isinstance(adopted, Delivered)
    replies = {reply["ts"] for reply in slack.thread("noc", ts)}
    assert json.loads(adopted.ref or "")["ts"] not in replies


async def test_the_search_goes_through_all_pages_of_a_busy_channel() -> None:
    async with FakeSlack(page=10) as slack:
        for number in range(25):
            slack.add_channel(f"channel-{number}")
        slack.add_channel("noc")
        notifier = SlackNotifier(slack.client())
        await notifier.deliver(FIRST)
        for number in range(45):
            slack.post("noc", text=f"chatter {number}")
        await SlackNotifier(slack.client()).deliver(once_more(FIRST))
        assert len([one for one in slack.messages("noc") if "metadata" in one]) == 1


async def test_the_look_back_leaves_room_for_clocks_that_differ(slack: FakeSlack, notifier: SlackNotifier) -> None:
    slack.now = NOW - timedelta(hours=14)
    await notifier.deliver(FIRST)
    await notifier.deliver(once_more(FIRST))
    assert len(slack.messages("noc")) == 1


async def test_what_the_first_of_many_attempts_posted_is_found(slack: FakeSlack, notifier: SlackNotifier) -> None:
    await notifier.deliver(FIRST)
    await notifier.deliver(replace(FIRST, attempted_before=NOW + timedelta(hours=6)))
    assert len(slack.messages("noc")) == 1


async def test_another_apps_message_with_our_metadata_is_not_adopted(slack: FakeSlack, notifier: SlackNotifier) -> None:
    metadata = {"event_type": "usagebot_notification", "event_payload": {"notification": 12, "group": 5}}
    slack.post("noc", text="not ours", metadata=metadata)
    assert isinstance(await notifier.deliver(once_more(FIRST)), Delivered)
    assert len(slack.messages("noc")) == 2


async def test_without_the_right_to_search_it_is_told_rather_than_not(
    slack: FakeSlack, notifier: SlackNotifier
) -> None:
    slack.fail("conversations.history", refuses("missing_scope", needed="channels:history"))
    assert isinstance(await notifier.deliver(once_more(FIRST)), Delivered)
    assert len(slack.messages("noc")) == 1


async def test_a_search_that_fails_for_now_posts_nothing(slack: FakeSlack, notifier: SlackNotifier) -> None:
    slack.fail("conversations.history", server_error(503))
    assert await notifier.deliver(once_more(FIRST)) == TryAgain("Slack has a problem (503)")
    assert slack.messages("noc") == []


async def test_a_token_that_is_refused_for_a_moment_does_not_keep_a_message_from_being_found(
    slack: FakeSlack, notifier: SlackNotifier
) -> None:
    await notifier.deliver(FIRST)
    slack.fail("conversations.history", refuses("invalid_auth"))
    waits = await notifier.deliver(once_more(FIRST))
    assert isinstance(waits, TryAgain)
    assert waits.needs_operator
    await notifier.deliver(once_more(FIRST))
    assert len(slack.messages("noc")) == 1


async def test_private_channels_need_not_be_listable(slack: FakeSlack, notifier: SlackNotifier) -> None:
    slack.fail("conversations.list", refuses("missing_scope", needed="groups:read"))
    await notifier.deliver(FIRST)
    await SlackNotifier(slack.client()).deliver(once_more(FIRST))
    assert len(slack.messages("noc")) == 1


async def test_a_channel_by_id_is_not_looked_up(slack: FakeSlack, notifier: SlackNotifier) -> None:
    by_id = replace(FIRST, endpoint=Endpoint(Medium.SLACK, (slack.channel("noc").id,)))
    await notifier.deliver(by_id)
    await notifier.deliver(once_more(by_id))
    assert slack.called("conversations.list") == []
    assert len(slack.messages("noc")) == 1


async def test_a_channels_id_is_looked_up_once(slack: FakeSlack, notifier: SlackNotifier) -> None:
    await notifier.deliver(once_more(FIRST))
    await notifier.deliver(once_more(replace(FIRST, id=99, group=9)))
    assert len(slack.called("conversations.list")) == 1
