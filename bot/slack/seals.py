"""What a view brings back when it is sent, sealed: where it was opened, by whom, about what.

A view has no channel of its own, and what it may reach is decided by where it was opened. So nothing of it counts that
does not bear our seal, or that somebody else sends.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from dataclasses import dataclass

from bot.notify.buttons import Target, parse


@dataclass(frozen=True, slots=True)
class Origin:
    """`channel` is "" on the Home tab, `ts` the message's, "" of none. `is_fixed`: of the target, and nothing else."""

    channel: str = ""
    ts: str = ""
    target: Target | None = None
    is_fixed: bool = False


class Seal:
    """Seals with a key made from the bot's token, which every replica has."""

    def __init__(self, token: str) -> None:
        self._key = hashlib.sha256(b"usagebot view " + token.encode()).digest()

    def sealed(self, origin: Origin, person: str) -> str:
        """Text for `private_metadata`."""
        fields = [origin.channel, origin.ts, str(origin.target or ""), int(origin.is_fixed)]
        text = json.dumps(fields, separators=(",", ":"))
        return f"{self._of(text, person)} {text}"

    def opened(self, text: str, person: str) -> Origin | None:
        """What was sealed for this person; None of anything else, such as before the token was renewed."""
        seal, _, fields = text.partition(" ")
        if not hmac.compare_digest(seal.encode(), self._of(fields, person).encode()):
            return None
        channel, ts, target, is_fixed = json.loads(fields)
        found = parse(target)
        return Origin(channel, ts, found[0] if found else None, bool(is_fixed))

    def _of(self, fields: str, person: str) -> str:
        return hmac.new(self._key, f"{person}\n{fields}".encode(), hashlib.sha256).hexdigest()[:32]
