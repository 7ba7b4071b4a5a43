"""The request budget of the simulated API: so many requests a minute for each token."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.utils import format_datetime
from enum import StrEnum

_MINUTE = timedelta(minutes=1)


class RetryAfter(StrEnum):
    """How a 429 says when to come back. The real API's habit is unknown, so all three are met."""

    SECONDS = "seconds"
    DATE = "date"
    NONE = "none"


@dataclass(slots=True)
class Budget:
    """At most `per_minute` requests in any sixty seconds of the API's clock, counted for each token apart.

    A request that is refused does not count.
    """

    per_minute: int = 60
    retry_after: RetryAfter = RetryAfter.SECONDS
    _spent: dict[str, deque[datetime]] = field(default_factory=dict)

    def spend(self, token: str, now: datetime) -> timedelta | None:
        """None if the request is granted, else how long until the next one would be."""
        spent = self._spent.setdefault(token, deque())
        while spent and spent[0] <= now - _MINUTE:
            spent.popleft()
        if len(spent) < self.per_minute:
            spent.append(now)
            return None
        return spent[0] + _MINUTE - now if spent else _MINUTE

    def header(self, wait: timedelta, now: datetime) -> dict[str, str]:
        """The headers of a 429; whole seconds, rounded up."""
        seconds = -(-wait // timedelta(seconds=1))
        match self.retry_after:
            case RetryAfter.SECONDS:
                return {"Retry-After": str(seconds)}
            case RetryAfter.DATE:
                # The date has no fractions: one second more, so that it is never too early.
                return {"Retry-After": format_datetime(now + timedelta(seconds=seconds + 1), usegmt=True)}
            case RetryAfter.NONE:
                return {}
