"""Requests of Slack that were seen before: a signature is good once."""

from __future__ import annotations

from datetime import datetime, timedelta

WINDOW = timedelta(minutes=5)
"""How far from now a request's timestamp may be; the SDK's verifier refuses what is further."""
MOST = 10_000
"""Far more than people type in ten minutes. Only what Slack signed gets in, so strangers cannot push others out."""


class SeenSignatures:
    """Signatures of verified requests, for as long as the verifier would take them again.

    Every process remembers for itself: behind several replicas a request could be repeated once on each.
    """

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._until: dict[str, datetime] = {}

    def is_new(self, signature: str, signed_at: datetime, now: datetime) -> bool:
        """Whether it was not seen before; from now on it was."""
        if self._until.get(signature, now) > now:
            return False
        self._forget(now)
        self._until[signature] = signed_at + WINDOW + timedelta(seconds=1)
        return True

    def _forget(self, now: datetime) -> None:
        """Looks at all of them only where there are too many; then the oldest go, though they may be good still."""
        if len(self._until) < self._most:
            return
        self._until = {signature: until for signature, until in self._until.items() if until > now}
        while len(self._until) >= self._most:
            del self._until[next(iter(self._until))]
