from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from email.message import EmailMessage
from html.parser import HTMLParser

import pytest
from structlog.testing import capture_logs

from bot.alerts.model import Change, Reason
from bot.notify.email import PATIENCE, EmailNotifier, SmtpConfig, SmtpSecurity
from bot.notify.mail import build
from bot.rules.model import Endpoint, Medium
from bot.service.ports import Delivered, Rejected, TryAgain
from bot.service.views import Notification
from tests.fakes.smtp import FakeSmtp
from tests.notify.builders import EMAIL, HOSTILE, NOW, ended, fleet, news, quota, telling, trouble

FIRST = telling(news(quota()), endpoint=EMAIL)
SENDER = "usagebot@altostrat.example"


def config(smtp: FakeSmtp, **more: object) -> SmtpConfig:
    made = SmtpConfig(smtp.host, smtp.port, SENDER, SmtpSecurity.NONE, timeout=timedelta(seconds=5))
    return replace(made, **more)  # type: ignore[arg-type]


def part(mail: EmailMessage, kind: str) -> str:
    found = mail.get_body((kind,))
    assert found is not None
    return str(found.get_content()).replace("\r\n", "\n")


async def test_a_mail_is_plain_text_first_and_html_beside(smtp: FakeSmtp) -> None:
    assert isinstance(await EmailNotifier(config(smtp)).deliver(FIRST), Delivered)
    (envelope,) = smtp.envelopes
    assert (envelope.sender, envelope.recipients) == (SENDER, ("noc@example.com", "ops@example.com"))
    mail = envelope.mail
    assert [one.get_content_type() for one in mail.iter_parts()] == ["text/plain", "text/html"]
    assert part(mail, "plain").startswith("Cape Town has used 80 % of its 500 GB\nFiring, warning\n\nUsed ")
    assert "<h1 " in part(mail, "html")


async def test_the_headers_of_a_first_mail(smtp: FakeSmtp) -> None:
    outcome = await EmailNotifier(config(smtp)).deliver(FIRST)
    (mail,) = smtp.mails
    assert mail["From"] == "usagebot <usagebot@altostrat.example>"
    assert mail["To"] == "noc@example.com, ops@example.com"
    assert mail["Subject"] == "[usage] Cape Town: 500 GB monthly quota"
    assert mail["Date"] == "Thu, 20 Nov 2025 12:10:00 +0000"
    assert mail["Message-ID"] == "<5.12.1763640600@usagebot.altostrat.example>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["List-Id"] == "<usagebot.altostrat.example>"
    assert mail["In-Reply-To"] is None
    assert isinstance(outcome, Delivered)
    assert json.loads(outcome.ref or "") == {"message_id": mail["Message-ID"], "subject": mail["Subject"]}


async def test_later_mails_thread_under_the_first_and_keep_its_subject(smtp: FakeSmtp) -> None:
    notifier = EmailNotifier(config(smtp))
    opened = await notifier.deliver(FIRST)
    assert isinstance(opened, Delivered)
    many = telling(*(news(alert, Change.WORSENED) for alert in fleet(12)), endpoint=EMAIL, ref=opened.ref, id=13)
    assert await notifier.deliver(many) == opened
    first, second = smtp.mails
    assert second["Subject"] == first["Subject"]
    assert second["In-Reply-To"] == second["References"] == first["Message-ID"]
    assert second["Message-ID"] != first["Message-ID"]
    assert part(second, "plain").startswith("12 sites have reached 80 % of their 500 GB\n")


async def test_a_retry_is_the_same_mail_to_the_byte(smtp: FakeSmtp) -> None:
    notifier = EmailNotifier(config(smtp))
    smtp.refuse_data("")
    assert isinstance(await notifier.deliver(FIRST), TryAgain)
    assert isinstance(await notifier.deliver(replace(FIRST, attempted_before=NOW)), Delivered)
    first, second = smtp.envelopes
    assert first.source == second.source


async def test_mere_edits_send_no_mail(smtp: FakeSmtp) -> None:
    closed = telling(news(ended(quota(), Reason.PERIOD_ENDED), Change.RESOLVED), endpoint=EMAIL, ref="r", loud=False)
    assert await EmailNotifier(config(smtp)).deliver(closed) == Delivered("r")
    assert smtp.envelopes == []


