"""A mail server on this machine that keeps what it is sent, and refuses as told.

async with FakeSmtp() as server:
    server.refuse_recipient("gone@example.com", "550 no such user")
    ...
    assert server.mails[0]["Subject"] == "..."
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any, Self

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword


@dataclass(frozen=True)
class Envelope:
    """One accepted mail: who sent it to whom, and the mail."""

    sender: str
    recipients: tuple[str, ...]
    mail: EmailMessage
    source: bytes


class FakeSmtp:
    """See the module. `host` and `port` are where it listens. With `login`, mails are taken from nobody else."""

    def __init__(self, login: tuple[str, str] | None = None) -> None:
        self.envelopes: list[Envelope] = []
        self._login = login
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
        self._server = await loop.create_server(lambda: self._connection(loop), "127.0.0.1", 0)
        self.host, self.port = self._server.sockets[0].getsockname()[:2]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        await self._server.wait_closed()

    def _connection(self, loop: asyncio.AbstractEventLoop) -> SMTP:
        if self._login is None:
            return SMTP(self, hostname="localhost", loop=loop)
        return SMTP(
            self,
            hostname="localhost",
            loop=loop,
            authenticator=self._authenticate,
            auth_require_tls=False,
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
            mail = message_from_bytes(envelope.content, policy=default)
            self.envelopes.append(Envelope(envelope.mail_from, tuple(envelope.rcpt_tos), mail, envelope.content))
        if not answer:
            server.transport.abort()
        return answer or "250 OK"

    def _authenticate(self, server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
        given = (data.login.decode(), data.password.decode()) if isinstance(data, LoginPassword) else None
        return AuthResult(success=given == self._login, handled=False)
