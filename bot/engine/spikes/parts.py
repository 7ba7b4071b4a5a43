"""A block cut at midnights, since what is usual changes there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bot.domain.block import Block
from bot.domain.times import DAY, Slot
from bot.engine.spikes.memory import CELL


@dataclass(frozen=True, slots=True)
class Part:
    """Columns of a block that lie in one UTC day, the first of them bucket `bucket` of it, at `start`. `cells` are the
    cells (since 1970) that they cover, and `cell_of` which of those is a column's. `filled` are the cells in which
    buckets begin: every other one, of buckets of an hour. `is_last` where they end the day."""

    start: Slot
    day: int
    columns: slice
    bucket: int
    cells: NDArray[np.int64]
    cell_of: NDArray[np.intp]
    filled: NDArray[np.int64]
    is_last: bool

    def by_cell(self, values: NDArray[np.float32]) -> NDArray[np.float32]:
        """Shape (R, n, ...) -> (R, M, ...): the highest of each of those."""
        starts = np.flatnonzero(np.diff(self.cell_of, prepend=-1))
        values = np.ascontiguousarray(np.moveaxis(values, 1, -1))  # four times as fast along the last axis
        return np.moveaxis(np.fmax.reduceat(values, starts, axis=-1), -1, 1)


def parts_of(block: Block, first: int) -> Iterator[Part]:
    """The columns from `first` on."""
    column = first
    while column < block.length:
        day, second = divmod(block.start + column * block.step, DAY)
        end = min(block.length, column + (DAY - second) // block.step)
        numbers = (block.start + np.arange(column, end) * block.step) // CELL
        cells = np.arange(numbers[0], numbers[-1] + max(1, block.step // CELL))
        is_last = block.start + end * block.step == (day + 1) * DAY
        place = Slot(block.start + column * block.step), day, slice(column, end), second // block.step
        yield Part(*place, cells, numbers - numbers[0], np.unique(numbers), is_last)
        column = end
