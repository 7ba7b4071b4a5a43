"""Tells another program: a JSON document posted to a URL, for each notification that people must notice.

The URL is a secret, and so is what a delivery is signed with. Both are read anew for each, and are in no log, error or
outcome: they name the setting. What the other side answers is not read beyond its status, so it can say nothing
through us either.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta

import httpx
import msgspec

from bot import __version__
from bot.notify.webhook_body import body_of
from bot.notify.webhook_signature import Signing
from bot.service.ports import Delivered, Outcome, Rejected, TryAgain
from bot.service.views import Notification

TIMEOUT = timedelta(seconds=20)
LARGEST = 1_000_000
"""Bytes of a body; a message about thousands of sites names as many as fit."""
_PASSING = {408, 425, 429}
_NOT_LET_IN = {401, 403, 407}
_POSTED = "posted"

UrlOf = Callable[[str], str | Rejected]
"""The URL that a setting holds now, or why there is none."""


class WebhookNotifier:
    """A Notifier for webhooks: one POST for each notification that people must notice, none for mere edits.

    What was posted cannot be looked for: a retry carries the same `Idempotency-Key` and `webhook-id`. Redirects are
    not followed. Without `signing`, nothing is posted to an endpoint that wants signatures. A URL or secret that cannot
    be read waits for the operator.
    """

    def __init__(
        self, url_of: UrlOf, transport: httpx.AsyncBaseTransport | None = None, signing: Signing | None = None
    ) -> None:
        self._url_of = url_of
        self._transport = transport
        self._signing = signing

    async def deliver(self, notification: Notification) -> Outcome:
        if not notification.loud:
            return Delivered(notification.ref)
        if not notification.endpoint.addresses:
            return Rejected("the webhook receiver names no setting")
        name = notification.endpoint.addresses[0]
        url = self._url_of(name)
        if isinstance(url, Rejected):
            return TryAgain(url.why, needs_operator=True)
        try:
            return await self._post(url, name, notification)
        except (httpx.InvalidURL, httpx.UnsupportedProtocol):
            return Rejected(f"{name} holds no http or https address")
        except httpx.HTTPError as error:
            return TryAgain(f"the address in {name} cannot be reached ({type(error).__name__})")

    async def _post(self, url: str, name: str, notification: Notification) -> Outcome:
        content = msgspec.json.encode(body_of(notification, LARGEST))
        message_id = f"usagebot-{notification.id}"
        signed = self._signed(notification.endpoint.secret, message_id, content)
        if isinstance(signed, Rejected):
            return TryAgain(signed.why, needs_operator=True)
        headers = {
            "Content-Type": "application/json",
            "Idempotency-Key": message_id,
            "User-Agent": f"usagebot/{__version__}",
            **signed,
        }
        timeout = TIMEOUT.total_seconds()
        async with (
            httpx.AsyncClient(transport=self._transport, timeout=timeout, follow_redirects=False) as client,
            client.stream("POST", url, content=content, headers=headers) as response,
        ):
            return _outcome(response, name)

    def _signed(self, secret: str, message_id: str, content: bytes) -> Mapping[str, str] | Rejected:
        if self._signing is not None:
            return self._signing.headers(secret, message_id, content)
        return Rejected(f"nothing is signed here, and {secret} is to sign this") if secret else {}


def _outcome(response: httpx.Response, name: str) -> Outcome:
    status = response.status_code
    if response.is_success:
        return Delivered(_POSTED)
    if status in _PASSING or response.is_server_error:
        return TryAgain(f"the address in {name} answers {status}", _wish(response.headers.get("retry-after", "")))
    if response.is_redirect:
        return Rejected(f"the address in {name} answers with a redirect ({status}): name the final address")
    why = f"the address in {name} refuses what is posted ({status}): check it there"
    return TryAgain(why, needs_operator=True) if status in _NOT_LET_IN else Rejected(why)


def _wish(header: str) -> timedelta | None:
    """Whole seconds; a date would need a clock that agrees."""
    text = header.strip()
    return timedelta(seconds=int(text)) if text.isascii() and text.isdigit() and len(text) < 8 else None
