"""When a job is wanted next, as a pure function of the time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Protocol

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Trigger(Protocol):
    """Says when a job is wanted next: a pure function of the time."""

    def next_after(self, at: datetime, fraction: float) -> datetime:
        """The first tick strictly after `at` (aware UTC). `fraction`, 0 to 1, is the share of the jitter."""


@dataclass(frozen=True, slots=True)
class EveryBucket:
    """`settle` after the end of each bucket, and up to `jitter` later, so that fleets do not ask in step.

    Raises ValueError unless `0 <= jitter < bucket_seconds`: ticks would overtake each other.
    """

    bucket_seconds: int
    settle: timedelta
    jitter: timedelta = timedelta()

    def __post_init__(self) -> None:
        if not timedelta() <= self.jitter < timedelta(seconds=self.bucket_seconds):
            raise ValueError(f"a jitter of {self.jitter} does not fit into a bucket of {self.bucket_seconds} s")

    def next_after(self, at: datetime, fraction: float) -> datetime:
        bucket = timedelta(seconds=self.bucket_seconds)
        ticks = (at - EPOCH - self.settle) // bucket
        return EPOCH + self.settle + (ticks + 1) * bucket + self.jitter * fraction


@dataclass(frozen=True, slots=True)
class Every:
    """Each `seconds` after the tick before. Raises ValueError unless it is more than none."""

    seconds: float

    def __post_init__(self) -> None:
        if self.seconds <= 0:
            raise ValueError("a job cannot run every 0 seconds")

    def next_after(self, at: datetime, fraction: float) -> datetime:
        del fraction
        return at + timedelta(seconds=self.seconds)


@dataclass(frozen=True, slots=True)
class Daily:
    """Once a day at a time of UTC."""

    at: time

    def next_after(self, at: datetime, fraction: float) -> datetime:
        del fraction
        today = datetime.combine(at.date(), self.at, UTC)
        return today if today > at else today + timedelta(days=1)
