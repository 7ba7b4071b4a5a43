"""A mail server on this machine that keeps what it is sent, and refuses as told.

async with FakeSmtp() as server:
    server.refuse_recipient("gone@example.com", "550 no such user")
    ...
    assert server.mails[0]["Subject"] == "..."

It is aiosmtpd: real SMTP, with STARTTLS or TLS from the first byte where told. A test that sent a malformed mail fails
at its end.
"""

from __future__ import annotations

import asyncio
import ssl
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any, Self

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

from bot.notify.email import SmtpSecurity
from tests.fakes.mail_form import faults

CERTIFICATES = Path(__file__).parent / "certificates"
AUTHORITY = CERTIFICATES / "authority.pem"


@dataclass(frozen=True)
class Envelope:
    """One accepted mail: who sent it to whom, and the mail."""

    sender: str
    recipients: tuple[str, ...]
    mail: EmailMessage
    source: bytes


class FakeSmtp:
    """See the module. `host` and `port` are where it listens. With `login`, mails are taken from nobody else.
    `certificate` is a name in `CERTIFICATES`; `largest` bytes are all that a mail may have."""

    def __init__(
        self,
        login: tuple[str, str] | None = None,
        security: SmtpSecurity = SmtpSecurity.NONE,
        certificate: str = "localhost",
        largest: int = 2**25,
    ) -> None:
        self.envelopes: list[Envelope] = []
        self.malformed: list[str] = []
        self._login = login
        self._security = security
        self._largest = largest
        self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._tls.load_cert_chain(CERTIFICATES / f"{certificate}.pem")
        self._recipients: dict[str, str] = {}
        self._data: list[str] = []

    @property
    def mails(self) -> list[EmailMessage]:
        return [envelope.mail for envelope in self.envelopes]

    def refuse_recipient(self, address: str, answer: str) -> None:
        """From now on."""
        self._recipients[address] = answer

    def accept_recipient(self, address: str) -> None:
        """Forget a refusal."""
        self._recipients.pop(address, None)

    def refuse_data(self, *answers: str) -> None:
        """The next mails, one answer each; "" takes the mail, and then cuts the connection."""
        self._data.extend(answers)

    async def __aenter__(self) -> Self:
        loop = asyncio.get_running_loop()
        tls = self._tls if self._security is SmtpSecurity.TLS else None
        self._server = await loop.create_server(lambda: self._connection(loop), "127.0.0.1", 0, ssl=tls)
        self.host, self.port = self._server.sockets[0].getsockname()[:2]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        await self._server.wait_closed()
        assert self.malformed == [], "mails were malformed"

    def _connection(self, loop: asyncio.AbstractEventLoop) -> SMTP:
        starts_tls = self._security is SmtpSecurity.STARTTLS
        return SMTP(
            self,
            hostname="localhost",
            loop=loop,
            data_size_limit=self._largest,
            tls_context=self._tls if starts_tls else None,
            require_starttls=starts_tls,
            authenticator=self._authenticate if self._login is not None else None,
            auth_require_tls=starts_tls,
        )

    # --- what aiosmtpd calls --------------------------------------------------------------------------

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: list[str]) -> str:  # noqa: N802
        if address in self._recipients:
            return self._recipients[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        if self._login is not None and not session.authenticated:
            return "530 log in first"
        answer = self._data.pop(0) if self._data else "250 OK"
        if not answer or answer.startswith("2"):
            self.malformed += faults(envelope.content)
            mail = message_from_bytes(envelope.content, policy=default)
            self.envelopes.append(Envelope(envelope.mail_from, tuple(envelope.rcpt_tos), mail, envelope.content))
        if not answer:
            server.transport.abort()
        return answer or "250 OK"

    def _authenticate(self, server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
        given = (data.login.decode(), data.password.decode()) if isinstance(data, LoginPassword) else None
        return AuthResult(success=given == self._login, handled=False)
