"""From a verdict for every bucket to the few places where it changes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

CLEAR, BREACH, UNKNOWN = 0, 1, 2


@dataclass(frozen=True, slots=True, eq=False)
class Verdicts:
    """`states` (CLEAR, BREACH or UNKNOWN) and `values` (bytes), both of shape (S, N)."""

    states: NDArray[np.int8]
    values: NDArray[np.int64]

    def rows_with_breach(self, since: NDArray[np.intp]) -> NDArray[np.intp]:
        """Rows that breach anywhere at or after their own column in `since` (shape (S,))."""
        columns = np.arange(self.states.shape[1])
        return np.nonzero(((self.states == BREACH) & (columns >= since[:, None])).any(axis=1))[0]


@dataclass(frozen=True, slots=True, eq=False)
class Run:
    """Consecutive buckets with the same state: columns `first` up to, not including, `end`; `values` are theirs."""

    state: int
    first: int
    end: int
    values: NDArray[np.int64]

    def part(self, first: int, end: int) -> Run:
        """The run's columns from `first` up to, not including, `end`."""
        return Run(self.state, first, end, self.values[first - self.first : end - self.first])


def runs(verdicts: Verdicts, row: int, since: int, end: int | None = None) -> Iterator[Run]:
    """The runs of one row from column `since` up to, not including, `end`, in order."""
    states = verdicts.states[row, since:end]
    if not len(states):
        return
    edges = np.flatnonzero(np.diff(states)) + 1
    for first, last in pairwise([0, *edges.tolist(), len(states)]):
        yield Run(int(states[first]), since + first, since + last, verdicts.values[row, since + first : since + last])
