"""A rectangle of usage, sites down and slots across, with a mask for what is unknown."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bot.domain.times import Slot, Window
from bot.domain.usage import Direction

Bytes = NDArray[np.int64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """Buckets of several sites over one window.

    `sites` has shape (S,): site keys, one a row. `in_bytes`, `out_bytes` and `known` have shape (S, N);
    column n is the bucket that starts at `start + n * step` seconds. An unknown bucket holds zeros, which
    mean nothing: `known` is what says so.
    """

    sites: NDArray[np.int64]
    start: Slot
    step: int
    in_bytes: Bytes
    out_bytes: Bytes
    known: Mask

    @classmethod
    def unknown(cls, sites: NDArray[np.int64], window: Window, step: int) -> Block:
        """A block in which nothing is known yet; `window` must be aligned to `step`."""
        shape = (len(sites), (window.end - window.start) // step)
        zeros = np.zeros(shape, np.int64)
        return cls(sites, window.start, step, zeros, zeros.copy(), np.zeros(shape, np.bool_))

    @property
    def length(self) -> int:
        return int(self.known.shape[1])

    @property
    def end(self) -> Slot:
        return Slot(self.start + self.length * self.step)

    def end_of(self, column: int) -> Slot:
        """The end of the bucket of a column."""
        return Slot(self.start + (column + 1) * self.step)

    def column(self, slot: int) -> int:
        """Index of the bucket that starts at `slot`, cut to 0 … N."""
        return min(max((slot - self.start) // self.step, 0), self.length)

    def of(self, direction: Direction) -> Bytes:
        """Shape (S, N): the bytes that count in this direction, zeros where unknown."""
        match direction:
            case Direction.IN:
                return self.in_bytes
            case Direction.OUT:
                return self.out_bytes
            case Direction.TOTAL:
                return self.in_bytes + self.out_bytes
            case Direction.MAX:
                return np.maximum(self.in_bytes, self.out_bytes)

    def columns(self, first: int, end: int) -> Block:
        """The block from column `first` up to, not including, `end`; nothing is copied."""
        own = slice(first, end)
        parts = self.in_bytes[:, own], self.out_bytes[:, own], self.known[:, own]
        return Block(self.sites, Slot(self.start + first * self.step), self.step, *parts)

    def then(self, later: Block) -> Block:
        """This block and one of the same sites that begins where it ends."""
        pairs = (self.in_bytes, later.in_bytes), (self.out_bytes, later.out_bytes)
        came, went = (np.concatenate(each, axis=1) for each in pairs)
        return Block(self.sites, self.start, self.step, came, went, np.concatenate((self.known, later.known), axis=1))

    def rows(self, index: NDArray[np.intp]) -> Block:
        """The block of some of its rows, in the order given."""
        return Block(
            self.sites[index], self.start, self.step, self.in_bytes[index], self.out_bytes[index], self.known[index]
        )
