"""Every mail is well-formed, whatever others chose as names; and what is not well-formed is found out."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import pytest

from bot.alerts.model import Change
from bot.notify.mail import build
from bot.rules.model import Endpoint, Medium
from bot.service.ports import Picture
from tests.fakes.mail_form import faults
from tests.notify.builders import EMAIL, HOSTILE, fleet, news, quota, telling, trouble

SENDER = "usagebot@altostrat.example"
TEXTS = [
    HOSTILE,
    "x" * 5000,
    "\N{FIRE}" * 500,
    "\u05e9" * 500,
    "",
    " ",
    "\r\n.\r\n",
    "=?utf-8?q?a?=",
    "\x00",
    "a\rb\nc",
]
GOOD = build(telling(news(quota()), endpoint=EMAIL), SENDER).message.as_bytes()


@pytest.mark.parametrize(("text", "change"), [*product(TEXTS, [Change.FIRED, Change.WORSENED])])
def test_no_text_makes_a_mail_malformed(text: str, change: Change) -> None:
    alert = replace(quota(text), id=text, rule=text, workspace=text)
    ref = '{"message_id": "<5.12.1763640600@usagebot.altostrat.example>", "subject": "[usage] x"}'
    for one in (alert, replace(trouble(text), rule=text)):
        for told in (
            telling(news(one, change), endpoint=EMAIL),
            telling(*[news(one, change)] * 3, endpoint=EMAIL, ref=ref),
        ):
            assert faults(build(told, SENDER).message.as_bytes()) == []
            picture = Picture(b"png", text, 720, 360, "d")
            assert faults(build(told, SENDER, picture).message.as_bytes()) == []


def test_many_sites_and_many_recipients_make_no_line_too_long() -> None:
    endpoint = Endpoint(
        Medium.EMAIL, tuple(f"{'person' * 8}{place}@{'department.' * 5}example" for place in range(100))
    )
    told = telling(*map(news, fleet(300)), endpoint=endpoint)
    assert faults(build(told, SENDER).message.as_bytes()) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"\r\nDate: ", b"\nDate: "),
        (b"Subject: ", b"Subject: " + b"x" * 999),
        (b"Subject: ", "Subject: \u00fc".encode()),
        (b"Message-ID: <", b"Message-ID: "),
        (b"Date: Thu, 20 Nov 2025 12:10:00 +0000", b"Date: yesterday"),
        (b"Auto-Submitted", b"To: a@example.com\r\nAuto-Submitted"),
        (b"quoted-printable", b"8bit"),
        (b"text/html", b"text/plain"),
        (b"--=_usagebot_5_12--", b""),
    ],
)
def test_a_malformed_mail_is_found_out(old: bytes, new: bytes) -> None:
    assert faults(GOOD) == []
    assert old in GOOD
    assert faults(GOOD.replace(old, new)) != []
