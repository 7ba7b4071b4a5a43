"""Tells people by e-mail, over SMTP: one mail for each notification that people must notice, none for mere edits."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum

import aiosmtplib
import structlog
from aiosmtplib import (
    SMTPAuthenticationError,
    SMTPDataError,
    SMTPException,
    SMTPRecipientsRefused,
    SMTPResponse,
    SMTPResponseException,
)

from bot.domain.names import name
from bot.notify.mail import Mail, build
from bot.notify.mail_picture import picture_of
from bot.service.ports import Delivered, Outcome, Pictures, Rejected, TryAgain
from bot.service.views import Notification

_NOT_LET_IN = {530, 534, 538}
"""STARTTLS or a login is missing, or is too weak."""
_TOO_LARGE = 552
_CERTIFICATE_REMEDY = "check SMTP_HOST, or name the file of the authority that issued it in SSL_CERT_FILE"
_log = structlog.get_logger(__name__)


class SmtpSecurity(StrEnum):
    NONE = "none"
    STARTTLS = "starttls"
    TLS = "tls"


@dataclass(frozen=True, slots=True)
class SmtpConfig:
    """How to reach the mail server, and who the mails are from. The password is not shown."""

    host: str
    port: int
    sender: str
    security: SmtpSecurity = SmtpSecurity.STARTTLS
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    timeout: timedelta = timedelta(seconds=30)


PATIENCE = 12
"""Attempts at recipients who are refused for now while others have the mail: more than an hour's worth."""


@dataclass(frozen=True, slots=True)
class _Partly:
    """A mail that some have: who is still to get it, whom the server refused for good, attempts so far."""

    recipients: tuple[str, ...]
    refused: Mapping[str, SMTPResponse] = field(default_factory=dict)
    attempt: int = 0


class EmailNotifier:
    """A Notifier for mail. Mail cannot be searched: a retry sends the same Message-ID again.

    With `pictures` a mail shows the chart of its alerts, if that is drawn soon enough.

    A recipient who is refused for now, as greylisting does, is tried again alone. Who has the mail already is not
    stored: after a crash in between, the others get it again too.
    """

    def __init__(self, config: SmtpConfig, pictures: Pictures | None = None) -> None:
        self._config = config
        self._pictures = pictures
        self._partly: dict[str, _Partly] = {}

    async def deliver(self, notification: Notification) -> Outcome:
        if not notification.loud:
            return Delivered(notification.ref)
        if not notification.endpoint.addresses:
            return Rejected("the e-mail receiver names no address")
        try:
            picture = await picture_of(self._pictures, notification)
            mail = build(notification, self._config.sender, picture)
            return await self._deliver(notification, mail)
        except (SMTPException, OSError) as failure:  # before ValueError, which a bad certificate is as well
            return outcome_of(failure, self._config)
        except ValueError as problem:
            return Rejected(str(problem))

    async def _deliver(self, notification: Notification, mail: Mail) -> Outcome:
        """To all, or where some have it, to the rest."""
        key = str(mail.message["Message-ID"])
        partly = self._partly.get(key, _Partly(notification.endpoint.addresses))
        refused = await self._refused(mail, partly)
        for address, answer in refused.items():
            _log.warning("email.recipient_refused", address=name(address), code=answer.code, group=notification.group)
        later = tuple(address for address, answer in refused.items() if _is_passing(answer.code))
        gone = {**partly.refused, **refused}
        if later and partly.attempt < PATIENCE:
            for_good = {address: answer for address, answer in gone.items() if address not in later}
            self._partly[key] = _Partly(later, for_good, partly.attempt + 1)
            return TryAgain(f"the mail server does not take it yet for {_listed(refused, self._config)}", partly=True)
        self._partly.pop(key, None)
        return Delivered(str(mail.thread), but=_listed(gone, self._config))

    async def _refused(self, mail: Mail, partly: _Partly) -> Mapping[str, SMTPResponse]:
        """Those whom the server refused. Raises SMTPRecipientsRefused where nobody has the mail yet."""
        try:
            return await self._send(mail, partly.recipients)
        except SMTPRecipientsRefused as failure:
            if not partly.attempt:
                raise
            return {one.recipient: SMTPResponse(one.code, one.message) for one in failure.recipients}

    async def _send(self, mail: Mail, addresses: tuple[str, ...]) -> Mapping[str, SMTPResponse]:
        """Those recipients whom the server refused, while it took others."""
        config = self._config
        refused, _ = await aiosmtplib.send(
            mail.message,
            sender=config.sender,
            recipients=list(addresses),
            hostname=config.host,
            port=config.port,
            username=config.username,
            password=config.password,
            use_tls=config.security is SmtpSecurity.TLS,
            start_tls=config.security is SmtpSecurity.STARTTLS,
            timeout=config.timeout.total_seconds(),
        )
        return refused


