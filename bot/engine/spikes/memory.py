"""What is remembered of each site: a row a day, from which all that is usual follows.

Days are UTC days, and a day is remembered when it is over. Nothing is remembered but rows of days and the part of the
running day that was seen, so that going back to an earlier midnight is forgetting the days after it.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from bot.domain.times import DAY, Slot, floor
from bot.domain.usage import Direction
from bot.engine.spikes.codes import Codes
from bot.engine.spikes.scales import SCALES

CELL = 1800
"""Seconds whose highest levels are remembered as one."""
CELLS = DAY // CELL
DAYS = 35
"""Days of cells: four weeks, a clock change, and what may be gone back."""
PEAKS = 64
"""Days of highest scores: eight weeks, and what may be gone back."""
GOES_BACK = 4 * DAY
NEVER = 0
FORM = 1
"""Changes with what `Memory.value` means."""


@dataclass(slots=True, eq=False)
class Memory:
    """Of S sites, C directions and K scales. `until` is the end of what was seen of a site, `since` its beginning, both
    NEVER of a site that nothing was seen of.

    `tops`, shape (S, DAYS, CELLS, C, K), are the highest levels of each cell; `peaks`, (S, PEAKS, C, K), the highest
    log excess of each day; `worst`, (S, PEAKS, C), its highest score; `busy`, alike, bytes a bucket in its busy hours;
    `alarmed`, alike, whether it was unusual. A day's row is at its number modulo the rows. Fields that begin with
    `now_` are of the running day.
    """

    directions: tuple[Direction, ...]
    step: int
    since: NDArray[np.int64]
    until: NDArray[np.int64]
    tops: Codes
    peaks: NDArray[np.float32]
    worst: NDArray[np.float32]
    busy: NDArray[np.float32]
    alarmed: NDArray[np.bool_]
    now_tops: Codes
    now_peaks: NDArray[np.float32]
    now_worst: NDArray[np.float32]
    now_levels: Codes
    now_alarmed: NDArray[np.bool_]

    @classmethod
    def empty(cls, sites: int, directions: tuple[Direction, ...], step: int) -> Memory:
        c, k = len(directions), len(SCALES)
        return cls(
            directions,
            step,
            np.full(sites, NEVER, np.int64),
            np.full(sites, NEVER, np.int64),
            np.zeros((sites, DAYS, CELLS, c, k), np.uint16),
            np.full((sites, PEAKS, c, k), np.nan, np.float32),
            np.full((sites, PEAKS, c), np.nan, np.float32),
            np.full((sites, PEAKS, c), np.nan, np.float32),
            np.zeros((sites, PEAKS, c), np.bool_),
            np.zeros((sites, CELLS, c, k), np.uint16),
            np.full((sites, c, k), np.nan, np.float32),
            np.full((sites, c), np.nan, np.float32),
            np.zeros((sites, DAY // step, c), np.uint16),
            np.zeros((sites, c), np.bool_),
        )

    def __len__(self) -> int:
        return len(self.until)

    def taken(self, rows: NDArray[np.intp]) -> Memory:
        """A copy of what is remembered of these sites."""
        return Memory(
            self.directions,
            self.step,
            self.since[rows],
            self.until[rows],
            self.tops[rows],
            self.peaks[rows],
            self.worst[rows],
            self.busy[rows],
            self.alarmed[rows],
            self.now_tops[rows],
            self.now_peaks[rows],
            self.now_worst[rows],
            self.now_levels[rows],
            self.now_alarmed[rows],
        )

    def grow(self, sites: int) -> None:
        """Know so many more sites, of which nothing was seen."""
        more = Memory.empty(sites, self.directions, self.step)
        for name in (each.name for each in fields(self) if each.name not in {"directions", "step"}):
            setattr(self, name, np.concatenate([getattr(self, name), getattr(more, name)]))

    def begin(self, rows: NDArray[np.intp], slot: Slot) -> None:
        """Forget all of these sites; what will be seen of them begins at `slot`."""
        self.tops[rows], self.peaks[rows], self.worst[rows], self.busy[rows] = 0, np.nan, np.nan, np.nan
        self.alarmed[rows] = False
        self.since[rows] = self.until[rows] = slot
        self.begin_day(rows)

    def begin_day(self, rows: NDArray[np.intp]) -> None:
        self.now_tops[rows], self.now_peaks[rows], self.now_levels[rows] = 0, np.nan, 0
        self.now_worst[rows], self.now_alarmed[rows] = np.nan, False

    def can_go_back(self, row: int, slot: Slot) -> bool:
        """Whether the site can be as it was at the midnight before `slot`."""
        midnight = floor(slot, DAY)
        return bool(self.since[row] <= midnight and self.until[row] - midnight <= GOES_BACK)

    def go_back(self, rows: NDArray[np.intp], slot: Slot) -> None:
        """Be as at the midnight before `slot`, or at the beginning of what was seen of these sites."""
        self.until[rows] = np.maximum(floor(slot, DAY), self.since[rows])
        self.begin_day(rows)
