from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.block import Block
from bot.domain.times import DAY, Slot, Window, to_slot
from bot.domain.usage import Direction
from bot.engine.quota import Crossing, Segment, even_pace, judge_quota, level_of, levels_of, runs_out_at

STEP = 300
START = Slot(1_780_272_000)  # 2026-06-01T00:00Z
MONTH = Window(START, Slot(START + 30 * DAY))


def block(in_bytes: list[list[int]], known: list[list[bool]] | None = None, start: Slot = START) -> Block:
    values = np.array(in_bytes, np.int64)
    mask = np.array(known, np.bool_) if known else np.ones(values.shape, np.bool_)
    return Block(np.arange(len(values)), start, STEP, values, np.zeros_like(values), mask)


def segment(limits: list[int], steps: list[int], opening: list[int] | None = None, period: Window = MONTH) -> Segment:
    rows = np.arange(len(limits), dtype=np.intp)
    levels = levels_of(limits, [Fraction(step) for step in steps])
    return Segment(period, rows, np.array(opening or [0] * len(limits), np.int64), levels)


def test_a_thousand_a_day_at_ten_a_bucket_reaches_80_90_and_100_percent_at_0640_0730_and_0820() -> None:
    edges = judge_quota(block([[10] * 288]), Direction.TOTAL, segment([1000], [80, 90, 100]))
    ends = [(c.slot + STEP - START) // 60 for c in edges.crossings]
    assert ends == [6 * 60 + 40, 7 * 60 + 30, 8 * 60 + 20]
    assert [c.used for c in edges.crossings] == [800, 900, 1000]


def test_reached_means_used_equals_the_step() -> None:
    assert judge_quota(block([[79, 1]]), Direction.IN, segment([100], [80])).crossings[0].slot == START + STEP
    assert not judge_quota(block([[79, 0]]), Direction.IN, segment([100], [80])).crossings


@given(limit=st.integers(1, 10**18), percent=st.fractions(min_value=0, max_value=1000, max_denominator=1000))
def test_a_level_is_the_fewest_bytes_that_satisfy_the_definition(limit: int, percent: Fraction) -> None:
    level = level_of(limit, percent)
    assert level * 100 >= limit * percent
    assert level == 0 or (level - 1) * 100 < limit * percent


def test_several_steps_in_one_bucket_are_several_crossings_of_that_bucket() -> None:
    edges = judge_quota(block([[10, 990]]), Direction.TOTAL, segment([1000], [50, 80, 100]))
    assert {c.slot for c in edges.crossings} == {START + STEP}
    assert [c.step for c in edges.crossings] == [0, 1, 2]


def test_what_was_reached_before_the_block_is_carried_and_not_crossed_again() -> None:
    edges = judge_quota(block([[5, 5]]), Direction.TOTAL, segment([1000], [50, 80], opening=[600]))
    assert edges.crossings == ()
    assert edges.carried.tolist() == [[True, False]]
    assert edges.used.tolist() == [610]


def test_only_buckets_of_the_period_count() -> None:
    period = Window(Slot(START + 2 * STEP), Slot(START + 4 * STEP))
    edges = judge_quota(block([[1, 1, 1, 1, 1, 1]]), Direction.TOTAL, segment([10], [100], period=period))
    assert edges.used.tolist() == [2]


def test_a_known_sum_over_a_step_convicts_despite_gaps() -> None:
    edges = judge_quota(block([[0, 80]], [[False, True]]), Direction.TOTAL, segment([100], [80]))
    assert [c.step for c in edges.crossings] == [0]
    assert edges.known.tolist() == [1]


def test_the_larger_direction_is_taken_per_bucket() -> None:
    both = Block(np.array([1]), START, STEP, np.array([[10, 0]]), np.array([[0, 10]]), np.ones((1, 2), np.bool_))
    assert judge_quota(both, Direction.MAX, segment([100], [100])).used.tolist() == [20]


@given(
    values=st.lists(st.integers(0, 50), min_size=1, max_size=40),
    cut=st.integers(0, 40),
    limit=st.integers(1, 1500),
)
def test_it_does_not_matter_where_a_period_is_cut_into_blocks(values: list[int], cut: int, limit: int) -> None:
    cut = min(cut, len(values))
    whole = judge_quota(block([values]), Direction.TOTAL, segment([limit], [50, 100]))
    found: list[Crossing] = []
    if cut:
        found += judge_quota(block([values[:cut]]), Direction.TOTAL, segment([limit], [50, 100])).crossings
    if cut < len(values):
        rest = block([values[cut:]], start=Slot(START + cut * STEP))
        found += judge_quota(rest, Direction.TOTAL, segment([limit], [50, 100], [sum(values[:cut])])).crossings
    assert found == list(whole.crossings)


def test_an_absurd_step_of_a_huge_quota_is_just_never_reached() -> None:
    edges = judge_quota(block([[10**14]]), Direction.TOTAL, segment([10**18], [100_000]))
    assert edges.crossings == ()


def test_even_pace_is_the_elapsed_share_of_the_limit() -> None:
    assert even_pace(300, MONTH, START + 10 * DAY) == 100
    assert even_pace(300, MONTH, START + 90 * DAY) == 300


def test_run_rate_of_a_february_that_began_on_the_15th() -> None:
    from datetime import UTC, datetime  # noqa: PLC0415

    period = Window(to_slot(datetime(2026, 2, 15, tzinfo=UTC)), to_slot(datetime(2026, 3, 15, tzinfo=UTC)))
    until = to_slot(datetime(2026, 3, 5, tzinfo=UTC))
    # 18 GB in 18 of 28 days: a GB a day, so 20 GB are used up two days later
    assert runs_out_at(18 * 10**9, 20 * 10**9, period, until) == until + 2 * DAY
    assert runs_out_at(18 * 10**9, 29 * 10**9, period, until) is None


@pytest.mark.parametrize("used", [0, 100, 120])
def test_no_date_is_named_where_nothing_was_used_or_all_was(used: int) -> None:
    assert runs_out_at(used, 100, MONTH, START + 10 * DAY) is None


def test_no_date_is_named_in_the_first_hours_of_a_period() -> None:
    assert runs_out_at(90, 100, MONTH, START + DAY) is None
