"""Mail over TLS, to servers that are who they say they are, and to others."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.notify.email import EmailNotifier, SmtpConfig, SmtpSecurity
from bot.service.ports import Delivered, Rejected, TryAgain
from tests.fakes.smtp import AUTHORITY, FakeSmtp
from tests.notify.builders import EMAIL, fleet, news, quota, telling

FIRST = telling(news(quota()), endpoint=EMAIL)
ENCRYPTED = [SmtpSecurity.STARTTLS, SmtpSecurity.TLS]


def config(smtp: FakeSmtp, security: SmtpSecurity, *login: str) -> SmtpConfig:
    made = SmtpConfig(smtp.host, smtp.port, "usagebot@altostrat.example", security, timeout=timedelta(seconds=5))
    return replace(made, username=login[0], password=login[1]) if login else made


@pytest.fixture
def trusted(monkeypatch: pytest.MonkeyPatch) -> None:
    """The machine trusts the tests' authority, as it would a company's own."""
    monkeypatch.setenv("SSL_CERT_FILE", str(AUTHORITY))


@pytest.mark.usefixtures("trusted")
@pytest.mark.parametrize("security", ENCRYPTED)
async def test_a_mail_over_tls(security: SmtpSecurity) -> None:
    async with FakeSmtp(security=security) as smtp:
        assert isinstance(await EmailNotifier(config(smtp, security)).deliver(FIRST), Delivered)
        assert len(smtp.mails) == 1


@pytest.mark.usefixtures("trusted")
@pytest.mark.parametrize("security", ENCRYPTED)
async def test_a_login_over_tls_that_works_and_one_that_does_not(security: SmtpSecurity) -> None:
    async with FakeSmtp(login=("bot", "s3cret!"), security=security) as smtp:
        good, bad = (EmailNotifier(config(smtp, security, "bot", word)) for word in ("s3cret!", "wr0ng-s3cret"))
        assert isinstance(await good.deliver(FIRST), Delivered)
        refused = await bad.deliver(FIRST)
    assert isinstance(refused, TryAgain)
    assert refused.needs_operator
    assert "check SMTP_USERNAME and SMTP_PASSWORD" in refused.why
    assert "s3cret" not in refused.why


@pytest.mark.parametrize("security", ENCRYPTED)
async def test_a_certificate_of_an_unknown_authority_is_refused_and_no_mail_is_sent(security: SmtpSecurity) -> None:
    async with FakeSmtp(login=("bot", "s3cret!"), security=security) as smtp:
        outcome = await EmailNotifier(config(smtp, security, "bot", "s3cret!")).deliver(FIRST)
        assert smtp.envelopes == []
    assert isinstance(outcome, TryAgain)
    assert "certificate" in outcome.why
    assert "SSL_CERT_FILE" in outcome.why


@pytest.mark.usefixtures("trusted")
@pytest.mark.parametrize("security", ENCRYPTED)
async def test_a_certificate_of_another_host_is_refused_and_no_mail_is_sent(security: SmtpSecurity) -> None:
    async with FakeSmtp(security=security, certificate="elsewhere") as smtp:
        outcome = await EmailNotifier(config(smtp, security)).deliver(FIRST)
        assert smtp.envelopes == []
    assert isinstance(outcome, TryAgain)
    assert "certificate" in outcome.why


async def test_a_server_that_wants_starttls_is_not_told_in_the_clear() -> None:
    async with FakeSmtp(security=SmtpSecurity.STARTTLS) as smtp:
        outcome = await EmailNotifier(config(smtp, SmtpSecurity.NONE)).deliver(FIRST)
        assert smtp.envelopes == []
    assert isinstance(outcome, TryAgain)
    assert outcome.needs_operator
    assert "SMTP_SECURITY" in outcome.why


@pytest.mark.usefixtures("trusted")
@pytest.mark.parametrize(
    ("said", "is_"), [(SmtpSecurity.TLS, SmtpSecurity.NONE), (SmtpSecurity.NONE, SmtpSecurity.TLS)]
)
async def test_a_security_that_is_not_the_servers_names_the_setting(said: SmtpSecurity, is_: SmtpSecurity) -> None:
    async with FakeSmtp(security=is_) as smtp:
        made = replace(config(smtp, said), timeout=timedelta(seconds=1))
        outcome = await EmailNotifier(made).deliver(FIRST)
        assert smtp.envelopes == []
    assert isinstance(outcome, TryAgain)
    assert "SMTP_SECURITY" in outcome.why


async def test_a_mail_larger_than_the_server_takes_is_rejected() -> None:
    async with FakeSmtp(largest=2000) as smtp:
        many = telling(*map(news, fleet(300)), endpoint=EMAIL)
        outcome = await EmailNotifier(config(smtp, SmtpSecurity.NONE)).deliver(many)
        assert smtp.envelopes == []
    assert isinstance(outcome, Rejected)
    assert "552" in outcome.why
