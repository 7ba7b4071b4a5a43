"""What is usual, by many days and by few."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import numpy as np
import pytest

from bot.domain.times import DAY, Slot, Window
from bot.engine.spikes.codes import decode, encode
from bot.engine.spikes.memory import CELLS, DAYS, PEAKS, Memory
from bot.engine.spikes.offsets import Offsets
from bot.engine.spikes.usual import Usual, usual
from tests.engine.spikes.traffic import BEGIN, IN, OUT

NOON = 24


def usual_after(
    levels: list[float], about: dict[int, float] | None = None, at: int = NOON, shift: float = np.nan
) -> Usual:
    """Of the cell at noon, or another, after days of which each has one level all day, the last of them last; `about`
    gives cells from noon of the last day another, and `shift` is what was told on it to last."""
    memory, day = Memory.empty(1, (IN, OUT), 300), BEGIN // DAY + len(levels)
    memory.begin(np.arange(1), BEGIN)
    for number, level in enumerate(levels):
        memory.tops[0, (BEGIN // DAY + number) % DAYS] = encode(np.array(level, np.float32))
    memory.tops[0, [day % DAYS, (BEGIN // DAY - 1) % DAYS]] = encode(np.array(1e9, np.float32))  # not seen
    for cell, level in (about or {}).items():
        memory.tops[0, (day - 1) % DAYS, NOON + cell] = encode(np.array(level, np.float32))
    memory.shifts[0, (day - 1) % PEAKS] = shift
    offsets = Offsets.of([ZoneInfo("UTC")], Window(Slot(day * DAY), Slot((day + 1) * DAY)))
    return usual(memory, np.arange(1), offsets, np.array([day * CELLS + at]))


def of(values: np.ndarray[tuple[int, ...], np.dtype[np.float32]]) -> float:
    assert len(np.unique(values)) == 1
    return float(values.flat[0])


def test_of_many_days_ranks_are_of_days() -> None:
    levels = [1000.0 * 1.1**n for n in range(30)]
    found = usual_after(levels)
    wanted = [levels[-rank] for rank in (1, 2, 2, 4, 8)]
    ranks = [of(each) for each in (found.first, found.second, found.near2, found.near4, found.near8)]
    np.testing.assert_allclose(ranks, wanted, rtol=1e-3)
    np.testing.assert_allclose(of(found.low), levels[0], rtol=1e-3)
    np.testing.assert_allclose(of(found.near), levels[14], rtol=1e-3)
    np.testing.assert_allclose(of(found.week), levels[-7], rtol=1e-3)


@pytest.mark.parametrize("days", range(1, 22))
def test_of_few_days_ranks_are_as_large_a_share_of_the_days(days: int) -> None:
    levels = [1000.0 * 2**n for n in range(days)]
    found = usual_after(levels)
    below = [(rank - 1) * (days - 1) / 20 for rank in (2, 4, 8)]  # days from the highest
    wanted = [levels[-1] / 2**each for each in below]
    np.testing.assert_allclose([of(each) for each in (found.near2, found.near4, found.near8)], wanted, rtol=2e-3)
    assert np.isnan(found.week).all() == (days < 7)


def test_a_busy_weekday_is_usual_on_that_weekday_alone() -> None:
    levels = [1000.0 if day % 7 else 1600.0 for day in range(29)]
    np.testing.assert_allclose(of(usual_after(levels[:28]).quick), 1600, rtol=1e-3)
    np.testing.assert_allclose(of(usual_after(levels).quick), 1000, rtol=1e-3)


def test_of_no_day_nothing_is_usual() -> None:
    found = usual_after([])
    assert all(np.isnan(each).all() for each in (found.first, found.second, found.near4, found.low, found.week))


def test_an_hour_and_a_half_about_is_as_like_and_half_an_hour_closely() -> None:
    calm = [1000.0] * 9
    for cell in (-4, 4):
        assert of(usual_after(calm, {cell: 9000}).first) == of(decode(encode(np.array([1000], np.float32))))
    for cell in (-3, 3):
        found = usual_after(calm, {cell: 9000})
        assert of(found.first) > 8900
        assert of(found.second) < 1001
        assert of(found.near2) < 1001
    assert of(usual_after(calm, {-1: 9000}).near2) > 1001  # between the highest and the second highest of nine days


def test_the_running_day_and_what_was_before_a_site_was_seen_count_for_nothing() -> None:
    for at in (0, 1, NOON, CELLS - 2, CELLS - 1):
        assert of(usual_after([1000.0] * 9, at=at).first) < 1001


def test_days_before_a_shift_that_lasts_count_as_so_much_higher() -> None:
    found = usual_after([1000.0] * 9, shift=np.log(2))
    for lifted, as_it_was in ((found.first, found.low), (found.second, found.middle), (found.near8, found.seldom)):
        np.testing.assert_allclose((of(lifted), of(as_it_was)), (2000, 1000), rtol=2e-3)
    assert np.isnan(usual_after([], shift=np.log(2)).first).all()


def test_of_a_time_of_which_only_the_times_about_it_are_known_no_lowest_is_said() -> None:
    found = usual_after([1000.0], {0: np.nan})
    np.testing.assert_allclose(of(found.first), 1000.0, rtol=1e-3)
    assert np.isnan(found.low).all()
