"""What people see in Slack as a group's message lives."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from bot.alerts.model import Change, Reason
from bot.notify.slack import SlackNotifier
from bot.rules.model import Endpoint, Medium
from bot.service.ports import Delivered, Outcome, Rejected
from bot.service.views import Notification
from tests.fakes.slack import FakeSlack
from tests.fakes.slack_faults import refuses
from tests.fakes.slack_view import seen
from tests.notify.builders import ended, fleet, news, quota, telling, threshold


async def first(notifier: SlackNotifier, notification: Notification | None = None) -> str:
    """The ref of a delivered first message."""
    return ref_of(await notifier.deliver(notification or telling(news(quota()))))


def ref_of(outcome: Outcome) -> str:
    assert isinstance(outcome, Delivered)
    assert outcome.ref is not None
    return outcome.ref


def worse(ref: str, number: int = 13) -> Notification:
    return telling(news(quota(percent=100), Change.WORSENED), ref=ref, id=number)


async def test_a_first_notification_is_one_message(slack: FakeSlack, notifier: SlackNotifier) -> None:
    ref = await first(notifier)
    (text,) = slack.visible("noc")
    *lines, pressable, footer = text.splitlines()
    assert pressable.startswith("[Acknowledge] [Silence for…: For 1 hour / For 4 hours /")
    assert pressable.endswith("[⋯ Why? / Show history / Raise the limit…]")
    assert [*lines, footer] == [
        "Cape Town has used 80 % of its 500 GB",
        "Firing, warning",
        "*Used* 402 GB of 500 GB (80.4 %)",
        "*Left* 98.0 GB",
        "*Billing period* 1 – 30 Nov, 10 days left",
        "*Pace* 1.2× even pace, which would be 326 GB by now",
        "*At this pace* it runs out on Tue 25 Nov",
        "*Reached* 50 % on Tue 11 Nov 12:10 SAST, 80 % on Thu 20 Nov 14:05 SAST",
        "Rule lte-monthly-quota · alert A17 · data until Thu 20 Nov 14:10 SAST",
    ]
    (message,) = slack.messages("noc")
    assert json.loads(ref) == {"channel": slack.channel("noc").id, "ts": message["ts"]}
    assert message["metadata"] == {
        "event_type": "usagebot_notification",
        "event_payload": {"notification": 12, "group": 5},
    }


async def test_every_message_has_a_text_for_push_notices(slack: FakeSlack, notifier: SlackNotifier) -> None:
    await notifier.deliver(worse(await first(notifier)))
    sent = slack.called("chat.postMessage") + slack.called("chat.update")
    assert len(sent) == 3
    assert all(arguments["text"] for arguments in sent)
    assert sent[0]["text"] == (
        "Cape Town has used 80 % of its 500 GB · Firing, warning · At this pace it runs out on Tue 25 Nov · "
        "Rule lte-monthly-quota"
    )


async def test_getting_worse_edits_the_message_and_is_broadcast_from_its_thread(
    slack: FakeSlack, notifier: SlackNotifier
) -> None:
    ref = await first(notifier)
    assert await notifier.deliver(worse(ref)) == Delivered(ref)
    root, reply = slack.messages("noc")
    assert seen(root).startswith("Cape Town has used 100 % of its 500 GB\nFiring, critical\n")
    assert seen(reply) == "Cape Town reached 100 % of its 500 GB on Thu 20 Nov 14:05 SAST."
    assert reply["thread_ts"] == root["ts"]


async def test_an_edit_sends_text_blocks_and_colour_again(slack: FakeSlack, notifier: SlackNotifier) -> None:
    await notifier.deliver(worse(await first(notifier)))
    (update,) = slack.called("chat.update")
    assert {"text", "blocks", "attachments", "metadata"} <= update.keys()
    assert update["attachments"][0]["color"] == "#c0362c"
    assert update["parse"] == "none"


async def test_a_resolved_alert_replies_quietly(slack: FakeSlack, notifier: SlackNotifier) -> None:
    ref = await first(notifier, telling(news(threshold())))
    await notifier.deliver(telling(news(ended(threshold()), Change.RESOLVED), ref=ref, id=13))
    assert len(slack.messages("noc")) == 1
    assert [seen(reply) for reply in slack.thread("noc")] == [
        "Cape Town is back below 20 GB outbound in 1 hour since Thu 20 Nov 14:10 SAST. It lasted 5 minutes."
    ]


async def test_a_correction_is_on_the_message_that_told_it(slack: FakeSlack, notifier: SlackNotifier) -> None:
    ref = await first(notifier)
    withdrawn = ended(replace(quota(gigabytes=380), steps={}), Reason.DATA_REVISED)
    await notifier.deliver(telling(news(withdrawn, Change.CORRECTED, was=402 * 10**9), ref=ref, id=13))
    (message,) = slack.visible("noc")
    assert message.startswith("Withdrawn: Cape Town has not used 80 % of its 500 GB\n")
    assert "Its usage was corrected from 402 GB to 380 GB" in message


async def test_the_end_of_a_period_only_edits(slack: FakeSlack, notifier: SlackNotifier) -> None:
    ref = await first(notifier)
    closed = news(ended(quota(gigabytes=412), Reason.PERIOD_ENDED), Change.RESOLVED)
    assert await notifier.deliver(telling(closed, ref=ref, loud=False, id=13)) == Delivered(ref)
    assert slack.visible("noc")[0].startswith("Cape Town ended its billing period at 412 GB of 500 GB\n")
    assert slack.thread("noc") == []


async def test_a_new_site_in_an_old_message_is_broadcast(slack: FakeSlack, notifier: SlackNotifier) -> None:
    ref = await first(notifier)
    durban = quota("Durban", number=18)
    await notifier.deliver(telling(news(durban), alerts=(quota(), durban), ref=ref, id=13))
    root, reply = slack.visible("noc")
    assert root.startswith("Cape Town and Durban have reached 80 % of their 500 GB\n2 firing (warning)\n")
    assert reply.startswith("Durban reached 80 % of its 500 GB on Thu 20 Nov 14:05 SAST")


async def test_three_hundred_sites_are_one_message_within_the_limits(slack: FakeSlack, notifier: SlackNotifier) -> None:
    await first(notifier, telling(*map(news, fleet(300))))
    (message,) = slack.visible("noc")
    lines = message.splitlines()
    assert lines[0] == "300 sites have reached 80 % of their 500 GB"
    assert lines[3] == "• Site 001  warning · 89.7 %, 449 GB of 500 GB, runs out on Tue 25 Nov (A101)"
    assert sum(line.startswith("• ") for line in lines) == 30
    assert "+270 more: /usage alerts lists them all" in lines


async def test_a_reply_with_very_many_news_is_cut(slack: FakeSlack, notifier: SlackNotifier) -> None:
    ref = await first(notifier, telling(*map(news, fleet(300))))
    await notifier.deliver(
        telling(*(news(alert, Change.WORSENED) for alert in fleet(300, percent=100)), ref=ref, id=13)
    )
    (reply,) = slack.thread("noc")
    assert seen(reply).splitlines()[-1] == "• +280 more"


async def test_a_deleted_message_is_posted_anew_and_says_so(slack: FakeSlack, notifier: SlackNotifier) -> None:
    ref = await first(notifier)
    slack.delete("noc", json.loads(ref)["ts"])
    anew = ref_of(await notifier.deliver(worse(ref)))
    (message,) = slack.visible("noc")
    assert "The earlier message was deleted; this one takes its place." in message
    assert slack.thread("noc") == []
    assert json.loads(anew)["again"] is True
    await notifier.deliver(worse(anew, 14))
    assert "deleted" not in slack.visible("noc")[0]


async def test_a_message_deleted_twice_comes_back_for_news_only(slack: FakeSlack, notifier: SlackNotifier) -> None:
    ref = await first(notifier)
    slack.delete("noc", json.loads(ref)["ts"])
    again = ref_of(await notifier.deliver(telling(news(quota()), ref=ref, loud=False, id=13)))
    assert len(slack.messages("noc")) == 1
    slack.delete("noc", json.loads(again)["ts"])
    assert await notifier.deliver(telling(news(quota()), ref=again, loud=False, id=14)) == Delivered(again)
    assert slack.messages("noc") == []
    await notifier.deliver(worse(again, 15))
    assert len(slack.messages("noc")) == 1


async def test_a_deleted_message_does_not_come_back_to_say_that_the_period_ended(
    slack: FakeSlack, notifier: SlackNotifier
) -> None:
    ref = await first(notifier)
    slack.delete("noc", json.loads(ref)["ts"])
    closed = news(ended(quota(), Reason.PERIOD_ENDED), Change.RESOLVED)
    assert await notifier.deliver(telling(closed, ref=ref, loud=False, id=13)) == Delivered(ref)
    assert slack.messages("noc") == []


@pytest.mark.parametrize("code", ["cant_update_message", "edit_window_closed"])
async def test_a_message_that_cannot_be_edited_is_replaced(
    slack: FakeSlack, notifier: SlackNotifier, code: str
) -> None:
    ref = await first(notifier)
    slack.fail("chat.update", refuses(code))
    await notifier.deliver(worse(ref))
    assert "The earlier message cannot be edited any more" in slack.visible("noc")[1]


async def test_a_ref_of_another_kind_opens_a_new_message(slack: FakeSlack, notifier: SlackNotifier) -> None:
    for ref in ("", "printed", "[]", "3", '{"message_id": "x"}'):
        assert isinstance(await notifier.deliver(telling(news(quota()), ref=ref)), Delivered)
    assert len(slack.messages("noc")) == 5


async def test_a_receiver_without_a_channel_is_rejected(notifier: SlackNotifier) -> None:
    outcome = await notifier.deliver(telling(news(quota()), endpoint=Endpoint(Medium.SLACK)))
    assert outcome == Rejected("the Slack receiver names no channel")
