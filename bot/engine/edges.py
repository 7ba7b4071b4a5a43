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
    """`states` (CLEAR, BREACH or UNKNOWN) and `values`, both of shape (S, N).

    Where the limit is not the same for every bucket, `limits` has each one's, and `which` the number of the
    condition's part that it belongs to; else both are None.
    """

    states: NDArray[np.int8]
    values: NDArray[np.int64]
    limits: NDArray[np.int64] | None = None
    which: NDArray[np.int8] | None = None

    def rows_with_breach(self, since: NDArray[np.intp]) -> NDArray[np.intp]:
        """Rows that breach anywhere at or after their own column in `since` (shape (S,))."""
        columns = np.arange(self.states.shape[1])
        return np.nonzero(((self.states == BREACH) & (columns >= since[:, None])).any(axis=1))[0]

    def run(self, row: int, first: int, end: int) -> Run:
        """Columns `first` up to, not including, `end` of a row; all have the state of the first."""
        here = (row, slice(first, end))
        limits = None if self.limits is None else self.limits[here]
        which = None if self.which is None else self.which[here]
        return Run(int(self.states[row, first]), first, end, self.values[here], limits, which)


@dataclass(frozen=True, slots=True)
class Measure:
    """One bucket's value, the limit that it is measured with (None: the rule's own), and the part it belongs to."""

    value: int
    limit: int | None = None
    which: int = 0

    @property
    def grade(self) -> float:
        """The larger, the further beyond what may be; for comparing measures of one condition, never for a verdict."""
        return float(self.value) / float(max(self.limit, 1)) if self.limit is not None else self.value


@dataclass(frozen=True, slots=True, eq=False)
class Run:
    """Consecutive buckets with the same state: columns `first` up to, not including, `end`; the arrays are theirs."""

    state: int
    first: int
    end: int
    values: NDArray[np.int64]
    limits: NDArray[np.int64] | None = None
    which: NDArray[np.int8] | None = None

    def part(self, first: int, end: int) -> Run:
        """The run's columns from `first` up to, not including, `end`."""
        here = slice(first - self.first, end - self.first)
        limits = None if self.limits is None else self.limits[here]
        which = None if self.which is None else self.which[here]
        return Run(self.state, first, end, self.values[here], limits, which)

    def measure(self, column: int) -> Measure:
        place = column - self.first
        limit = None if self.limits is None else int(self.limits[place])
        return Measure(int(self.values[place]), limit, 0 if self.which is None else int(self.which[place]))

    def worst(self, *, under: bool) -> Measure:
        """The first of the worst: the smallest value where smaller is worse, else the furthest beyond its limit."""
        if under:
            return self.measure(self.first + int(self.values.argmin()))
        grades = self.values if self.limits is None else self.values / np.maximum(self.limits, 1)
        return self.measure(self.first + int(grades.argmax()))


def runs(verdicts: Verdicts, row: int, since: int, end: int | None = None) -> Iterator[Run]:
    """The runs of one row from column `since` up to, not including, `end`, in order."""
    states = verdicts.states[row, since:end]
    if not len(states):
        return
    edges = np.flatnonzero(np.diff(states)) + 1
    for first, last in pairwise([0, *edges.tolist(), len(states)]):
        yield verdicts.run(row, since + first, since + last)
