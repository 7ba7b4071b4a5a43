"""Marks of height are few and round, and labels beside each other do not cover each other."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.notify.charts.scales import apart, mark_words, marks
from bot.service.charts.model import Unit

GB = 10**9


@pytest.mark.parametrize(
    ("top", "heights"),
    [
        (0, (0,)),
        (1, (0, 1)),
        (7, (0, 2, 4, 6)),
        (570 * GB, (0, 200 * GB, 400 * GB)),
        (690 * GB, (0, 200 * GB, 400 * GB, 600 * GB)),
        (1.02e15, (0, 5 * 10**14, 10**15)),
    ],
)
def test_marks_are_round(top: float, heights: tuple[int, ...]) -> None:
    assert marks(top) == heights


@given(st.floats(0, 1e24))
def test_marks_are_few_and_within(top: float) -> None:
    heights = marks(top)
    assert len(heights) <= 5
    assert max(heights) <= top
    assert len(heights) > 1 or top < 1


@pytest.mark.parametrize(
    ("value", "unit", "words"),
    [
        (0, Unit.BYTES, "0"),
        (500, Unit.BYTES, "500 B"),
        (200 * GB, Unit.BYTES, "200 GB"),
        (15 * 10**11, Unit.BYTES, "1.5 TB"),
        (20 * 10**6, Unit.RATE, "20 Mbps"),
        (5 * GB, Unit.RATE, "5 Gbps"),
    ],
)
def test_a_mark_has_its_unit(value: int, unit: Unit, words: str) -> None:
    assert mark_words(value, unit) == words


def test_labels_stay_where_they_are_unless_they_would_cover_each_other() -> None:
    assert apart([20, 60], 10, 100) == [20, 60]
    assert apart([50, 52], 10, 100) == [50, 60]
    assert apart([98, 99], 10, 100) == [85, 95]
    assert apart([0], 10, 100) == [5]
    assert apart([500], 10, 100) == [95]
