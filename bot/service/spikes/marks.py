"""Where the running day can be gone back to: what was revised an hour ago need not have the whole day seen again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bot.domain.times import DAY, HOUR
from bot.engine.spikes.memory import AS_IT_GOES, HEATED, NEVER, Memory, Rows
from bot.engine.spikes.value import RUNNING

APART = HOUR
"""Usage is read again as far back at each tick, for revisions."""

Slots = NDArray[np.int64]


@dataclass(slots=True, eq=False)
class _Mark:
    """What was known of the running day when each site was seen up to `until`; NEVER where there is no mark. `now` are
    the memory's arrays of that day, `own` its rows of those that are filled as it goes."""

    until: Slots
    now: dict[str, NDArray[Any]]
    own: dict[str, NDArray[Any]]

    @classmethod
    def empty(cls, memory: Memory) -> _Mark:
        now = {name: _room(getattr(memory, name)) for name in memory.arrays() if name.startswith(RUNNING)}
        own = {name: _room(getattr(memory, name)[:, 0]) for name in AS_IT_GOES}
        return cls(np.full(len(memory), NEVER, np.int64), now, own)

    def take(self, rows: Rows, memory: Memory) -> None:
        self.until[rows] = memory.until[rows]
        for name, array in self.now.items():
            array[rows] = getattr(memory, name)[rows]
        for name, array in self.own.items():
            array[rows] = getattr(memory, name)[rows, self._day(rows)]

    def give(self, rows: Rows, memory: Memory) -> None:
        memory.until[rows] = self.until[rows]
        memory.since[rows[memory.since[rows] >= self.until[rows]]] = NEVER  # nothing was known of it yet
        for name, array in self.now.items():
            getattr(memory, name)[rows] = array[rows]
        for name, array in self.own.items():
            getattr(memory, name)[rows, self._day(rows)] = array[rows]
        memory.put_away(rows)

    def become(self, rows: Rows, other: _Mark) -> None:
        self.until[rows] = other.until[rows]
        for arrays, others in ((self.now, other.now), (self.own, other.own)):
            for name, array in arrays.items():
                array[rows] = others[name][rows]

    def _day(self, rows: Rows) -> Slots:
        day: Slots = self.until[rows] // DAY % HEATED
        return day


def _room(like: NDArray[Any]) -> NDArray[Any]:
    """Takes memory only as it is filled."""
    return np.zeros(like.shape, like.dtype)


class Marks:
    """Two marks of each row of a memory, at least an hour apart, so that one of them is older than an hour."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self._newer, self._older = _Mark.empty(memory), _Mark.empty(memory)

    def are_old(self, rows: Rows, slots: Slots) -> NDArray[np.bool_]:
        """Whether a mark should be set of these rows where they are seen up to these slots."""
        return slots >= self._newer.until[rows] + APART

    def set(self, rows: Rows) -> None:
        has_newer = rows[self._newer.until[rows] != NEVER]
        self._older.become(has_newer, self._newer)
        self._newer.take(rows, self._memory)

    def go_back(self, rows: Rows, slots: Slots) -> NDArray[np.bool_]:
        """Have the memory be as it was at a mark that is not after these slots; which rows had one. Marks after it are
        gone: they have seen what is not true."""
        done = np.zeros(len(rows), np.bool_)
        for mark in (self._newer, self._older):
            until = mark.until[rows]
            mark.until[rows[until > slots]] = NEVER
            now = ~done & (until != NEVER) & (until <= slots)
            mark.give(rows[now], self._memory)
            done |= now
        return done

    def drop(self, rows: Rows) -> None:
        self._newer.until[rows] = self._older.until[rows] = NEVER
