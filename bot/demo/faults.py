"""The API's bad days: what can go wrong, and when it does."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Down:
    """The connection is reset. (For a refused connection leave `serve` and enter it again on the same port.)"""


@dataclass(frozen=True, slots=True)
class Failing:
    """An error status: 500, 502, 503, 429 …, with the `Retry-After` given, if any."""

    status: int = 503
    retry_after: str | None = None


@dataclass(frozen=True, slots=True)
class Html:
    """A page instead of JSON: a gateway's maintenance notice, with status 200 as such pages often have."""

    status: int = 200


@dataclass(frozen=True, slots=True)
class Truncated:
    """Half a body: either the connection is cut in its middle, or (`whole_response`) it ends as if complete."""

    whole_response: bool = False


@dataclass(frozen=True, slots=True)
class Huge:
    """A JSON array of more than so many megabytes (10^6 bytes), streamed."""

    megabytes: int = 64


@dataclass(frozen=True, slots=True)
class Slow:
    """The answer comes late; no later than `LONGEST_DELAY`, so that a forgotten fault does not hang a test."""

    delay: timedelta = timedelta(seconds=20)


@dataclass(frozen=True, slots=True)
class Unauthorised:
    """401 whatever the token: it was rotated or has expired. `bare` is the other shape of body the API is known for."""

    bare: bool = False


@dataclass(frozen=True, slots=True)
class Rubbish:
    """Rows that no client may trust, mixed with the good ones: see `bot.demo.rows.rubbish`."""


@dataclass(frozen=True, slots=True)
class Unordered:
    """The rows in an order that is not that of time."""


@dataclass(frozen=True, slots=True)
class Revised:
    """Rows that are older than `after` say `percent` more (or less, if negative) than they did at first."""

    percent: int
    after: timedelta = timedelta(0)


@dataclass(frozen=True, slots=True)
class NoRows:
    """No rows for the slots within `[start, end)`: an empty array if the request asks for nothing else."""

    start: datetime
    end: datetime


Fault = (
    Down | Failing | Html | Truncated | Huge | Slow | Unauthorised | Rubbish | Unordered | Revised | NoRows
)  # fmt: skip

LONGEST_DELAY = timedelta(seconds=60)


@dataclass(slots=True)
class _Switch:
    """One fault, and the limits of `Faults.switch_on`."""

    fault: Fault
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    requests: int | None = None
    site_id: str | None = None

    def acts(self, now: datetime, site_ids: Iterable[str]) -> bool:
        started = self.starts_at is None or self.starts_at <= now
        ended = (self.ends_at is not None and self.ends_at <= now) or self.requests == 0
        return started and not ended and (self.site_id is None or self.site_id in site_ids)


@dataclass(slots=True)
class Faults:
    """Which faults act: switched on and off at run time, or scripted by the API's clock."""

    _switches: list[_Switch] = field(default_factory=list)

    def switch_on(
        self,
        fault: Fault,
        *,
        starts_at: datetime | None = None,
        ends_at: datetime | None = None,
        requests: int | None = None,
        site_id: str | None = None,
    ) -> None:
        """Let a fault act from now on.

        It may be limited to `[starts_at, ends_at)` of the API's clock, to the next `requests` requests that it would
        touch, and to requests that name `site_id`.
        """
        self._switches.append(_Switch(fault, starts_at, ends_at, requests, site_id))

    def switch_off(self, kind: type[Fault] | None = None) -> None:
        """Forget the faults of one kind, or all of them."""
        self._switches = [each for each in self._switches if kind is not None and not isinstance(each.fault, kind)]

    def take(self, now: datetime, site_ids: Iterable[str]) -> list[Fault]:
        """The faults that act on one request, in the order they were switched on; counts it against their limits."""
        acting = [each for each in self._switches if each.acts(now, site_ids)]
        for each in acting:
            each.requests = None if each.requests is None else each.requests - 1
        return [each.fault for each in acting]
