"""What may come for the sake of an outage."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pytest

from bot.engine.spikes.codes import decode
from bot.engine.spikes.memory import CELLS, HEATED, WIDE, Memory
from bot.engine.spikes.outage import CATCHES_UP, LONGEST, MORE, debts
from tests.engine.spikes.traffic import BEGIN, IN, LEVEL, OUT, Watched

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


def caught_up(dark: int) -> Watched:
    """After nine days, so many hours until noon without usage, and then an hour of six times as much."""
    usage = np.full((1, 2, 9 * 96 + 52), float(LEVEL))
    usage[..., 9 * 96 + 48 - 4 * dark : 9 * 96 + 48] = 0
    usage[..., 9 * 96 + 48 :] = 6 * LEVEL
    return Watched(usage)


def test_what_makes_up_for_an_outage_is_neither_told_nor_remembered() -> None:
    alone, after = caught_up(0), caught_up(3)
    scores = [each.see(9 * 96 + 52).score[..., -4:] for each in (alone, after)]
    assert (scores[0] > 0.5).all()
    assert (scores[1] <= 0).all()
    highest = [np.nanmax(each.memory.now_peaks[..., WIDE]) for each in (alone, after)]
    assert highest[0] > 1
    assert highest[1] < 0.01
    tops = [decode(each.memory.now_tops[0, 24, :, 0]).max() / LEVEL for each in (alone, after)]
    np.testing.assert_allclose(tops, [6, 1], rtol=1e-3)
