"""What happens to a site's traffic besides an ordinary week. Each effect changes one day's arrays in place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from bot.demo.noise import F64, I64
from bot.domain.times import DAY, Slot, Window


class Effect(Protocol):
    """A pure change of some buckets.

    `slots` has shape (N,), `both` (2, N) bytes in and out as floats, `known` (N,); a bucket that is not known is a
    row that the API does not have.
    """

    def apply(self, slots: I64, both: F64, known: NDArray[np.bool_]) -> None: ...


def _inside(slots: I64, window: Window) -> NDArray[np.bool_]:
    return np.asarray((slots >= window.start) & (slots < window.end), np.bool_)


@dataclass(frozen=True, slots=True)
class Surge:
    """Bytes times a factor within a window; one that fades falls in a straight line to 1 at the end."""

    window: Window
    in_factor: float
    out_factor: float
    fades: bool = False

    def apply(self, slots: I64, both: F64, known: NDArray[np.bool_]) -> None:
        del known
        inside = _inside(slots, self.window)
        if not inside.any():
            return
        left = (self.window.end - slots[inside]) / (self.window.end - self.window.start) if self.fades else 1.0
        both[0, inside] *= 1 + (self.in_factor - 1) * left
        both[1, inside] *= 1 + (self.out_factor - 1) * left


@dataclass(frozen=True, slots=True)
class Leak:
    """So many outbound bytes more in every bucket of a window."""

    window: Window
    out_bytes: int

    def apply(self, slots: I64, both: F64, known: NDArray[np.bool_]) -> None:
        del known
        both[1, _inside(slots, self.window)] += self.out_bytes


@dataclass(frozen=True, slots=True)
class Gap:
    """No rows from `start` on; for good if there is no end."""

    start: Slot
    end: Slot | None = None

    def apply(self, slots: I64, both: F64, known: NDArray[np.bool_]) -> None:
        del both
        known[(slots >= self.start) & (slots < (self.end if self.end is not None else np.inf))] = False


@dataclass(frozen=True, slots=True)
class Idle:
    """Nothing is used within a window, and the meter knows it."""

    window: Window

    def apply(self, slots: I64, both: F64, known: NDArray[np.bool_]) -> None:
        del known
        both[:, _inside(slots, self.window)] = 0.0


@dataclass(frozen=True, slots=True)
class Growth:
    """Use times `scale`, and from `window` on growing by the factor e^`per_day` a day until the window ends."""

    window: Window
    scale: float
    per_day: float

    def factor(self, slots: I64) -> F64:
        """Shape (N,): what the bytes of each slot are multiplied by."""
        days = (np.clip(slots, self.window.start, self.window.end) - self.window.start) / DAY
        return np.asarray(self.scale * np.exp(self.per_day * days), np.float64)

    def apply(self, slots: I64, both: F64, known: NDArray[np.bool_]) -> None:
        del known
        both *= self.factor(slots)
