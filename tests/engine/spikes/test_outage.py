"""What may come for the sake of an outage."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pytest

from bot.engine.spikes.memory import CELLS, HEATED, Memory
from bot.engine.spikes.outage import CATCHES_UP, LONGEST, MORE, debts
from tests.engine.spikes.traffic import BEGIN, IN, OUT

NOON = BEGIN // 1800 + 24


def owed(dark: Iterable[int], cells: range) -> list[float]:
    """Bytes, of which each dark cell (from noon) lacked one thousand."""
    memory = Memory.empty(2, (IN, OUT), 300)
    for cell in dark:
        memory.missed[1, (NOON + cell) // CELLS % HEATED, (NOON + cell) % CELLS] = 1000
    found = debts(memory, np.arange(2), np.array([NOON + cell for cell in cells]))
    assert not found.owed[0].any()
    return [float(each) for each in found.owed[1]]


def test_what_an_outage_lacked_may_come_some_times_over_in_the_two_hours_after_it() -> None:
    after = owed(range(-5, 0), range(8))
    assert after == [5000 * MORE] * CATCHES_UP + [0] * (8 - CATCHES_UP)
    assert owed(range(-1, 0), range(5)) == [1000 * MORE] * 3 + [0, 0]  # no more than two cells longer than it was


def test_no_more_than_half_a_day_is_looked_back() -> None:
    assert owed(range(-40, 0), range(2)) == [LONGEST * 1000 * MORE, (LONGEST - 1) * 1000 * MORE]


def test_two_outages_are_two() -> None:
    dark = [*range(-9, -6), -1]
    assert owed(dark, range(1)) == [1000 * MORE]


@pytest.mark.parametrize("cell", range(-8, 8))
def test_a_cell_owes_the_same_alone_and_among_others(cell: int) -> None:
    whole = owed(range(-6, -2), range(-8, 8))
    assert owed(range(-6, -2), range(cell, cell + 1)) == [whole[cell + 8]]
