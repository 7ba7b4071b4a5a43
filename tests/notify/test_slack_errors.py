from __future__ import annotations

from datetime import timedelta

import pytest
from aiohttp import ClientSession
from slack_sdk.web.async_client import AsyncWebClient

from bot.alerts.model import Change
from bot.notify.slack import SlackNotifier
from bot.service.ports import Delivered, Rejected, TryAgain
from tests.fakes.slack import TOKEN, FakeSlack
from tests.fakes.slack_faults import Fault, drops, rate_limited, refuses, server_error
from tests.notify.builders import news, quota, telling

FIRST = telling(news(quota()))


@pytest.mark.parametrize(
    ("fault", "outcome"),
    [
        (rate_limited(30), TryAgain("Slack asks for fewer requests (429)", timedelta(seconds=30))),
        (refuses("ratelimited"), TryAgain("Slack asks for fewer requests (429)", timedelta(seconds=5))),
        (
            Fault(429, "{}", {"Retry-After": "soon"}),
            TryAgain("Slack asks for fewer requests (429)", timedelta(seconds=5)),
        ),
        (server_error(500), TryAgain("Slack has a problem (500)")),
        (server_error(503), TryAgain("Slack has a problem (503)")),
        (refuses("internal_error"), TryAgain("Slack has a problem (internal_error)")),
        (refuses("service_unavailable"), TryAgain("Slack has a problem (service_unavailable)")),
        (drops(), TryAgain("Slack cannot be reached (ServerDisconnectedError)")),
        (
            Fault(body="<html>log in</html>", content_type="text/html"),
            TryAgain("something that is not Slack's API answered (200)"),
        ),
        (Fault(body="hello", content_type="text/plain"), TryAgain("something that is not Slack's API answered")),
        (Fault(body="[1]"), TryAgain("something that is not Slack's API answered")),
        (Fault(body="{"), TryAgain("something that is not Slack's API answered (200)")),
    ],
)
async def test_what_may_pass_is_tried_again(
    slack: FakeSlack, notifier: SlackNotifier, fault: Fault, outcome: TryAgain
) -> None:
    slack.fail("chat.postMessage", fault)
    assert await notifier.deliver(FIRST) == outcome


@pytest.mark.parametrize(
    ("code", "remedy"),
    [
        ("channel_not_found", "#noc"),
        ("not_in_channel", "invite the bot to #noc: /invite @usagebot"),
        ("is_archived", "unarchive it"),
        ("restricted_action", "ask an administrator"),
        ("msg_too_long", "bug"),
    ],
)
async def test_a_channel_or_a_message_that_will_never_do_is_rejected_with_the_remedy(
    slack: FakeSlack, notifier: SlackNotifier, code: str, remedy: str
) -> None:
    slack.fail("chat.postMessage", refuses(code))
    outcome = await notifier.deliver(FIRST)
    assert isinstance(outcome, Rejected)
    assert f"({code})" in outcome.why
    assert remedy in outcome.why


@pytest.mark.parametrize(
    ("code", "remedy"),
    [
        ("invalid_auth", "SLACK_BOT_TOKEN"),
        ("account_inactive", "SLACK_BOT_TOKEN"),
        ("token_revoked", "SLACK_BOT_TOKEN"),
        ("token_expired", "SLACK_BOT_TOKEN"),
        ("not_authed", "SLACK_BOT_TOKEN"),
        ("a_code_of_tomorrow", "Slack's documentation"),
    ],
)
async def test_what_every_message_waits_for_needs_the_operator(
    slack: FakeSlack, notifier: SlackNotifier, code: str, remedy: str
) -> None:
    slack.fail("chat.postMessage", refuses(code))
    outcome = await notifier.deliver(FIRST)
    assert isinstance(outcome, TryAgain)
    assert outcome.needs_operator
    assert f"({code})" in outcome.why
    assert remedy in outcome.why


async def test_a_layout_that_slack_refuses_is_told_plainly(slack: FakeSlack, notifier: SlackNotifier) -> None:
    slack.fail("chat.postMessage", refuses("invalid_blocks"))
    assert isinstance(await notifier.deliver(FIRST), Delivered)
    (text,) = slack.visible("noc")
    assert text.startswith("Cape Town has used 80 % of its 500 GB · Firing, warning · At this pace it runs out on ")
    slack.fail("chat.postMessage", refuses("invalid_blocks"), refuses("invalid_blocks"))
    outcome = await notifier.deliver(FIRST)
    assert isinstance(outcome, Rejected)
    assert "bug" in outcome.why


async def test_a_missing_scope_is_named(slack: FakeSlack, notifier: SlackNotifier) -> None:
    slack.fail("chat.postMessage", refuses("missing_scope", needed="chat:write"))
    assert await notifier.deliver(FIRST) == TryAgain(
        "Slack refuses (missing_scope): add the scope chat:write to the app and install it again", needs_operator=True
    )


async def test_a_real_channel_that_the_bot_was_not_invited_to(slack: FakeSlack, notifier: SlackNotifier) -> None:
    slack.channel("noc").is_member = False
    assert await notifier.deliver(FIRST) == Rejected(
        "Slack refuses (not_in_channel): invite the bot to #noc: /invite @usagebot"
    )


async def test_news_that_the_thread_does_not_take_are_a_message_of_their_own(
    slack: FakeSlack, notifier: SlackNotifier
) -> None:
    opened = await notifier.deliver(FIRST)
    assert isinstance(opened, Delivered)
    slack.fail("chat.postMessage", refuses("restricted_action_thread_locked"))
    worse = telling(news(quota(percent=100), Change.WORSENED), ref=opened.ref, id=13)
    assert isinstance(await notifier.deliver(worse), Delivered)
    assert len(slack.visible("noc")) == 2
    assert slack.thread("noc", slack.messages("noc")[0]["ts"]) == []


async def test_a_message_gone_between_edit_and_reply_is_tried_again(slack: FakeSlack, notifier: SlackNotifier) -> None:
    opened = await notifier.deliver(FIRST)
    assert isinstance(opened, Delivered)
    slack.fail("chat.postMessage", refuses("thread_not_found"))
    outcome = await notifier.deliver(telling(news(quota()), ref=opened.ref, id=13))
    assert outcome == TryAgain("Slack has a problem (thread_not_found)")


async def test_nobody_listens() -> None:
    async with ClientSession() as session:
        client = AsyncWebClient(token=TOKEN, base_url="http://127.0.0.1:1/api/", session=session)
        outcome = await SlackNotifier(client).deliver(FIRST)
    assert outcome == TryAgain("Slack cannot be reached (ClientConnectorError)")


async def test_the_token_is_in_no_reason(slack: FakeSlack, caplog: pytest.LogCaptureFixture) -> None:
    secret = "xoxb-very-secret"
    notifier = SlackNotifier(slack.client(token=secret))
    for fault in (server_error(), drops(), rate_limited(1)):
        slack.fail("chat.postMessage", fault)
        assert secret not in str(await notifier.deliver(FIRST))
    assert secret not in str(await notifier.deliver(FIRST))
    assert secret not in caplog.text
