from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.block import Block
from bot.domain.times import Slot, Window
from bot.domain.usage import Direction
from bot.engine.percentile import BurstSegment, allowed_bursts, burst_level, burst_levels, judge_percentile, mark

STEP = 300
RATE = 8
"""Bits a second: a bucket is hot above 300 bytes."""
P95 = Fraction(95)
ALL = (Fraction(100),)


def block_of(values: list[int | None]) -> Block:
    known = np.array([[value is not None for value in values]], np.bool_)
    numbers = np.array([[value or 0 for value in values]], np.int64)
    return Block(np.array([1]), Slot(0), STEP, numbers, np.zeros_like(numbers), known)


def judged(
    values: list[int | None], p: Fraction = P95, steps: tuple[Fraction, ...] = ALL, period: Window | None = None
) -> list[tuple[int, int, int, int]]:
    """(step number, column, hot, gaps) of the crossings."""
    block = block_of(values)
    marks = mark(block, Direction.TOTAL, RATE, np.array([block.end]))
    zero = np.zeros(1, np.int64)
    segment = BurstSegment(period or Window(Slot(0), block.end), np.array([0]), zero, zero)
    edges = judge_percentile(marks, p, steps, segment)
    return [(one.step, one.slot // STEP, one.hot, one.gaps) for one in edges.crossings]


def nearest_rank(values: list[int], p: Fraction) -> int:
    """The definition, by ranking."""
    rank = -(-p.numerator * len(values) // (100 * p.denominator))
    return sorted(values)[max(rank, 1) - 1]


@pytest.mark.parametrize(("hot", "percentile", "crossed"), [(432, 100, []), (433, 900, [(0, 432, 433, 0)])])
def test_the_95th_percentile_of_8640_buckets_is_cold_with_432_hot_ones_and_hot_with_433(
    hot: int, percentile: int, crossed: list[tuple[int, int, int, int]]
) -> None:
    values: list[int | None] = [*[900] * hot, *[100] * (8640 - hot)]
    assert nearest_rank([value or 0 for value in values], P95) == percentile
    assert judged(values) == crossed


def test_a_bucket_is_hot_strictly_over_the_rate() -> None:
    assert judged([300] * 20) == []
    assert judged([301, 301, *[0] * 18]) == [(0, 1, 2, 0)]


def test_gaps_are_left_out_of_the_ranking() -> None:
    """Of 20 buckets one may be hot, of 19 none."""
    assert judged([301, *[0] * 19]) == []
    assert judged([301, *[0] * 18, None]) == [(0, 19, 1, 1)]


def test_a_gap_is_never_hot_nor_is_what_is_still_to_come_a_gap() -> None:
    block = block_of([301, *[None] * 19])
    marks = mark(block, Direction.TOTAL, RATE, np.array([STEP]))
    assert (marks.hot.sum(), marks.gaps.sum()) == (1, 0)


def test_the_larger_direction_of_each_bucket_counts_not_the_larger_sum() -> None:
    both = np.array([[301, 0]]), np.array([[0, 301]])
    block = Block(np.array([1]), Slot(0), STEP, *both, np.ones((1, 2), np.bool_))
    ends = np.array([block.end])
    assert mark(block, Direction.MAX, RATE, ends).hot.tolist() == [[True, True]]
    assert mark(block, Direction.IN, RATE, ends).hot.tolist() == [[True, False]]


def test_lower_steps_are_shares_of_the_burst_time_allowed() -> None:
    steps = (Fraction(50), Fraction(100), Fraction(150))
    values: list[int | None] = [*[301] * 30, *[0] * 170]
    assert judged(values, steps=steps) == [(0, 4, 5, 0), (1, 10, 11, 0), (2, 14, 15, 0)]


def test_where_nothing_is_allowed_the_first_hot_bucket_reaches_every_step_up_to_the_whole() -> None:
    assert judged([0, 301], p=Fraction(100), steps=(Fraction(50), Fraction(100))) == [(0, 1, 1, 0), (1, 1, 1, 0)]


values = st.lists(st.none() | st.sampled_from([0, 300, 301]), min_size=1, max_size=60)
percentiles = st.integers(1, 1000).map(lambda tenths: Fraction(tenths, 10))


@given(values, percentiles)
def test_the_whole_is_reached_exactly_where_the_ranked_percentile_is_over(drawn: list[int | None], p: Fraction) -> None:
    known = [value for value in drawn if value is not None]
    is_over = bool(known) and nearest_rank(known, p) > 300
    assert bool(judged(drawn, p=p)) == is_over


@given(values, percentiles, st.integers(0, 60), st.integers(1, 300))
def test_it_does_not_matter_where_the_past_is_cut_off(
    drawn: list[int | None], p: Fraction, cut: int, percent: int
) -> None:
    steps = tuple(sorted({Fraction(percent), Fraction(100)}))
    block, cut = block_of(drawn), min(cut, len(drawn))
    marks = mark(block, Direction.TOTAL, RATE, np.array([block.end]))
    rest = Block(
        block.sites, Slot(cut * STEP), STEP, block.in_bytes[:, cut:], block.out_bytes[:, cut:], block.known[:, cut:]
    )
    period = Window(Slot(0), block.end)
    before = BurstSegment(period, np.array([0]), *(m[:, :cut].sum(axis=1) for m in (marks.hot, marks.gaps)))
    edges = judge_percentile(mark(rest, Direction.TOTAL, RATE, np.array([block.end])), p, steps, before)
    expected = judged(drawn, p, steps)
    found = [(one.step, one.slot // STEP, one.hot, one.gaps) for one in edges.crossings]
    assert found == [one for one in expected if one[1] >= cut]
    assert np.flatnonzero(edges.carried[0]).tolist() == [one[0] for one in expected if one[1] < cut]


@given(st.integers(0, 10**6), percentiles, st.integers(1, 3000).map(lambda n: Fraction(n, 10)))
def test_levels_are_the_fewest_that_reach_the_step(ranked: int, p: Fraction, step: Fraction) -> None:
    allowed = allowed_bursts(ranked, p)
    level = burst_level(allowed, step)
    assert level >= 1
    assert level * 100 >= step * allowed
    assert level > allowed or step < 100
    assert level == 1 or (level - 1) * 100 < step * allowed or (level - 1 <= allowed and step >= 100)
    assert burst_levels(np.array([allowed]), step).tolist() == [level]
