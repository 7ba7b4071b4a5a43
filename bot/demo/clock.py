"""Time that is moved by hand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil


@dataclass
class HandClock:
    """An aware UTC instant that stands still until it is moved; call it as any clock."""

    now: datetime

    def __call__(self) -> datetime:
        return self.now

    def advance(self, span: timedelta) -> None:
        self.now += span

    def ticks(self) -> float:
        """The same time as seconds that only grow, for what counts seconds."""
        return self.now.timestamp()

    async def sleep(self, seconds: float) -> None:
        """Waiting is moving the clock: by no less than what was asked, or whoever waits for the rest waits for ever."""
        self.now += timedelta(microseconds=ceil(seconds * 1_000_000))
