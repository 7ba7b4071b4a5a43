"""One workspace's request budget: never more than N requests in any sixty seconds, and quiet after a refusal."""

from __future__ import annotations

import asyncio
import math
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from random import Random

MINUTE = 60.0
FIRST_PAUSE = 5.0
LONGEST_BACKOFF = 120.0

Ticks = Callable[[], float]
"""Seconds that only ever grow, such as `time.monotonic`: a wall clock that is set back would stall the budget."""

Sleep = Callable[[float], Awaitable[object]]
"""Waits so many seconds, such as `asyncio.sleep`."""


@dataclass(slots=True, eq=False)
class Ticket:
    """The right to send one request now. Given back with `RequestBudget.finish` when it is over."""

    granted_at: float
    finished_at: float | None = None


@dataclass(frozen=True, slots=True)
class Paused:
    """Nothing is sent for so long, and that is more than the caller wanted to wait."""

    remaining: timedelta


class RequestBudget:
    """The governor of one token, shared by every request that carries it, retries included.

    A request counts from its grant until sixty seconds after it is *over*: the API counts it when it arrives,
    somewhere in between, so no window of the API's own clock holds more than `per_minute` either. None is
    unlimited. Turns are taken in the order of asking. After a 429 nobody is let through until the pause is over,
    and then one at a time until a request is not refused.
    """

    def __init__(self, per_minute: int | None, ticks: Ticks, sleep: Sleep, random: Random) -> None:
        """Raises ValueError for a budget below one request a minute."""
        if per_minute is not None and per_minute < 1:
            raise ValueError("a request budget is at least one request a minute")
        self.per_minute = per_minute
        self._ticks, self._sleep, self._random = ticks, sleep, random
        self._turn = asyncio.Lock()
        self._one_finished = asyncio.Event()
        self._in_flight: set[Ticket] = set()
        self._finished: deque[Ticket] = deque()
        self._paused_until = -math.inf
        self._refusals = 0

    async def admit(self, patience: timedelta = timedelta.max) -> Ticket | Paused:
        """Wait for a turn. Paused, at once, if the API asked for a pause that lasts longer than `patience`."""
        async with self._turn:
            while True:
                pause = self._paused_until - self._ticks()
                if pause > patience.total_seconds():
                    return Paused(self.paused())
                if pause > 0:
                    await self._sleep(pause)
                elif self._probing() or (wait := self._wait()) == math.inf:
                    self._one_finished.clear()
                    await self._one_finished.wait()
                elif wait > 0:
                    await self._sleep(wait)
                else:
                    return self._grant()

    def finish(self, ticket: Ticket) -> None:
        """The request of this ticket is over, whatever came of it."""
        ticket.finished_at = self._ticks()
        self._in_flight.discard(ticket)
        self._finished.append(ticket)
        self._one_finished.set()

    def accepted(self, ticket: Ticket) -> None:
        """A request was not refused. One that was under way when others were says nothing about now."""
        if ticket.granted_at >= self._paused_until:
            self._refusals = 0

    def refused(self, ticket: Ticket, after: timedelta | None) -> timedelta:
        """A request was answered with 429: be quiet for `after`, or for a back-off that doubles each time.

        Requests that were under way together are refused together, and count as one refusal. Returns how long
        the pause lasts.
        """
        if ticket.granted_at >= self._paused_until:
            self._refusals += 1
        if after is not None and after > timedelta():
            pause = after.total_seconds()
        else:
            ceiling = min(LONGEST_BACKOFF, FIRST_PAUSE * 2 ** min(self._refusals - 1, 16))
            pause = self._random.uniform(ceiling / 2, ceiling)
        self._paused_until = max(self._paused_until, self._ticks() + pause)
        return self.paused()

    def paused(self) -> timedelta:
        """How much longer nothing is sent because of a refusal."""
        return timedelta(seconds=max(0.0, self._paused_until - self._ticks()))

    def spent(self) -> int:
        """Requests that count now: under way, or over for less than a minute."""
        self._forget()
        return len(self._in_flight) + len(self._finished)

    def _probing(self) -> bool:
        return self._refusals > 0 and bool(self._in_flight)

    def _wait(self) -> float:
        """Seconds until the budget allows a request; infinite while every one that counts is under way."""
        if self.per_minute is None or self.spent() < self.per_minute:
            return 0.0
        if not self._finished:
            return math.inf
        return _over(self._finished[0]) + MINUTE - self._ticks()

    def _grant(self) -> Ticket:
        ticket = Ticket(self._ticks())
        self._in_flight.add(ticket)
        return ticket

    def _forget(self) -> None:
        while self._finished and _over(self._finished[0]) + MINUTE <= self._ticks():
            self._finished.popleft()


def _over(ticket: Ticket) -> float:
    return math.inf if ticket.finished_at is None else ticket.finished_at
