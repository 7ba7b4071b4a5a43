"""The columnar engine against plain Python, bucket by bucket, with gaps."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from fractions import Fraction

import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st

from bot.domain.block import Block
from bot.domain.times import Slot, Window
from bot.domain.usage import LARGEST_BUCKET, Direction
from bot.engine.edges import BREACH, CLEAR, UNKNOWN
from bot.engine.ledger import Course, Ledger, Strand
from bot.engine.quota import even_pace, level_of, reached, runs_out_at
from bot.engine.threshold import judge_threshold
from bot.rules.contracts import Part
from bot.rules.model import Threshold
from tests.fuzz.trying import tries

STEP = 300
START = Slot(1_780_272_000)
Row = Sequence[tuple[int, int] | None]
"""Bytes in and out of each bucket; None where it is not known."""

buckets = st.none() | st.tuples(st.integers(0, 9), st.integers(0, 9)) | st.just((LARGEST_BUCKET, LARGEST_BUCKET))


@st.composite
def histories(draw: st.DrawFn) -> list[Row]:
    width = draw(st.integers(1, 24))
    return draw(st.lists(st.lists(buckets, min_size=width, max_size=width), min_size=1, max_size=3))


directions = st.sampled_from(list(Direction))


def block_of(rows: Sequence[Row]) -> Block:
    both = np.array([[bucket or (0, 0) for bucket in row] for row in rows], np.int64)
    known = np.array([[bucket is not None for bucket in row] for row in rows], np.bool_)
    return Block(np.arange(len(rows)), START, STEP, both[:, :, 0], both[:, :, 1], known)


def amount(bucket: tuple[int, int] | None, direction: Direction) -> int:
    if bucket is None:
        return 0
    inbound, outbound = bucket
    return {"in": inbound, "out": outbound, "total": inbound + outbound, "max": max(bucket)}[direction.value]


@tries(120)
@given(histories(), directions, st.integers(0, 40), st.integers(1, 6), st.integers(0, 24), st.data())
def test_quotas_agree_with_counting(
    rows: list[Row], direction: Direction, before: int, tenths: int, length: int, data: st.DataObject
) -> None:
    steps = sorted({Fraction(n, tenths) for n in data.draw(st.lists(st.integers(1, 900), min_size=1, max_size=4))})
    period = Window(Slot(START - 3 * STEP), Slot(START + (length + 1) * STEP))
    ledger = Ledger.of(block_of(rows), direction)
    factor = data.draw(st.sampled_from([Fraction(1), Fraction("1.04"), Fraction("0.7")]))
    for place, row in enumerate(rows):
        limit = data.draw(st.integers(1, 120) | st.just(10**18))
        course = Course(ledger, [Strand(Part((place,), period.start, 0, factor), place, before)])
        counted = before
        expected: dict[Fraction, Slot | None] = {}
        for column, bucket in enumerate([None, *row]):
            end = START + column * STEP
            counted += amount(bucket, direction) if end <= period.end else 0
            for step in steps:
                if int(counted * factor) * 100 >= limit * step and int(counted * factor) > 0:
                    expected.setdefault(step, Slot(end) if column else None)
        assert reached(course, [(period, limit)], steps, {}) == expected
        assert course.used(period.end) == int(counted * factor)


@tries(120)
@given(histories(), directions, st.integers(0, 60), st.integers(1, 60), st.booleans())
def test_thresholds_agree_with_counting(
    rows: list[Row], direction: Direction, limit: int, minutes: int, under: bool
) -> None:
    verdicts = judge_threshold(block_of(rows), direction, Threshold(limit, timedelta(minutes=minutes), under))
    width = -(-minutes // 5)
    for place, row in enumerate(rows):
        for column in range(len(row)):
            window: Row = [None] * max(0, width - 1 - column) + list(row[max(0, column - width + 1) : column + 1])
            used, whole = sum(amount(bucket, direction) for bucket in window), None not in window
            if under:
                said = CLEAR if used >= limit else BREACH if whole else UNKNOWN
            else:
                said = BREACH if used > limit else CLEAR if whole else UNKNOWN
            assert (verdicts.states[place, column], verdicts.values[place, column]) == (said, used)


@tries(200)
@given(st.integers(1, 10**18), st.integers(1, 10**9).map(lambda n: Fraction(n, 1000)))
@example(101, Fraction(50))
@example(3, Fraction(100, 3))
@example(10**18, Fraction(999_999_999, 1000))
def test_the_level_of_a_step_is_the_first_whole_byte_that_reaches_it(limit: int, step: Fraction) -> None:
    level = level_of(limit, step)
    assert level * 100 >= limit * step
    assert (level - 1) * 100 < limit * step


@tries(150)
@given(st.integers(0, 10**18), st.integers(1, 10**18), st.integers(1, 10**8), st.integers(0, 10**8))
def test_pace_and_run_out_stay_within_the_period(used: int, limit: int, length: int, elapsed: int) -> None:
    period = Window(START, Slot(START + length))
    until = START + elapsed
    assert 0 <= even_pace(limit, period, until) <= limit
    at = runs_out_at(used, limit, period, until)
    if at is not None:
        assert period.start < at < period.end
        assert used * (at - period.start) >= limit * elapsed
