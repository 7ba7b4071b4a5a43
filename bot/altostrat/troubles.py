"""Which failures of the API are news for the log, so that an outage of hours is two lines and not ten thousand."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from bot.service.ports import Declined, Unauthorized, Unavailable

Failure = Unavailable | Declined | Unauthorized


class Troubles:
    """What one workspace's API failed with since it last answered, and what it refuses of which sites."""

    def __init__(self) -> None:
        self._outage: str | None = None
        self._failures = 0
        self._refused: dict[tuple[str, ...], str] = {}
        self._reasons: set[str] = set()

    def is_news(self, sites: Sequence[str], failure: Failure) -> bool:
        """Whether this differs from what was failed with before: of these sites if they are declined, else of all."""
        if isinstance(failure, Declined):
            before, self._refused[tuple(sites)] = self._refused.get(tuple(sites)), failure.why
            return before != failure.why
        kind = type(failure).__name__
        before, self._outage = self._outage, kind
        self._failures += 1
        return before != kind

    def over(self, sites: Sequence[str]) -> int:
        """The API answered for these sites: how many failures in a row that ends."""
        self._refused.pop(tuple(sites), None)
        failures, self._failures, self._outage = self._failures, 0, None
        return failures

    def are_new(self, reasons: Collection[str]) -> bool:
        """Whether rows are refused for a reason that was not heard of yet; how often is a metric."""
        new = set(reasons) - self._reasons
        self._reasons |= new
        return bool(new)
