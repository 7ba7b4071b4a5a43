"""Digests in every medium: all that they say, within what the medium takes, and nothing that names could do."""

from __future__ import annotations

import json
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import msgspec
import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]
from rich.console import Console

from bot.notify.email import EmailNotifier, SmtpConfig, SmtpSecurity
from bot.notify.plain import plain_text
from bot.notify.slack import SlackNotifier
from bot.notify.terminal import TerminalNotifier
from bot.notify.webhook import LARGEST
from bot.notify.webhook_body import body_of
from bot.notify.webhook_schema import webhook_schema
from bot.service.answers import to_json
from bot.service.ports import Delivered, TryAgain
from tests.fakes.slack import FakeSlack
from tests.fakes.slack_faults import hangs
from tests.fakes.smtp import FakeSmtp
from tests.notify.builders import EMAIL, HOSTILE, TERMINAL, news, quota, telling
from tests.notify.digests import DUE, digest
from tests.notify.test_slack_pictures import Desk

GOLDEN = Path(__file__).parent / "digest.txt"
INSTEAD: dict[str, Any] = {"instead_of": "finance", "because": "no such mailbox"}


def test_a_digest_as_text_says_all_of_it() -> None:
    assert plain_text(digest()) + "\n" == GOLDEN.read_text()


def test_it_says_in_whose_place_it_is_told() -> None:
    assert "Told here because finance cannot be reached: no such mailbox" in plain_text(digest(**INSTEAD))


# --- Slack ----------------------------------------------------------------------------------------------------


def shown(message: dict[str, Any]) -> str:
    return json.dumps(message, ensure_ascii=False)


async def test_a_digest_is_one_message_that_is_found_again(slack: FakeSlack) -> None:
    slack.fail("chat.postMessage", hangs(takes_effect=True))
    assert isinstance(await SlackNotifier(slack.client(timeout=0.05)).deliver(digest()), TryAgain)
    again = digest(attempted_before=DUE)
    outcome = await SlackNotifier(slack.client()).deliver(again)
    (message,) = slack.messages("noc")
    assert isinstance(outcome, Delivered)
    assert message["ts"] in (outcome.ref or "")
    assert message["text"].startswith("Week of 10 – 16 Nov: 4.12 TB, 2 quotas used up, 3 alerts")
    for words in ("Quotas, by who runs out first", "Noisiest rules", "Troubles of the bot", "No usage of Cape Town"):
        assert words in shown(message)


async def test_the_longest_digest_is_within_slacks_limits(slack: FakeSlack, notifier: SlackNotifier) -> None:
    assert isinstance(await notifier.deliver(digest("x" * 300, rows=10)), Delivered)
    (message,) = slack.messages("noc")
    assert len(message["blocks"]) > 1, "not sent as bare text"
    assert len(json.dumps(message["blocks"], ensure_ascii=False)) < 13_000


async def test_names_have_no_power_in_slack(slack: FakeSlack, notifier: SlackNotifier) -> None:
    assert isinstance(await notifier.deliver(digest(HOSTILE, rows=3, **INSTEAD)), Delivered)
    (message,) = slack.messages("noc")
    assert '"mrkdwn"' not in shown(message)
    assert "<!" not in message["text"]
    assert "finance cannot be reached" in shown(message)


# --- mail -----------------------------------------------------------------------------------------------------


async def test_a_digest_is_a_mail_of_its_own_with_text_first(smtp: FakeSmtp) -> None:
    config = SmtpConfig(smtp.host, smtp.port, "bot@example.com", SmtpSecurity.NONE, timeout=timedelta(seconds=5))
    assert isinstance(await EmailNotifier(config).deliver(digest(endpoint=EMAIL)), Delivered)
    assert isinstance(await EmailNotifier(config).deliver(digest(HOSTILE, endpoint=EMAIL, id=13, group=6)), Delivered)
    first, hostile = smtp.mails
    assert first["Subject"] == "[usage] mondays: Week of 10 – 16 Nov: 4.12 TB, 2 quotas used up, 3 alerts"
    assert first["References"] is None
    text, page = (part.get_content() for part in first.iter_parts())
    assert text.replace("\r\n", "\n") == GOLDEN.read_text()
    assert "Noisiest rules" in page
    _, page = (part.get_content() for part in hostile.iter_parts())
    assert "&lt;!channel&gt;" in page
    assert "<!channel" not in page


# --- terminal, webhook ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("width", [40, 100])
async def test_a_digest_is_a_panel_in_a_terminal(width: int) -> None:
    screen = StringIO()
    console = Console(file=screen, width=width, color_system=None)
    assert await TerminalNotifier(console).deliver(digest("[red]\x1b[31mx", endpoint=TERMINAL)) == Delivered("printed")
    printed = screen.getvalue()
    assert all(len(line) <= width for line in printed.splitlines())
    assert "\x1b" not in printed
    assert "Week of 10 – 16 Nov" in printed
    assert "[red]" in printed


@pytest.mark.parametrize("rows", [0, 1, 10])
def test_a_digest_is_a_body_of_the_schema_with_its_numbers(rows: int) -> None:
    told = digest(rows=rows)
    body = json.loads(msgspec.json.encode(body_of(told, LARGEST)))
    assert list(Draft202012Validator(webhook_schema()).iter_errors(body)) == []
    assert body["digest"] == json.loads(json.dumps(to_json(told.digest_data)))
    assert (body["alerts"], body["news"], body["rule"]) == ([], [], "mondays")
    assert body["digest"]["told"]["report"] == "mondays"
    assert body["text"].startswith(body["headline"])


def test_alerts_have_no_digest() -> None:
    assert body_of(telling(news(quota())), LARGEST).digest is None


async def test_its_picture_comes_after_its_words(slack: FakeSlack) -> None:
    desk = Desk(slack)
    assert (await desk.tell(digest())).unpictured
    assert '"image"' not in shown(slack.messages("noc")[0])
    assert not (await desk.tell(digest(loud=False, id=13))).unpictured
    (message,) = slack.messages("noc")
    assert '"image"' in shown(message)
    assert "Noisiest rules" in shown(message)