async def test_three_hundred_sites_are_all_in_the_plain_text(smtp: FakeSmtp) -> None:
    await EmailNotifier(config(smtp)).deliver(telling(*map(news, fleet(300)), endpoint=EMAIL))
    (mail,) = smtp.mails
    assert mail["Subject"] == "[usage] 300 sites: 500 GB monthly quota"
    assert part(mail, "plain").count("\n- Site ") == 300
    assert "+200 more, in the plain text of this mail" in part(mail, "html")


# --- what can go wrong ---------------------------------------------------------------------------------


async def test_some_recipients_refused_is_delivered_told_and_logged(smtp: FakeSmtp) -> None:
    smtp.refuse_recipient("ops@example.com", "550 no such user")
    with capture_logs() as logs:
        outcome = await EmailNotifier(config(smtp)).deliver(FIRST)
    assert isinstance(outcome, Delivered)
    assert outcome.but == "ops@example.com (550 no such user)"
    assert smtp.envelopes[0].recipients == ("noc@example.com",)
    assert logs == [
        {
            "event": "email.recipient_refused",
            "log_level": "warning",
            "address": "ops@example.com",
            "code": 550,
            "group": 5,
        }
    ]


async def test_all_recipients_refused_for_good_is_rejected(smtp: FakeSmtp) -> None:
    smtp.refuse_recipient("noc@example.com", "550 no such user")
    smtp.refuse_recipient("ops@example.com", "553 not here")
    assert await EmailNotifier(config(smtp)).deliver(FIRST) == Rejected(
        "the mail server refuses every recipient: noc@example.com (550 no such user), ops@example.com (553 not here)"
    )


async def test_a_recipient_refused_for_now_is_tried_again(smtp: FakeSmtp) -> None:
    smtp.refuse_recipient("noc@example.com", "450 greylisted")
    smtp.refuse_recipient("ops@example.com", "550 no such user")
    assert isinstance(await EmailNotifier(config(smtp)).deliver(FIRST), TryAgain)


async def test_a_recipient_refused_for_now_gets_the_mail_later_and_the_others_do_not_get_it_twice(
    smtp: FakeSmtp,
) -> None:
    notifier = EmailNotifier(config(smtp))
    smtp.refuse_recipient("ops@example.com", "450 greylisted")
    assert isinstance(await notifier.deliver(FIRST), TryAgain)
    assert isinstance(await notifier.deliver(FIRST), TryAgain)
    smtp.accept_recipient("ops@example.com")
    outcome = await notifier.deliver(FIRST)
    assert isinstance(outcome, Delivered)
    assert outcome.but == ""
    assert [one.recipients for one in smtp.envelopes] == [("noc@example.com",), ("ops@example.com",)]
    assert notifier._partly == {}


async def test_a_recipient_refused_for_now_for_ever_is_given_up_and_told(smtp: FakeSmtp) -> None:
    notifier = EmailNotifier(config(smtp))
    smtp.refuse_recipient("ops@example.com", "452 mailbox full")
    for _ in range(PATIENCE):
        assert isinstance(await notifier.deliver(FIRST), TryAgain)
    outcome = await notifier.deliver(FIRST)
    assert isinstance(outcome, Delivered)
    assert outcome.but == "ops@example.com (452 mailbox full)"
    assert len(smtp.envelopes) == 1


@pytest.mark.parametrize(("answer", "kind"), [("451 later", TryAgain), ("554 spam", Rejected)])
async def test_a_refused_mail(smtp: FakeSmtp, answer: str, kind: type) -> None:
    smtp.refuse_data(answer)
    outcome = await EmailNotifier(config(smtp)).deliver(FIRST)
    assert isinstance(outcome, kind)
    assert answer in str(outcome)


async def test_nobody_listens(smtp: FakeSmtp) -> None:
    outcome = await EmailNotifier(config(smtp, port=1)).deliver(FIRST)
    assert isinstance(outcome, TryAgain)
    assert "127.0.0.1:1 cannot be reached" in outcome.why


async def test_a_server_without_starttls_needs_the_operator(smtp: FakeSmtp) -> None:
    outcome = await EmailNotifier(config(smtp, security=SmtpSecurity.STARTTLS)).deliver(FIRST)
    assert isinstance(outcome, TryAgain)
    assert outcome.needs_operator
    assert "STARTTLS" in outcome.why
    assert "SMTP_SECURITY" in outcome.why


