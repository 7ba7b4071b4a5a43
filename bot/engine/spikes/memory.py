"""What is remembered of each site: a row a day, from which all that is usual follows.

Days are UTC days, and a day is remembered when it is over. Nothing is remembered but rows of days and the part of the
running day that was seen, so that going back to an earlier midnight is forgetting the days after it.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bot.domain.times import DAY, Slot, floor
from bot.domain.usage import Direction
from bot.engine.spikes.codes import Codes
from bot.engine.spikes.scales import SCALES

CELL = 1800
"""Seconds whose highest levels are remembered as one."""
CELLS = DAY // CELL
GOES_BACK = 4 * DAY
"""How far back what was seen can be seen again without beginning anew."""
DAYS = 41
"""Rows of cells: five weeks, a clock change, and what may be gone back."""
PEAKS = 64
"""Rows of a day's numbers: eight weeks, and what may be gone back."""
HEATED = 7
"""Rows of heat: a day and a half, and what may be gone back."""
WIDE, WEEKLY, RATIO, LASTING = slice(0, 3), slice(3, 5), 5, 6
"""Which of a day's highest excesses are which."""
MIDS = len(SCALES)
"""Where the median bucket of a cell is, beside its highest levels."""
AS_IT_GOES = ("heat", "lift", "typical", "missed")
"""Arrays of HEATED days, of which the running day's is filled as it goes."""
NEVER = 0
FORM = 3
"""Changes with what is remembered means."""

Rows = NDArray[np.intp]


@dataclass(slots=True, eq=False)
class AtHand:
    """`of`, shape (S,), says of which day or cell the arrays are, whose rows are the sites."""

    of: NDArray[np.int64]
    arrays: list[NDArray[Any]]


@dataclass(slots=True, eq=False)
class Memory:
    """Of S sites, C directions and K scales. `until` is the end of what was seen of a site, `since` its beginning, both
    NEVER of a site that nothing was seen of.

    `tops`, shape (S, DAYS, CELLS, C, K + 1), are the highest levels of a cell, and its median bucket (MIDS); `peaks`,
    (S, PEAKS, C, 7), the highest log excess of each day beyond the usual on each scale (WIDE), beyond the same weekday
    (WEEKLY), over the other direction (RATIO), and the highest lift of a whole day (LASTING); `worst`, (S, PEAKS, C),
    its highest score; `busy`, alike, bytes a bucket in its busy hours; `shifts`, alike, a lift that lasts; `heat`,
    (S, HEATED, CELLS, 4), the highest excess of a cell, that in the site's own terms, its highest score, and what
    lasted then; `lift`, (S, HEATED, CELLS, C), how far its median bucket was above the middle of its time, and
    `typical`, alike, that middle; `missed`, (S, HEATED, CELLS), bytes that it lacked. A day's row is at its number
    modulo the rows. Fields that begin with `now_` are of the running day. What is `at_hand` follows from all that.
    """

    directions: tuple[Direction, ...]
    step: int
    since: NDArray[np.int64]
    until: NDArray[np.int64]
    tops: Codes
    peaks: NDArray[np.float32]
    worst: NDArray[np.float32]
    busy: NDArray[np.float32]
    shifts: NDArray[np.float32]
    heat: NDArray[np.float32]
    lift: NDArray[np.float32]
    typical: Codes
    missed: NDArray[np.float32]
    now_tops: Codes
    now_peaks: NDArray[np.float32]
    now_worst: NDArray[np.float32]
    now_shifts: NDArray[np.float32]
    now_levels: Codes
    at_hand: dict[str, AtHand] = field(default_factory=dict)

    @classmethod
    def empty(cls, sites: int, directions: tuple[Direction, ...], step: int) -> Memory:
        c, k = len(directions), len(SCALES)

        def nothing(*shape: int) -> NDArray[np.float32]:
            return np.full((sites, *shape), np.nan, np.float32)

        def no_codes(*shape: int) -> Codes:
            return np.zeros((sites, *shape), np.uint16)

        return cls(
            directions,
            step,
            np.full(sites, NEVER, np.int64),
            np.full(sites, NEVER, np.int64),
            no_codes(DAYS, CELLS, c, k + 1),
            nothing(PEAKS, c, LASTING + 1),
            nothing(PEAKS, c),
            nothing(PEAKS, c),
            nothing(PEAKS, c),
            nothing(HEATED, CELLS, 4),
            nothing(HEATED, CELLS, c),
            no_codes(HEATED, CELLS, c),
            nothing(HEATED, CELLS),
            no_codes(CELLS, c, k + 1),
            nothing(c, LASTING + 1),
            nothing(c),
            nothing(c),
            no_codes(DAY // step, c),
        )

    def __len__(self) -> int:
        return len(self.until)

    def taken(self, rows: Rows) -> Memory:
        """A copy of what is remembered of these sites."""
        own = {name: getattr(self, name)[rows] for name in self.arrays()}
        return Memory(self.directions, self.step, **own)

    def grow(self, sites: int) -> None:
        """Know so many more sites, of which nothing was seen."""
        more, is_first = Memory.empty(sites, self.directions, self.step), not len(self)
        for name in self.arrays():
            own = getattr(more, name)
            setattr(self, name, own if is_first else np.concatenate([getattr(self, name), own]))
        self.at_hand.clear()

    @classmethod
    def arrays(cls) -> list[str]:
        """The names of what there is of each site."""
        return [each.name for each in fields(cls) if each.name not in {"directions", "step", "at_hand"}]

    def begin(self, rows: Rows, slot: Slot) -> None:
        """Forget all of these sites; what will be seen of them begins at `slot`."""
        self.tops[rows] = 0
        self.typical[rows] = 0
        for numbers in (self.peaks, self.worst, self.busy, self.shifts, self.heat, self.lift, self.missed):
            numbers[rows] = np.nan
        self.since[rows] = self.until[rows] = slot
        self.begin_day(rows, slot // DAY)

    def begin_day(self, rows: Rows, day: int) -> None:
        """Nothing was seen yet of the running day."""
        self.now_tops[rows], self.now_levels[rows] = 0, 0
        self.now_peaks[rows], self.now_worst[rows], self.now_shifts[rows] = np.nan, np.nan, np.nan
        self.heat[rows, day % HEATED], self.missed[rows, day % HEATED] = np.nan, np.nan
        self.lift[rows, day % HEATED], self.typical[rows, day % HEATED] = np.nan, 0
        self.put_away(rows)

    def put_away(self, rows: Rows) -> None:
        """Have what is at hand of these sites found anew."""
        for kept in list(self.at_hand.values()):  # of other sites something may come to hand meanwhile
            kept.of[rows] = NEVER

    def can_go_back(self, row: int, slot: Slot) -> bool:
        """Whether the site can be as it was at the midnight before `slot`."""
        midnight = floor(slot, DAY)
        return bool(self.since[row] <= midnight and self.until[row] - midnight <= GOES_BACK)

    def go_back(self, rows: Rows, slot: Slot) -> None:
        """Be as at the midnight before `slot`."""
        self.until[rows] = floor(slot, DAY)
        self.begin_day(rows, slot // DAY)
