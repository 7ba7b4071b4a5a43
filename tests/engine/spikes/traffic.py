"""Traffic with a daily rhythm, and what is seen of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from bot.domain.block import Block
from bot.domain.times import DAY, Slot, Window
from bot.domain.usage import Direction
from bot.engine.spikes.memory import Memory
from bot.engine.spikes.offsets import Offsets
from bot.engine.spikes.scores import Scores
from bot.engine.spikes.seen import LOOK_BACK
from bot.engine.spikes.watch import watch

IN, OUT, TOTAL, MAX = Direction.IN, Direction.OUT, Direction.TOTAL, Direction.MAX
BEGIN = Slot(1_772_409_600)  # Monday, 2 March 2026
LEVEL = 50_000_000


def block(usage: NDArray[np.float64], step: int, start: int = BEGIN) -> Block:
    """Of shape (S, 2, N), NaN where unknown."""
    known = ~np.isnan(usage[:, 0])
    amounts = np.nan_to_num(usage).astype(np.int64)
    return Block(np.arange(len(usage)), Slot(start), step, amounts[:, 0], amounts[:, 1], known)


def traffic(sites: int, days: int, step: int = 900, seed: int = 1, bursts: float = 0.01) -> NDArray[np.float64]:
    """Shape (sites, 2, N): busy by day, quiet at night, with bursts, and with gaps."""
    rng = np.random.default_rng(seed)
    count = days * DAY // step
    rhythm = 1.2 + np.sin(2 * np.pi * (np.arange(count) * step / DAY - 0.3))
    usage = LEVEL * rhythm * rng.lognormal(0, 0.3, (sites, 2, count))
    usage *= np.where(rng.random((sites, 1, count // 4)).repeat(4, axis=2) < bursts, 6, 1)
    usage[np.broadcast_to(rng.random((sites, 1, count)) < 0.02, usage.shape)] = np.nan
    return np.rint(usage)


@dataclass(slots=True)
class Watched:
    """Sites seen from BEGIN on, in steps of any size."""

    usage: NDArray[np.float64]
    step: int = 900
    directions: tuple[Direction, ...] = (IN, OUT)
    zone: str = "Europe/Berlin"
    memory: Memory = field(init=False)

    def __post_init__(self) -> None:
        self.memory = Memory.empty(len(self.usage), self.directions, self.step)
        self.memory.begin(self.rows, BEGIN)

    @property
    def rows(self) -> NDArray[np.intp]:
        return np.arange(len(self.usage))

    def see(self, until: int, rows: NDArray[np.intp] | None = None) -> Scores:
        """Up to, not including, this bucket."""
        some = self.rows if rows is None else rows
        begin = (int(self.memory.until[some[0]]) - BEGIN) // self.step
        early = max(0, begin - LOOK_BACK // self.step)
        part = block(self.usage[some, :, early:until], self.step, BEGIN + early * self.step)
        window = Window(part.end_of(begin - early - 1), part.end)
        offsets = Offsets.of([ZoneInfo(self.zone)] * len(some), window)
        return watch(self.memory, some, part, offsets, begin - early)

    def see_in(self, ends: Sequence[int]) -> list[NDArray[np.float32]]:
        """The arrays of the scores, of several blocks in a row."""
        return [np.concatenate(each, axis=-1) for each in zip(*(self.see(end).arrays() for end in ends), strict=True)]


def assert_same(one: Memory, other: Memory) -> None:
    """To the last bit."""
    for name in Memory.arrays():
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name), err_msg=name)
