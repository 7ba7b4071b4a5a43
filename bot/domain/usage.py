"""Usage over a window, together with how much of the window is known."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

LARGEST_BUCKET = 10**14
"""More bytes than any bucket may hold (2.6 Tbit/s over five minutes): sums of years stay below 2^63."""


class Direction(StrEnum):
    """Which bytes count. `max` is the larger of the two *per bucket*, then summed."""

    IN = "in"
    OUT = "out"
    TOTAL = "total"
    MAX = "max"


@dataclass(frozen=True, slots=True)
class Bucket:
    """One slot of one site. Bytes are whole and never negative."""

    slot: int
    in_bytes: int
    out_bytes: int


@dataclass(frozen=True, slots=True)
class Usage:
    """Bytes of the known buckets of a window, and how many buckets it has and are known."""

    in_bytes: int = 0
    out_bytes: int = 0
    max_bytes: int = 0
    known: int = 0
    expected: int = 0

    def of(self, direction: Direction) -> int:
        match direction:
            case Direction.IN:
                return self.in_bytes
            case Direction.OUT:
                return self.out_bytes
            case Direction.TOTAL:
                return self.in_bytes + self.out_bytes
            case Direction.MAX:
                return self.max_bytes

    @property
    def coverage(self) -> float | None:
        """Share of the buckets that is known, 0 to 1; None of a window that has none."""
        return self.known / self.expected if self.expected else None

    def __add__(self, other: Usage) -> Usage:
        return Usage(
            self.in_bytes + other.in_bytes,
            self.out_bytes + other.out_bytes,
            self.max_bytes + other.max_bytes,
            self.known + other.known,
            self.expected + other.expected,
        )