async def test_a_login_that_works_and_one_that_does_not() -> None:
    async with FakeSmtp(login=("bot", "s3cret!")) as smtp:
        good = config(smtp, username="bot", password="s3cret!")
        assert isinstance(await EmailNotifier(good).deliver(FIRST), Delivered)
        bad = config(smtp, username="bot", password="wr0ng-s3cret")
        outcome = await EmailNotifier(bad).deliver(FIRST)
    assert isinstance(outcome, TryAgain)
    assert outcome.needs_operator
    assert "check SMTP_USERNAME and SMTP_PASSWORD" in outcome.why
    assert "s3cret" not in str(outcome) + repr(bad)


async def test_a_refusal_of_recipients_that_repeats_the_password_does_not_spread_it() -> None:
    async with FakeSmtp(login=("bot", "s3cret!")) as smtp:
        for address in EMAIL.addresses:
            smtp.refuse_recipient(address, "550 not with s3cret!")
        outcome = await EmailNotifier(config(smtp, username="bot", password="s3cret!")).deliver(FIRST)
    assert isinstance(outcome, Rejected)
    assert "550" in outcome.why
    assert "s3cret!" not in outcome.why


async def test_a_server_that_repeats_the_password_does_not_spread_it() -> None:
    async with FakeSmtp(login=("bot", "s3cret!")) as smtp:
        smtp.refuse_data("554 I know that s3cret! of yours")
        outcome = await EmailNotifier(config(smtp, username="bot", password="s3cret!")).deliver(FIRST)
    assert isinstance(outcome, Rejected)
    assert "s3cret" not in outcome.why


@pytest.mark.parametrize("address", ["nobody", "a@b\r\nBcc: c@d", "", "a b@c d", "ü@example.com", "@"])
async def test_what_is_no_address_is_rejected(smtp: FakeSmtp, address: str) -> None:
    endpoint = Endpoint(Medium.EMAIL, (address,))
    outcome = await EmailNotifier(config(smtp)).deliver(replace(FIRST, endpoint=endpoint))
    assert isinstance(outcome, Rejected)
    assert "is not an e-mail address" in outcome.why
    assert smtp.envelopes == []


async def test_a_receiver_without_addresses_is_rejected(smtp: FakeSmtp) -> None:
    outcome = await EmailNotifier(config(smtp)).deliver(replace(FIRST, endpoint=Endpoint(Medium.EMAIL)))
    assert outcome == Rejected("the e-mail receiver names no address")


# --- text that others chose ----------------------------------------------------------------------------


OURS = {"html", "head", "meta", "title", "style", "body", "div", "h1", "p", "br", "table", "tbody", "tr", "th", "td"}
OURS |= {"b", "code"}


class Tags(HTMLParser):
    """The tags of a page, and its text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)

    def handle_data(self, data: str) -> None:
        self.text += data


def hostile(ref: str | None = None) -> Notification:
    alert = replace(quota(HOSTILE), id=HOSTILE, rule=HOSTILE, workspace=HOSTILE)
    return telling(news(alert), endpoint=EMAIL, ref=ref)


async def test_no_name_becomes_a_header(smtp: FakeSmtp) -> None:
    await EmailNotifier(config(smtp)).deliver(hostile())
    (envelope,) = smtp.envelopes
    assert envelope.mail["Bcc"] is None
    assert len(envelope.mail["Subject"]) <= 150
    assert "\n" not in envelope.mail["Subject"]
    assert envelope.recipients == EMAIL.addresses
    assert all(len(line) <= 998 for line in envelope.source.splitlines())


async def test_no_ref_becomes_a_header(smtp: FakeSmtp) -> None:
    ref = json.dumps({"message_id": "<a@b>\r\nBcc: victim@example.com", "subject": "x\r\nBcc: victim@example.com"})
    await EmailNotifier(config(smtp)).deliver(hostile(ref=ref))
    (mail,) = smtp.mails
    assert mail["Bcc"] is None


def test_no_name_becomes_html() -> None:
    for notification in (hostile(), telling(*[news(quota(HOSTILE))] * 3), telling(news(trouble(HOSTILE * 3)))):
        page = Tags(part(build(replace(notification, endpoint=EMAIL), SENDER).message, "html"))
        assert page.tags <= OURS
        assert "<!channel>" in page.text


def test_a_subject_in_any_script_is_read_as_written() -> None:
    mail = build(telling(news(quota("東京支店 Ñandú")), endpoint=EMAIL), SENDER).message
    assert mail["Subject"] == "[usage] 東京支店 Ñandú: 500 GB monthly quota"
    assert mail.as_bytes().isascii()
