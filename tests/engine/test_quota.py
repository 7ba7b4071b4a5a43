"""By which bucket usage reached each step, over blocks, pieces of a grant, openings and billing factors."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.block import Block
from bot.domain.times import DAY, Slot, Window, to_slot
from bot.domain.usage import Direction
from bot.engine.ledger import Course, Ledger, Strand
from bot.engine.quota import even_pace, has_reached, level_of, reached, runs_out_at
from bot.rules.contracts import Part

STEP = 300
START = Slot(1_780_272_000)  # 2026-06-01T00:00Z
MONTH = Window(START, Slot(START + 30 * DAY))
PART = Part((1,), START, 0, Fraction(1))


def block(in_bytes: list[int], known: list[bool] | None = None, start: Slot = START) -> Block:
    values = np.array([in_bytes], np.int64)
    mask = np.array([known], np.bool_) if known else np.ones(values.shape, np.bool_)
    return Block(np.arange(len(values)), start, STEP, values, np.zeros_like(values), mask)


def course(of: Block, before: int = 0, part: Part = PART, direction: Direction = Direction.TOTAL) -> Course:
    return Course(Ledger.of(of, direction), [Strand(part, 0, before)])


def crossed(
    of: Course, limit: int, steps: list[int], pieces: list[tuple[Window, int]] | None = None
) -> dict[int, int | None]:
    """Step → how many buckets after the start it was reached; None for before the ledger."""
    found = reached(of, pieces or [(MONTH, limit)], [Fraction(step) for step in steps], {})
    return {int(step): None if end is None else (end - START) // STEP for step, end in found.items()}


def test_a_thousand_a_day_at_ten_a_bucket_reaches_80_90_and_100_percent_at_0640_0730_and_0820() -> None:
    day = course(block([10] * 288))
    found = crossed(day, 1000, [80, 90, 100])
    assert {step: divmod((end or 0) * 5, 60) for step, end in found.items()} == {80: (6, 40), 90: (7, 30), 100: (8, 20)}
    assert [day.used(START + (end or 0) * STEP) for end in found.values()] == [800, 900, 1000]


def test_reached_means_used_equals_the_step() -> None:
    assert crossed(course(block([79, 1])), 100, [80]) == {80: 2}
    assert crossed(course(block([79, 0])), 100, [80]) == {}


@given(limit=st.integers(1, 10**18), percent=st.fractions(min_value=0, max_value=1000, max_denominator=1000))
def test_a_level_is_the_fewest_bytes_that_satisfy_the_definition(limit: int, percent: Fraction) -> None:
    level = level_of(limit, percent)
    assert level * 100 >= limit * percent
    assert level == 0 or (level - 1) * 100 < limit * percent


def test_nothing_used_reaches_nothing_not_even_of_a_quota_of_nothing() -> None:
    assert not has_reached(0, 0, Fraction(100))
    assert has_reached(1, 0, Fraction(100))
    assert crossed(course(block([0, 1])), 0, [100]) == {100: 2}


def test_several_steps_in_one_bucket_are_reached_by_that_bucket() -> None:
    assert crossed(course(block([10, 990])), 1000, [50, 80, 100]) == {50: 2, 80: 2, 100: 2}


def test_what_was_reached_before_the_ledger_is_said_to_be_and_not_when() -> None:
    later = course(block([5, 5], start=Slot(START + DAY)), before=600)
    assert crossed(later, 1000, [50, 80]) == {50: None}
    assert later.used(later.ledger.end) == 610


def test_only_buckets_since_the_part_begins_count() -> None:
    later = course(block([1, 1, 1, 1]), part=replace(PART, since=Slot(START + 2 * STEP)))
    assert [later.used(START + n * STEP) for n in range(5)] == [0, 0, 0, 1, 2]
    assert (later.known(START + 4 * STEP), later.expected(START + 4 * STEP)) == (2, 2)


def test_a_known_sum_over_a_step_convicts_despite_gaps() -> None:
    half = course(block([0, 80], [False, True]))
    assert crossed(half, 100, [80]) == {80: 2}
    assert (half.known(START + 2 * STEP), half.expected(START + 2 * STEP)) == (1, 2)


def test_the_larger_direction_is_taken_per_bucket() -> None:
    both = Block(np.array([1]), START, STEP, np.array([[10, 0]]), np.array([[0, 10]]), np.ones((1, 2), np.bool_))
    assert course(both, direction=Direction.MAX).used(START + 2 * STEP) == 20


def test_what_is_taken_for_a_gap_counts_and_is_not_known() -> None:
    gappy = block([5, 0, 5], [True, False, True])
    one = Course(Ledger.of(gappy, Direction.IN, np.full((1, 3), 7)), [Strand(PART, 0)])
    assert (one.used(START + 3 * STEP), one.known(START + 3 * STEP)) == (17, 2)


@given(
    values=st.lists(st.integers(0, 50), min_size=1, max_size=40),
    cut=st.integers(0, 40),
    limit=st.integers(1, 1500),
    factor=st.sampled_from([Fraction(1), Fraction("1.04"), Fraction("0.3333"), Fraction(10)]),
)
def test_it_does_not_matter_where_a_period_is_cut_into_blocks(
    values: list[int], cut: int, limit: int, factor: Fraction
) -> None:
    cut, part = min(cut, len(values)), replace(PART, factor=factor)
    whole = crossed(course(block(values), part=part), limit, [50, 100])
    first = crossed(course(block(values[:cut]), part=part), limit, [50, 100])
    rest = course(block(values[cut:], start=Slot(START + cut * STEP)), sum(values[:cut]), part)
    second = {step: end for step, end in crossed(rest, limit, [50, 100]).items() if end is not None}
    assert {**first, **second} == whole
    used = [sum(values[: n + 1]) * factor for n in range(len(values))]
    naive = {
        step: next((n + 1 for n, u in enumerate(used) if int(u) * 100 >= limit * step), None) for step in (50, 100)
    }
    assert whole == {step: end for step, end in naive.items() if end is not None}


TOPPED = [(Window(START, Slot(START + 3 * STEP)), 100), (Window(Slot(START + 3 * STEP), MONTH.end), 200)]


@pytest.mark.parametrize(
    ("used", "found"),
    [
        ([80, 0, 0, 0], {80: 1}),
        ([79, 0, 0, 1], {}),
        ([0, 0, 80, 0, 80], {80: 3}),
        ([0, 0, 79, 81], {80: 4}),
    ],
)
def test_a_step_is_of_what_is_granted_when_the_bucket_begins(used: list[int], found: dict[int, int]) -> None:
    assert crossed(course(block(used)), 0, [80], TOPPED) == found


def test_a_step_of_a_piece_that_is_over_before_the_ledger_begins_is_looked_up() -> None:
    later = course(block([0], start=Slot(START + DAY)), before=80)
    for used, expected in ((80, {Fraction(80): None}), (79, {})):
        assert reached(later, TOPPED, [Fraction(80)], {TOPPED[0][0].end: used}) == expected


def test_a_step_that_an_opening_reaches_alone_is_reached_at_its_instant() -> None:
    since = Slot(START + 2 * STEP)
    opened = course(block([0, 0, 1, 1]), part=Part((1,), since, 80, Fraction(1)))
    assert crossed(opened, 100, [80, 82], [(Window(since, MONTH.end), 100)]) == {80: 2, 82: 4}


def test_parts_are_billed_each_by_its_factor_and_added() -> None:
    ledger = Ledger(START, STEP, np.array([[0, 10, 20], [0, 10, 20]]), np.ones((2, 2), np.bool_))
    parts = [Part((1,), START, 0, Fraction(1)), Part((2,), START, 0, Fraction("1.04"))]
    pooled = Course(ledger, [Strand(part, row) for row, part in enumerate(parts)])
    assert [pooled.used(START + n * STEP) for n in range(3)] == [0, 20, 40]
    assert pooled.expected(START + 2 * STEP) == 4


def test_an_absurd_step_of_a_huge_quota_is_just_never_reached() -> None:
    assert crossed(course(block([10**14])), 10**18, [100_000]) == {}


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
