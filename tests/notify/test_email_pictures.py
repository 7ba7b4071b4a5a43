"""A mail shows the chart of its alerts, or goes without."""

from __future__ import annotations

from datetime import timedelta
from email.message import EmailMessage

import pytest
from structlog.testing import capture_logs

from bot.notify import mail_picture
from bot.notify.email import EmailNotifier
from bot.notify.mail import build
from bot.service.ports import Delivered, Picture
from tests.fakes.easel import Easel
from tests.fakes.smtp import FakeSmtp
from tests.notify.pages import Page
from tests.notify.test_email import FIRST, SENDER, config, part

PICTURE = Picture(b"\x89PNG\r\n" + bytes(range(256)), 'Usage of "<b>Cape Town</b>"', 720, 360, "d")


def parts(mail: EmailMessage) -> list[str]:
    return [one.get_content_type() for one in mail.walk()]


async def test_the_chart_is_beside_the_page_and_the_words_come_first(smtp: FakeSmtp) -> None:
    assert isinstance(await EmailNotifier(config(smtp), Easel(PICTURE)).deliver(FIRST), Delivered)
    (mail,) = smtp.mails
    assert parts(mail) == ["multipart/alternative", "text/plain", "multipart/related", "text/html", "image/png"]
    (image,) = [one for one in mail.walk() if one.get_content_type() == "image/png"]
    assert image["Content-ID"] == "<chart.5.12.1763640600@usagebot.altostrat.example>"
    assert image["Content-Disposition"].startswith("inline")
    assert image.get_content() == PICTURE.png
    page = part(mail, "html")
    assert 'src="cid:chart.5.12.1763640600@usagebot.altostrat.example"' in page
    assert [each["alt"] for tag, each in Page(page).tags if tag == "img"] == [PICTURE.alt]
    assert part(mail, "plain").startswith("Cape Town has used 80 %")


def test_the_same_picture_makes_the_same_mail() -> None:
    first, again = (build(FIRST, SENDER, PICTURE).message.as_bytes() for _ in range(2))
    assert first == again


async def test_without_a_picture_the_mail_is_as_it_was(smtp: FakeSmtp) -> None:
    await EmailNotifier(config(smtp), Easel(None)).deliver(FIRST)
    await EmailNotifier(config(smtp)).deliver(FIRST)
    without, plain = (mail.as_bytes() for mail in smtp.mails)
    assert without == plain


async def test_a_picture_that_takes_long_is_not_waited_for(smtp: FakeSmtp, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mail_picture, "WITHIN", timedelta(milliseconds=10))
    with capture_logs() as logs:
        assert isinstance(await EmailNotifier(config(smtp), Easel(PICTURE, hangs=True)).deliver(FIRST), Delivered)
    assert [line["event"] for line in logs] == ["email.picture_late"]
    assert parts(smtp.mails[0]) == ["multipart/alternative", "text/plain", "text/html"]
