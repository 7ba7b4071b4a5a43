"""A level that lasts is told once, where nothing shorter told of it, and is then remembered as usual."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import pytest
from numpy.typing import NDArray

from bot.domain.times import DAY
from bot.engine.spikes.codes import encode
from bot.engine.spikes.lasting import COMPARED, EXPIRES, MARGIN, MOST, STAYS, YOUNG, Lasting, lasting, shifted
from bot.engine.spikes.memory import CELLS, HEATED, LASTING, PEAKS, Memory
from tests.engine.spikes.traffic import BEGIN, IN, OUT

FIRST = BEGIN // DAY * CELLS
SITE = np.array([0])
USUAL, HIGH = 0.1, 0.6
"""How far a day stays above the middle of its times: ordinarily, and while it is told of."""
BEGINS, ENDS = 37, 12
"""Of a day's 48 half hours a quarter may be lower: so many must be high, and then so many low."""


def memory_of(lifts: NDArray[np.float64], days: int = COMPARED) -> Memory:
    """A site that so many days are known of, whose half hours from FIRST on are so far above the middle."""
    memory = Memory.empty(1, (IN, OUT), 300)
    cells = FIRST + np.arange(len(lifts))
    memory.lift[0, cells // CELLS % HEATED, cells % CELLS] = lifts[:, None]
    memory.typical[:] = encode(np.full(1, 1000, np.float32))
    memory.peaks[0, np.arange(FIRST // CELLS - days, FIRST // CELLS) % PEAKS, :, LASTING] = USUAL
    return memory


def judged_at(memory: Memory, cell: int) -> Lasting:
    return lasting(memory, SITE, np.array([FIRST + cell]))


def news(lifts: NDArray[np.float64], told: Collection[int] = (), *, at_once: bool = True) -> list[int]:
    """The half hours, from the second day on, in which it is told; in those of `told` a shorter scale told."""
    memory, found = memory_of(lifts), []
    for cell in told:
        memory.heat[0, (FIRST + cell) // CELLS % HEATED, (FIRST + cell) % CELLS, 2] = 1
    for cells in np.arange(CELLS, len(lifts)).reshape(-1, CELLS if at_once else 1):
        score = lasting(memory, SITE, FIRST + cells).score[0, :, 0]
        found += cells[score >= 1].tolist()
    return found


def runs(*ends: int) -> NDArray[np.float64]:
    """Six days of half hours: ordinary up to the first of these, high up to the second, and so on."""
    lifts = np.zeros(6 * CELLS)
    for begin, end in zip(ends[::2], [*ends[1::2], len(lifts)], strict=True):
        lifts[begin:end] = HIGH
    return lifts


@pytest.mark.parametrize("at_once", [True, False])
def test_it_is_told_from_three_quarters_of_a_day_on_as_long_as_it_lasts(at_once: bool) -> None:
    told = news(runs(60, 150, 240), at_once=at_once)
    assert told == [*range(60 + BEGINS, 150 + ENDS), *range(240 + BEGINS, 6 * CELLS)]


@pytest.mark.parametrize("at_once", [True, False])
@pytest.mark.parametrize(("apart", "is_told"), [(CELLS, False), (CELLS + 1, True)])
def test_it_is_not_told_again_within_a_day(at_once: bool, apart: int, is_told: bool) -> None:
    last = 150 + ENDS - 1
    again = last + apart
    told = news(runs(60, 150, again - BEGINS), at_once=at_once)
    assert (again in told) == is_told
    assert max(told) == (6 * CELLS - 1 if is_told else last)


@pytest.mark.parametrize(("before", "is_told"), [(CELLS, False), (CELLS + 1, True)])
def test_it_is_not_told_where_a_shorter_scale_told_of_it_within_a_day(before: int, is_told: bool) -> None:
    assert bool(news(runs(110), {110 + BEGINS - before})) == is_told


def test_of_a_day_that_is_mostly_unknown_nothing_is_said() -> None:
    lifts = runs(0)
    lifts[: CELLS // 4] = np.nan
    assert judged_at(memory_of(lifts), CELLS).score[0, 0, 0] > 1
    lifts[CELLS // 4] = np.nan
    found = judged_at(memory_of(lifts), CELLS)
    assert np.isnan(found.lift).all()
    assert not found.score.any()


@pytest.mark.parametrize("days", [3, 7, 14, 28])
def test_the_fewer_days_are_known_the_more_is_asked(days: int) -> None:
    top = judged_at(memory_of(runs(0), days), 0).top[0, 0, 0]
    assert np.log(top / 1000) == pytest.approx(USUAL + MARGIN + YOUNG[1] * max(0, 1 - days / YOUNG[0]), abs=1e-3)


def test_of_two_days_nothing_follows() -> None:
    found = judged_at(memory_of(runs(0), 2), CELLS)
    assert np.isnan(found.top).all()
    assert not found.score.any()


@pytest.mark.parametrize(
    ("told", "lifts"),
    [
        ({1: 0.5}, [0, 0.5, 0.5, 0.5, 0.5]),
        ({2: 0.5}, [0, 0, 0.5, 0.5, 0.5]),
        ({EXPIRES + 1: 0.5}, [0] * 5),
        ({1: 0.25, 2: 0.5}, [0, 0.25, 0.5, 0.5, 0.5]),
        ({1: 0.5, 2: 0.25}, [0, 0.5, 0.5, 0.5, 0.5]),
        ({1: MOST + 1}, [0, MOST, MOST, MOST, MOST]),
    ],
)
def test_days_before_a_shift_are_lifted_and_the_day_itself_is_not(told: dict[int, float], lifts: list[float]) -> None:
    memory, day = memory_of(runs(0)), FIRST // CELLS
    for back, lift in told.items():
        memory.shifts[0, (day - back) % PEAKS] = lift
    assert shifted(memory, SITE, day, 5)[0, :, 0].tolist() == lifts


@pytest.mark.parametrize(
    ("back", "stayed", "lift"),
    [
        (EXPIRES + 1, [0.5, 0.5], 0.5),
        (EXPIRES + 1, [0.5, 0.25], 0.25),
        (EXPIRES + 1, [0.75, 0.75], 0.5),
        (EXPIRES + 1, [0.5, np.nan], 0.5),
        (EXPIRES + 1, [-1, 0.5], 0),
        (STAYS, [0.5] * (STAYS - 1), 0.5),
        (STAYS + 1, [0.5] * STAYS, 0),
    ],
)
def test_a_shift_lifts_for_a_week_as_far_as_it_has_stayed_since(back: int, stayed: list[float], lift: float) -> None:
    memory, day = memory_of(runs(0)), FIRST // CELLS
    memory.shifts[0, (day - back) % PEAKS] = 0.5
    memory.peaks[0, np.arange(day - len(stayed), day) % PEAKS, :, LASTING] = np.array(stayed)[:, None] + USUAL
    assert shifted(memory, SITE, day, 12)[0, -1, 0] == pytest.approx(lift, abs=1e-6)
