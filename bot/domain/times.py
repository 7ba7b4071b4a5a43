"""Instants, slots and windows.

A *slot* is the start of a bucket as whole seconds since 1970 UTC: what is stored and computed with. An
aware UTC `datetime` is what people and other programs are given.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import NewType
from zoneinfo import ZoneInfo

Slot = NewType("Slot", int)
"""Whole seconds since 1970-01-01T00:00Z."""

HOUR = 3600
DAY = 86400


def to_slot(instant: datetime) -> Slot:
    """Seconds since 1970 of an aware instant, fractions cut off. Raises ValueError for a naive one."""
    if instant.tzinfo is None:
        raise ValueError(f"{instant.isoformat()} names no zone")
    return Slot(int(instant.timestamp() // 1))


def local_slot(local: datetime, zone: ZoneInfo) -> Slot:
    """The slot of a local time (naive). Of one that comes twice the first; one that a clock change skips is moved
    forward by the gap (PEP 495, `fold=0`)."""
    return to_slot(local.replace(tzinfo=zone, fold=0))


def to_instant(slot: int) -> datetime:
    """The aware UTC instant of a slot."""
    return datetime.fromtimestamp(slot, UTC)


def floor(slot: int, step: int) -> Slot:
    """The latest multiple of `step` seconds that is not after `slot`."""
    return Slot(slot - slot % step)


def ceil(slot: int, step: int) -> Slot:
    """The earliest multiple of `step` seconds that is not before `slot`."""
    return Slot(-(-slot // step) * step)


def iso(slot: int) -> str:
    """`2026-06-01T06:40:00Z`."""
    return to_instant(slot).strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclass(frozen=True, slots=True, order=True)
class Window:
    """A half-open span `[start, end)` of slots. Raises ValueError unless `start < end`."""

    start: Slot
    end: Slot

    def __post_init__(self) -> None:
        if self.start >= self.end:
            raise ValueError(f"an empty window: {iso(self.start)} to {iso(self.end)}")

    @classmethod
    def of(cls, start: datetime, end: datetime) -> Window:
        return cls(to_slot(start), to_slot(end))

    @property
    def span(self) -> timedelta:
        return timedelta(seconds=self.end - self.start)

    def __contains__(self, slot: int) -> bool:
        return self.start <= slot < self.end

    def overlap(self, other: Window) -> Window | None:
        start, end = max(self.start, other.start), min(self.end, other.end)
        return Window(start, end) if start < end else None

    def chunks(self, seconds: int) -> Iterator[Window]:
        """Tile the window, newest first, with pieces of at most `seconds`."""
        end = self.end
        while end > self.start:
            start = Slot(max(self.start, end - seconds))
            yield Window(start, end)
            end = start

    def __str__(self) -> str:
        return f"{iso(self.start)}/{iso(self.end)}"
