"""The mail server: reached, spoken to and logged in to. No mail, no sender and no recipient is named to it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import aiosmtplib
from aiosmtplib import SMTPException

from bot.app.doctor.findings import Finding, Subject, Teller
from bot.notify.email import SmtpConfig, SmtpSecurity, outcome_of

SECONDS = 10
TELL = Teller(Subject.MAIL)
HOW = {
    SmtpSecurity.NONE: "without encryption",
    SmtpSecurity.STARTTLS: "encrypted by STARTTLS",
    SmtpSecurity.TLS: "encrypted by TLS",
}


async def mail_findings(config: SmtpConfig) -> AsyncIterator[Finding]:
    """Never raises for what the server does."""
    server = f"{config.host}:{config.port}"
    smtp = aiosmtplib.SMTP(
        hostname=config.host,
        port=config.port,
        use_tls=config.security is SmtpSecurity.TLS,
        start_tls=config.security is SmtpSecurity.STARTTLS,
        timeout=SECONDS,
    )
    try:
        await smtp.connect()
        if not smtp.last_ehlo_response:
            await smtp.ehlo()
        yield TELL.ok("server", f"{server} answers, {HOW[config.security]}")
        if config.username is not None and config.password is not None:
            await smtp.login(config.username, config.password)
            yield TELL.ok("login", "the server accepts it")
        await smtp.noop()
        await smtp.quit()
    except (SMTPException, OSError, ValueError) as failure:
        said, _, remedy = outcome_of(failure, config).why.partition(": ")
        yield TELL.problem("server", said, (remedy[:1].upper() + remedy[1:]) or "Check SMTP_HOST, _PORT and _SECURITY")
    finally:
        smtp.close()
