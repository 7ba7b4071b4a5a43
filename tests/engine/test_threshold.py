from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.block import Block
from bot.domain.times import Slot
from bot.domain.usage import Direction
from bot.engine.edges import runs
from bot.engine.threshold import buckets_in, judge_threshold
from bot.rules.model import Threshold

STEP = 300
NAMES = ".#_"


def judged(values: list[int | None], threshold: Threshold) -> str:
    known = np.array([[value is not None for value in values]], np.bool_)
    numbers = np.array([[value or 0 for value in values]], np.int64)
    block = Block(np.array([1]), Slot(0), STEP, numbers, np.zeros_like(numbers), known)
    return "".join(NAMES[state] for state in judge_threshold(block, Direction.TOTAL, threshold).states[0])


QUARTER = timedelta(minutes=15)
OVER = Threshold(30, QUARTER)
UNDER = Threshold(30, QUARTER, under=True)


def test_strictly_over_the_sum_of_the_window_that_ends_with_the_bucket() -> None:
    assert judged([10, 10, 10, 11, 10], OVER) == "__.##"


def test_a_known_sum_over_the_limit_convicts_despite_gaps() -> None:
    assert judged([None, 31, None, None, 0, 0], OVER) == "_###__"


def test_a_gap_is_never_clear() -> None:
    assert judged([1, 1, 1, None, 1, 1, 1], OVER) == "__.___."


def test_under_needs_the_whole_window() -> None:
    assert judged([1, 1, 1, None, 1, 1, 1], UNDER) == "__#___#"


def test_a_known_sum_at_the_limit_acquits_despite_gaps() -> None:
    assert judged([None, 30, None], UNDER) == "_.."


@pytest.mark.parametrize(("minutes", "columns"), [(1, 1), (5, 1), (6, 2), (15, 3), (60, 12)])
def test_a_window_is_whole_buckets(minutes: int, columns: int) -> None:
    assert buckets_in(timedelta(minutes=minutes), STEP) == columns


@given(values=st.lists(st.one_of(st.none(), st.integers(0, 40)), min_size=1, max_size=30))
def test_verdicts_agree_with_the_definition(values: list[int | None]) -> None:
    for index, verdict in enumerate(judged(values, OVER)):
        window = [None] * max(0, 2 - index) + values[max(0, index - 2) : index + 1]
        total = sum(value or 0 for value in window)
        expected = "#" if total > 30 else "_" if None in window else "."
        assert verdict == expected


@given(values=st.lists(st.integers(0, 40), min_size=1, max_size=30), since=st.integers(0, 29))
def test_runs_tile_the_columns(values: list[int], since: int) -> None:
    numbers = np.array([values], np.int64)
    block = Block(np.array([1]), Slot(0), STEP, numbers, np.zeros_like(numbers), np.ones_like(numbers, np.bool_))
    verdicts = judge_threshold(block, Direction.TOTAL, OVER)
    found = list(runs(verdicts, 0, since))
    assert [c for run in found for c in range(run.first, run.end)] == list(range(since, len(values)))
    assert all(verdicts.states[0, c] == run.state for run in found for c in range(run.first, run.end))