def outcome_of(failure: Exception, config: SmtpConfig) -> TryAgain | Rejected:
    """Whether it is worth another attempt: 4xx and whatever happens on the way is, 5xx is not. What is refused to every
    mail needs the operator."""
    server = f"{config.host}:{config.port}"
    if distrust := _distrust(failure):
        why = f"the certificate of {server} is not trusted ({distrust}): {_CERTIFICATE_REMEDY}"
        return TryAgain(why, needs_operator=True)
    match failure:
        case SMTPRecipientsRefused():
            return _all_refused(failure, config)
        case SMTPAuthenticationError():
            # What the server says here may repeat what it was sent.
            why = f"{server} refuses the login ({failure.code}): check SMTP_USERNAME and SMTP_PASSWORD"
            return TryAgain(why, needs_operator=not _is_passing(failure.code))
        case SMTPResponseException():
            return _mail_refused(failure, config)
        case TimeoutError() | OSError():
            remedy = "check SMTP_HOST, SMTP_PORT and SMTP_SECURITY"
            return TryAgain(f"{server} cannot be reached ({type(failure).__name__}): {remedy}")
        case _:
            why = f"{server}: {_said(str(failure), config)} Check SMTP_SECURITY and SMTP_USERNAME"
            return TryAgain(why, needs_operator=True)


def _mail_refused(failure: SMTPResponseException, config: SmtpConfig) -> TryAgain | Rejected:
    """A server that lets nobody in, or not this sender, will refuse every mail; what it says of a text is about that
    one."""
    why = f"{config.host}:{config.port} refuses the mail ({failure.code} {_said(failure.message, config)})"
    if _is_passing(failure.code):
        return TryAgain(why)
    settings = "SMTP_SECURITY and SMTP_USERNAME" if failure.code in _NOT_LET_IN else "SMTP_FROM"
    is_about_the_text = isinstance(failure, SMTPDataError) or failure.code == _TOO_LARGE
    if is_about_the_text and failure.code not in _NOT_LET_IN:
        return Rejected(f"{why}: check {settings}")
    return TryAgain(f"{why}: check {settings}", needs_operator=True)


def _distrust(failure: BaseException | None) -> str:
    """Why the server's certificate is not trusted; "" where that is not what went wrong."""
    while failure is not None:
        if isinstance(failure, ssl.SSLCertVerificationError):
            return name(failure.verify_message)
        failure = failure.__cause__ or failure.__context__
    return ""


def _all_refused(failure: SMTPRecipientsRefused, config: SmtpConfig) -> TryAgain | Rejected:
    listed = _listed({one.recipient: SMTPResponse(one.code, one.message) for one in failure.recipients}, config)
    if any(_is_passing(one.code) for one in failure.recipients):
        return TryAgain(f"the mail server takes no recipient now: {listed}")
    return Rejected(f"the mail server refuses every recipient: {listed}")


def _listed(refused: Mapping[str, SMTPResponse], config: SmtpConfig) -> str:
    answers = ((address, answer.code, _said(answer.message, config)) for address, answer in refused.items())
    return ", ".join(f"{name(address)} ({code} {said})" for address, code, said in answers)


def _is_passing(code: int) -> bool:
    return not 500 <= code < 600


def _said(text: str, config: SmtpConfig) -> str:
    secret = config.password
    return name(text.replace(secret, "…") if secret else text, 200)
