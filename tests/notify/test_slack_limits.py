"""Messages at the edges of Slack's limits: the fake refuses what is over one, and fails the test at its end."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import pytest

from bot.alerts.model import Change, Reason
from bot.notify.blocks import Image, bare, reply, root
from bot.notify.slack import SlackNotifier
from bot.notify.wording import compose
from bot.service.ports import Delivered
from bot.service.views import AlertView, Notification
from tests.fakes.slack import FakeSlack
from tests.fakes.slack_limits import TOGETHER, UPDATED_TEXT, refusal
from tests.fakes.slack_view import seen
from tests.notify.builders import GB, ended, news, quota, telling, threshold, trouble

LONG = 200
"""Names are cut at 80."""
CHARS = ["x", "&", "<", "\N{FIRE}", "\N{CJK UNIFIED IDEOGRAPH-6771}", "\N{HEBREW LETTER SHIN}", "\N{ZERO WIDTH SPACE}"]


def sites(char: str, count: int, percent: int = 80) -> list[AlertView]:
    """Alerts whose every text is as long as texts come."""
    long = char * LONG
    alerts = [quota(f"{place}{long}", percent, 400 + place * 0.1, number=10**9 + place) for place in range(count)]
    return [replace(alert, rule=long, workspace=long, coverage=0.5) for alert in alerts]


@pytest.mark.parametrize(("char", "count"), [*product(CHARS, [1, 12]), ("&", 300), ("\N{FIRE}", 300)])
async def test_longest_names_of_sites_rules_and_workspaces(
    slack: FakeSlack, notifier: SlackNotifier, char: str, count: int
) -> None:
    """Opened, edited and replied to."""
    alerts = sites(char, count)
    opened = await notifier.deliver(telling(*(news(alert) for alert in alerts)))
    assert isinstance(opened, Delivered)
    worse = telling(*(news(alert, Change.WORSENED) for alert in alerts), ref=opened.ref, id=13)
    assert await notifier.deliver(worse) == opened
    (message,) = slack.messages("noc")[:1]
    assert message["attachments"], "the layout was refused, and the bare text sent in its place"


@pytest.mark.parametrize("char", ["x", "&", "\N{FIRE}"])
def test_every_kind_of_alert_and_every_change_with_the_longest_words(char: str) -> None:
    long, text = char * LONG, char * 2500
    kinds = [quota(long), threshold(long), trouble(f"{text}\n{text}\n{text}"), replace(threshold(long), rate=GB)]
    reasons = [Reason.STEP_REACHED, Reason.DATA_REVISED, Reason.PERIOD_ENDED]
    for alert, change, reason in product(kinds, Change, reasons):
        told = news(replace(alert, rule=long, workspace=long, reason=reason), change)
        _assert_within_limits(telling(told))
        _assert_within_limits(telling(replace(told, alert=ended(alert, reason))))
    for alert, change in product(kinds, [Change.WORSENED, Change.CORRECTED]):
        _assert_within_limits(telling(*[news(alert, change)] * 25, ref="r"))


@pytest.mark.parametrize("text", ["", " ", "\u202e", "\n"])
def test_empty_texts(text: str) -> None:
    alert = replace(quota(text), id=text, rule=text, workspace=text)
    for one in (alert, trouble(text), replace(trouble(text), rule=text)):
        for change in Change:
            _assert_within_limits(telling(news(one, change)))


@pytest.mark.parametrize("char", ["&", "\N{FIRE}"])
def test_a_picture_and_corrections_beside_the_longest_names_leave_fewer_rows(char: str) -> None:
    told = telling(*(news(alert, Change.CORRECTED) for alert in sites(char, 300)), ref="posted")
    content = root(compose(told), "A remark.", Image("F0123456789", char * 2000))
    assert refusal(content, text_limit=UPDATED_TEXT, together=TOGETHER) is None
    assert "more: /usage alerts lists them all" in seen(content)


def test_a_message_of_many_long_names_says_how_many_it_leaves_out() -> None:
    content = root(compose(telling(*(news(alert) for alert in sites("x", 30)))))
    rows = next(block for block in content["attachments"][0]["blocks"] if len(block.get("elements", ())) == 2)
    shown = len(rows["elements"][0]["elements"])
    assert 10 < shown < 30
    assert rows["elements"][1]["elements"][0]["text"].startswith(f"+{30 - shown} more")


def _assert_within_limits(notification: Notification) -> None:
    message = compose(notification)
    for content in (root(message, "A remark."), reply(message), bare(root(message)), bare(reply(message))):
        assert refusal(content, text_limit=UPDATED_TEXT, together=TOGETHER) is None
