"""The same local time of earlier days."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from bot.domain.times import DAY, Slot, Window
from bot.engine.spikes.memory import CELL, CELLS
from bot.engine.spikes.offsets import Offsets


def midnight(day: str) -> Slot:
    return Slot(int(datetime.fromisoformat(day).replace(tzinfo=UTC).timestamp()))


def wall(cell: int, zone: str) -> tuple[int, int]:
    """The half hour of the local day in which a cell begins, and the day."""
    local = datetime.fromtimestamp(cell * CELL, UTC).astimezone(ZoneInfo(zone))
    return (local.hour * 60 + local.minute) // 30, local.toordinal()


def back(zone: str, day: str, days: int) -> tuple[list[int], list[list[int]]]:
    start = midnight(day)
    offsets = Offsets.of([ZoneInfo(zone)], Window(start, Slot(start + DAY)))
    cells = np.arange(start // CELL, start // CELL + CELLS)
    return cells.tolist(), offsets.back(cells, days)[0].tolist()


@pytest.mark.parametrize(
    ("zone", "day"),
    [
        ("UTC", "2026-06-10"),
        ("Europe/Berlin", "2026-03-31"),  # 29 March has 23 hours
        ("Europe/Berlin", "2026-10-27"),  # 25 October has 25 hours
        ("America/St_Johns", "2026-03-10"),
        ("Asia/Kolkata", "2026-06-10"),
        ("Asia/Kathmandu", "2026-06-10"),  # three quarters past the hour
        ("Australia/Lord_Howe", "2026-04-07"),  # half an hour, on 5 April
        ("Pacific/Apia", "2026-01-02"),
        ("Africa/Johannesburg", "2026-06-10"),
    ],
)
def test_a_cell_is_compared_with_the_same_wall_clock_on_the_days_before(zone: str, day: str) -> None:
    cells, found = back(zone, day, 14)
    for number, like in enumerate(found, start=1):
        for cell, then in zip(cells, like, strict=True):
            clock, date = wall(cell, zone)
            clock_then, date_then = wall(then, zone)
            assert date - date_then in {number - 1, number, number + 1}
            assert (date - date_then) * CELLS + clock - clock_then == number * CELLS or _is_odd(cell, then, zone)


def _is_odd(cell: int, then: int, zone: str) -> bool:
    """A time that a day lacks or has twice: an hour around the change it can be off by one change."""
    offsets = {
        datetime.fromtimestamp((at + near) * CELL, UTC).astimezone(ZoneInfo(zone)).utcoffset()
        for at in (cell, then)
        for near in (-2, 0, 2)
    }
    same = {
        datetime.fromtimestamp(at * CELL, UTC).astimezone(ZoneInfo(zone)).utcoffset() for at in (cell - 2, cell + 2)
    }
    return len(offsets) > 1 and len({*same}) + len(offsets) > 2


def test_after_a_change_eight_is_compared_with_eight() -> None:
    start = midnight("2026-03-30")
    eight = start // CELL + 12  # six in UTC: eight in Berlin, in summer
    offsets = Offsets.of([ZoneInfo("Europe/Berlin"), ZoneInfo("UTC")], Window(start, Slot(start + DAY)))
    found = offsets.back(np.array([eight]), 2)[:, :, 0]
    assert (found[0] - eight).tolist() == [-CELLS, -2 * CELLS + 2]  # on 28 March it was seven in UTC
    assert (found[1] - eight).tolist() == [-CELLS, -2 * CELLS]
    assert offsets.of_rows(np.array([1])).back(np.array([eight]), 2)[0, :, 0].tolist() == found[1].tolist()
