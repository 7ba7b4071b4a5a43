"""Usage by the hour: sums over whole UTC hours, with how many buckets of each are known."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bot.domain.times import HOUR, Slot, Window
from bot.domain.usage import Direction

Counts = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Hours:
    """Hourly sums of several sites. `sites` has shape (S,), the others (S, H): column h is the UTC hour that begins
    at `start + h * 3600`. `known` counts buckets; an hour without any holds zeros, which mean nothing."""

    sites: Counts
    start: Slot
    in_bytes: Counts
    out_bytes: Counts
    max_bytes: Counts
    known: Counts

    @classmethod
    def unknown(cls, sites: Counts, window: Window) -> Hours:
        """Hours in which nothing is known yet; `window` is whole UTC hours."""
        zeros = [np.zeros((len(sites), (window.end - window.start) // HOUR), np.int64) for _ in range(4)]
        return cls(sites, window.start, *zeros)

    @property
    def end(self) -> Slot:
        return Slot(self.start + self.known.shape[1] * HOUR)

    def of(self, direction: Direction) -> Counts:
        """Shape (S, H): the bytes that count in this direction."""
        match direction:
            case Direction.IN:
                return self.in_bytes
            case Direction.OUT:
                return self.out_bytes
            case Direction.TOTAL:
                return self.in_bytes + self.out_bytes
            case Direction.MAX:
                return self.max_bytes
