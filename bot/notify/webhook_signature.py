"""Signatures of webhooks, as Standard Webhooks (https://www.standardwebhooks.com) describes them, version v1."""

from __future__ import annotations

import hmac
from base64 import b64encode
from collections.abc import Callable, Iterable, Mapping

from bot.service.ports import Clock, Rejected

KeysOf = Callable[[str], tuple[bytes, ...] | Rejected]
"""The keys that a setting holds now, or why there are none."""


class Signing:
    """Signs with the keys that a setting holds at that moment, so that they can be replaced while the bot runs."""

    def __init__(self, keys_of: KeysOf, clock: Clock) -> None:
        self._keys_of = keys_of
        self._clock = clock

    def headers(self, secret: str, message_id: str, body: bytes) -> Mapping[str, str] | Rejected:
        """The headers of an attempt that is made now. `secret` names the setting; with "" it is not signed."""
        keys = self._keys_of(secret) if secret else ()
        if isinstance(keys, Rejected):
            return keys
        return signature_headers(keys, message_id, int(self._clock().timestamp()), body)


def signature_headers(keys: Iterable[bytes], message_id: str, at: int, body: bytes) -> dict[str, str]:
    """The headers of an attempt made `at` (Unix seconds), signed with each of the keys; with none it is not signed."""
    signed = f"{message_id}.{at}.".encode() + body
    signatures = " ".join(f"v1,{b64encode(hmac.digest(key, signed, 'sha256')).decode()}" for key in keys)
    named = {"webhook-id": message_id, "webhook-timestamp": str(at)}
    return {**named, "webhook-signature": signatures} if signatures else named
