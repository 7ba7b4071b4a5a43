"""How unusual each bucket is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bot.domain.times import Slot, Window
from bot.domain.usage import Direction

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Scores:
    """Of R sites, C directions and N buckets; column n is the bucket that starts at `start + n * step`.

    `score`: how far beyond what is usual, in the site's own terms: 1 is where a rule of medium sensitivity tells; NaN
    where nothing can be said. `scale` is the number of the scale that gives it; `came`, `low` and `top` are bytes a
    bucket on that scale: what came, and the range in which like times lay. `move` is the natural logarithm of what came
    on the shortest scale over what is usual then. `floor` is bytes a bucket, above which an excess is measured; `often`
    and `rarer` are the tail of the site's daily highest scores (`noise.tail_of`): these three are the same all day.
    """

    directions: tuple[Direction, ...]
    start: Slot
    step: int
    score: Floats
    scale: NDArray[np.int8]
    came: Floats
    low: Floats
    top: Floats
    move: Floats
    floor: Floats
    often: Floats
    rarer: Floats

    @classmethod
    def unknown(cls, directions: tuple[Direction, ...], start: Slot, step: int, rows: int, columns: int) -> Scores:
        shape = (rows, len(directions), columns)
        nothing = [np.full(shape, np.nan, np.float32) for _ in range(8)]
        return cls(directions, start, step, nothing[0], np.zeros(shape, np.int8), *nothing[1:])

    @property
    def end(self) -> Slot:
        return Slot(self.start + self.score.shape[-1] * self.step)

    def column(self, slot: int) -> int:
        return (slot - self.start) // self.step

    def within(self, window: Window) -> Scores:
        """A copy of the columns that lie in the window, at least one of which does."""
        first, end = max(self.column(window.start), 0), self.column(window.end)
        parts = [each[..., first:end].copy() for each in self.arrays()]
        return Scores(self.directions, Slot(self.start + first * self.step), self.step, *parts)  # type: ignore[arg-type]

    def put(self, columns: slice, part: Scores) -> None:
        """Columns of all rows."""
        for whole, own in zip(self.arrays(), part.arrays(), strict=True):
            whole[..., columns] = own

    def take(self, scale: int, score: Floats, came: Floats, low: Floats, top: Floats) -> None:
        """Where this scale's score, of the same shape, is the higher one, it is the one that counts."""
        higher = score > self.score
        self.scale[higher] = scale
        for whole, own in ((self.score, score), (self.came, came), (self.low, low), (self.top, top)):
            whole[higher] = own[higher]

    def put_rows(self, rows: NDArray[np.intp], part: Scores) -> None:
        """What lies within these columns of a part whose row i is row `rows[i]`."""
        first = self.column(part.start)
        end = min(first + part.score.shape[-1], self.score.shape[-1])
        for whole, own in zip(self.arrays(), part.arrays(), strict=True):
            whole[rows, :, max(first, 0) : end] = own[..., max(-first, 0) : end - first]

    def of_rows(self, rows: NDArray[np.intp]) -> Scores:
        rest = [each[rows] for each in (self.came, self.low, self.top, self.move, self.floor, self.often, self.rarer)]
        return Scores(self.directions, self.start, self.step, self.score[rows], self.scale[rows], *rest)

    def arrays(self) -> tuple[NDArray[np.float32] | NDArray[np.int8], ...]:
        same_all_day = self.floor, self.often, self.rarer
        return self.score, self.scale, self.came, self.low, self.top, self.move, *same_all_day
