"""Local time by the half hour, so that eight in the morning is compared with eight in the morning."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from bot.domain.times import DAY, Window, floor
from bot.engine.spikes.memory import CELL, CELLS


@dataclass(frozen=True, slots=True, eq=False)
class Offsets:
    """`cells`, shape (Z, M): how many cells a zone is ahead of UTC in each cell from number `first` (since 1970) on.
    `zone`, shape (R,): which of the zones is a site's."""

    first: int
    cells: NDArray[np.int16]
    zone: NDArray[np.intp]

    @classmethod
    def of(cls, zones: Sequence[ZoneInfo], window: Window) -> Offsets:
        """Of these sites, from six weeks before the window to the day after its end."""
        names = list(dict.fromkeys(zone.key for zone in zones))
        known = {zone.key: zone for zone in zones}
        start = floor(window.start, DAY) - 42 * DAY
        rows = [_ahead(known[name], start, (floor(window.end, DAY) + 2 * DAY - start) // CELL) for name in names]
        place = {name: row for row, name in enumerate(names)}
        return cls(start // CELL, np.array(rows, np.int16), np.array([place[zone.key] for zone in zones], np.intp))

    def of_rows(self, rows: NDArray[np.intp] | slice) -> Offsets:
        return Offsets(self.first, self.cells, self.zone[rows])

    def back(self, cells: NDArray[np.int64], days: int) -> NDArray[np.int64]:
        """Shape (R, D, M): of each site the cells at the same local time one day before these (shape (M,)), two, and so
        on up to `days`."""
        return self.back_of_zones(cells, days)[self.zone]

    def back_of_zones(self, cells: NDArray[np.int64], days: int) -> NDArray[np.int64]:
        """Shape (Z, D, M): as `back`, of each zone."""
        then = cells - np.arange(1, days + 1)[:, None] * CELLS
        found: NDArray[np.int64] = then + self.cells[:, cells - self.first][:, None] - self.cells[:, then - self.first]
        return found


def _ahead(zone: ZoneInfo, start: int, count: int) -> NDArray[np.int16]:
    """Asked at each midnight; within a day only where the clock is changed in it."""
    ahead = np.zeros(count, np.int16)
    for first in range(0, count, CELLS):
        ends = _offset(zone, start + first * CELL), _offset(zone, start + (first + CELLS) * CELL)
        size = min(CELLS, count - first)
        if ends[0] == ends[1]:
            ahead[first : first + size] = ends[0]
        else:
            ahead[first : first + size] = [_offset(zone, start + (first + n) * CELL) for n in range(size)]
    return ahead


def _offset(zone: ZoneInfo, slot: int) -> int:
    offset = datetime.fromtimestamp(slot, UTC).astimezone(zone).utcoffset()
    return int(offset.total_seconds()) // CELL if offset is not None else 0
