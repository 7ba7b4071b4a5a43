"""Text that others chose can do nothing in Slack but be read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from bot.alerts.model import Change
from bot.notify.blocks import TEXT, reply, root
from bot.notify.slack import SlackNotifier
from bot.notify.wording import compose
from bot.service.ports import Delivered
from bot.service.views import AlertView
from tests.fakes.slack import FakeSlack
from tests.fakes.slack_limits import refusal
from tests.fakes.slack_view import live_markup, markup_texts, seen
from tests.notify.builders import HOSTILE, ended, news, quota, telling, threshold, trouble

NAMES = [
    "<!channel>",
    "<!here|everyone>",
    "<@U0BOSS>",
    "<https://evil.test|click here>",
    "*bold* _italic_ ~gone~ `code` ```block```",
    ":fire: @channel #general",
    "one\ntwo\r\n> quoted",
    "\u202egnp.exe\u2066",
    "שלום עולם",
    "&lt;!channel&gt; &amp;",
    "x" * 300,
    "&" * 300,
    HOSTILE,
]


def everywhere(name: str) -> list[AlertView]:
    """The name wherever others may write one."""
    alert = replace(quota(name), id=name, rule=name, workspace=name)
    return [alert, replace(threshold(name), rule=name), replace(trouble(name), id=name), ended(threshold(name))]


def blocks_of(message: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [*message["blocks"], *(block for one in message.get("attachments", []) for block in one["blocks"])]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("count", [1, 3, 40])
def test_no_name_is_alive_anywhere(name: str, count: int) -> None:
    for alert in everywhere(name):
        message = compose(telling(*[news(alert, Change.WORSENED)] * count, ref="{}"))
        for sent in (root(message, "The earlier message was deleted."), reply(message)):
            assert live_markup(sent) == []
            assert refusal(sent) is None


def test_only_our_own_words_are_ever_mrkdwn() -> None:
    for alert in everywhere("MARK"):
        for alerts in ([alert], [alert, alert]):
            message = compose(telling(*(news(one, Change.WORSENED) for one in alerts), ref="{}"))
            for sent in (root(message), reply(message)):
                assert not any("MARK" in text for text in markup_texts({**sent, "text": ""}))


def test_plain_text_turns_no_name_into_an_emoji() -> None:
    message = root(compose(telling(news(quota(":fire:")))))
    assert message["blocks"][0]["text"] == {
        "type": "plain_text",
        "text": ":fire: has used 80 % of its 500 GB",
        "emoji": False,
    }


async def test_people_read_the_name_as_it_is(slack: FakeSlack, notifier: SlackNotifier) -> None:
    await notifier.deliver(telling(news(quota("<!channel> & *Sons*"))))
    assert slack.visible("noc")[0].startswith("<!channel> & *Sons* has used 80 % of its 500 GB\n")
    (sent,) = slack.called("chat.postMessage")
    assert sent["text"].startswith("&lt;!channel&gt; &amp; *Sons* has used")
    assert (sent["mrkdwn"], sent["parse"], sent["unfurl_links"], sent["unfurl_media"]) == (False, "none", False, False)


async def test_a_headline_too_long_for_a_header_is_said_in_full(slack: FakeSlack, notifier: SlackNotifier) -> None:
    note = "The rules file is broken: " + "x " * 100
    assert isinstance(await notifier.deliver(telling(news(trouble(note)))), Delivered)
    assert slack.visible("noc")[0].splitlines()[0] == note.strip()


def test_a_very_long_note_is_cut_to_what_slack_takes() -> None:
    message = root(compose(telling(news(trouble("Broken:\n" + "&" * 5000)))))
    assert refusal(message) is None
    assert max(len(block["text"]["text"]) for block in blocks_of(message) if "text" in block) <= TEXT
    assert "…" in seen(message)
