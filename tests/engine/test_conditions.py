"""Silence and pace, column by column, against plain Python."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from fractions import Fraction

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.block import Block
from bot.domain.times import Slot, Window
from bot.domain.usage import Direction
from bot.engine.edges import BREACH, CLEAR, UNKNOWN
from bot.engine.no_data import NEVER_HEARD, judge_no_data
from bot.engine.pace import LARGEST, Burning, counted_level, judge_pace, pace_level
from bot.engine.trailing import trailing
from bot.rules.model import NoData

STEP = 300
NAMES = ".#_"
AFTER = NoData(timedelta(minutes=15))
ZEROS = replace(AFTER, zero_is_silent=True)
Row = list[int | None]

rows = st.lists(st.none() | st.integers(0, 3), min_size=1, max_size=30)


def block_of(values: Row) -> Block:
    known = np.array([[value is not None for value in values]], np.bool_)
    numbers = np.array([[value or 0 for value in values]], np.int64)
    return Block(np.array([1]), Slot(0), STEP, numbers, np.zeros_like(numbers), known)


def silence(values: Row, rule: NoData = AFTER, before: int = 0) -> tuple[str, list[int]]:
    verdicts = judge_no_data(block_of(values), Direction.TOTAL, rule, np.array([before]))
    return "".join(NAMES[state] for state in verdicts.states[0]), (verdicts.values[0] // STEP).tolist()


def test_a_site_is_silent_from_the_bucket_end_at_which_nothing_came_for_so_long() -> None:
    assert silence([1, None, None, None, None, 1]) == (".__##.", [0, 1, 2, 3, 4, 0])


def test_a_silence_that_is_too_short_is_not_clear() -> None:
    assert silence([None, None, 1, None])[0] == "__._"


def test_a_silence_goes_on_from_before_the_block() -> None:
    assert silence([None, None, 1], before=2 * STEP) == ("##.", [3, 4, 0])


def test_a_site_is_watched_from_its_first_known_bucket_on() -> None:
    assert silence([None] * 5, before=NEVER_HEARD)[0] == "_____"
    assert silence([None, None, None, 1, None, None, None], before=NEVER_HEARD)[0] == "___.__#"


def test_zeros_are_heard_unless_they_are_silence_too() -> None:
    assert silence([1, 0, 0, 0, 0])[0] == "....."
    assert silence([1, 0, None, 0, 0], ZEROS)[0] == ".__##"


def test_a_site_of_which_only_zeros_are_known_is_silent_from_the_first_of_them() -> None:
    assert silence([None, None, 0, 0, 0], ZEROS, NEVER_HEARD) == ("____#", [0, 0, 1, 2, 3])


@given(rows, st.booleans(), st.integers(-1, 4), st.integers(1, 20))
def test_silence_agrees_with_counting(values: Row, zeros: bool, before: int, minutes: int) -> None:
    rule = NoData(timedelta(minutes=minutes), zeros)
    states, lasts = silence(values, rule, NEVER_HEARD if before < 0 else before * STEP)
    count, watched = max(before, 0), before >= 0
    for column, value in enumerate(values):
        watched |= value is not None
        is_silent = value is None or (zeros and value == 0)
        count = count + 1 if is_silent and watched else 0
        state = CLEAR if not is_silent else BREACH if watched and count * STEP >= minutes * 60 else UNKNOWN
        assert (states[column], lasts[column]) == (NAMES[state], count)


@given(rows, st.booleans(), st.integers(0, 30))
def test_silence_is_the_same_wherever_the_past_is_cut_off(values: Row, zeros: bool, cut: int) -> None:
    rule, cut = replace(AFTER, zero_is_silent=zeros), min(cut, len(values) - 1)
    states, lasts = silence(values, rule, NEVER_HEARD)
    known_before = any(value is not None for value in values[:cut])
    before = (lasts[cut - 1] if cut else 0) * STEP if known_before else NEVER_HEARD
    assert silence(values[cut:], rule, before) == (states[cut:], lasts[cut:])


def burning(values: Row, pairs: list[tuple[int, int, int, int]]) -> list[Burning]:
    """Pairs of (long, short) in buckets and (level of the long, of the short one)."""
    block = block_of(values)
    shape = block.known.shape
    return [
        Burning(
            trailing(block, Direction.TOTAL, long),
            trailing(block, Direction.TOTAL, short),
            np.full(shape, most),
            np.full(shape, briefly),
            np.ones(shape, np.bool_),
        )
        for long, short, most, briefly in pairs
    ]


pairs = st.lists(
    st.tuples(st.integers(2, 6), st.integers(1, 3), st.integers(0, 9), st.integers(0, 5)), min_size=1, max_size=3
)


@given(rows, pairs)
def test_pace_agrees_with_counting(values: Row, drawn: list[tuple[int, int, int, int]]) -> None:
    verdicts = judge_pace(burning(values, drawn))
    assert verdicts.limits is not None
    assert verdicts.which is not None
    for column in range(len(values)):
        said = []
        for long, short, most, briefly in drawn:
            known, gap = [], []
            for width, level in ((long, most), (short, briefly)):
                window: Row = [*[None] * max(0, width - 1 - column), *values[max(0, column - width + 1) : column + 1]]
                known.append(sum(value or 0 for value in window) > level)
                gap.append(None in window)
            may = all(over or open_ for over, open_ in zip(known, gap, strict=True))
            said.append(BREACH if all(known) else UNKNOWN if may else CLEAR)
        state = BREACH if BREACH in said else UNKNOWN if UNKNOWN in said else CLEAR
        assert verdicts.states[0, column] == state
        if state == BREACH:
            worst = int(verdicts.which[0, column])
            assert said[worst] == BREACH
            assert verdicts.limits[0, column] == drawn[worst][2] < verdicts.values[0, column]


def test_where_there_is_no_quota_nothing_burns_and_no_gap_matters() -> None:
    assert judge_pace(burning([9, None, 9], [(2, 1, LARGEST, LARGEST)])).states.tolist() == [[CLEAR] * 3]


amounts = st.integers(0, 10**18)
factors = st.integers(1, 10**6).map(lambda n: Fraction(n, 1000))
bills = st.integers(1000, 100_000).map(lambda n: Fraction(n, 10_000))


@given(amounts, st.integers(1, 10**5), st.integers(1, 10**6), factors)
def test_a_level_is_the_most_bytes_that_are_not_yet_too_fast(
    limit: int, length: int, span: int, factor: Fraction
) -> None:
    period = Window(Slot(0), Slot(length * STEP))
    level = pace_level(limit, period, span, factor)
    even = Fraction(limit, length * STEP) * span
    assert level <= factor * even < level + 1


@given(st.integers(0, 10**15), bills, st.integers(-2, 2))
def test_counted_bytes_pass_their_level_exactly_when_billed_ones_do(level: int, bill: Fraction, off: int) -> None:
    counted = max(0, counted_level(level, bill) + off)
    assert (counted > counted_level(level, bill)) == (int(counted * bill) > level)
