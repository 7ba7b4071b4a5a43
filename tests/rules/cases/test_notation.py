"""The notation of series."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.rules.cases.notation import MOST_BUCKETS, NotationError, notated


def buckets(text: str) -> list[int | None]:
    """None where unknown."""
    found = notated(text)
    return [int(value) if known else None for value, known in zip(found.values, found.known, strict=True)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("10MB", [10**7]),
        ("0B", [0]),
        ("10MBx3", [10**7] * 3),
        ("0B+5MBx4", [0, 5_000_000, 10_000_000, 15_000_000]),
        ("10B-3Bx4", [10, 7, 4, 1]),
        ("_", [None]),
        ("_x3", [None] * 3),
        ("1.5kB 1KiBx2  _x1\t2B", [1500, 1024, 1024, None, 2]),
        ("10MBx1", [10**7]),
        ("7B+1Bx1", [7]),
        ("5MB×2", [5_000_000] * 2),
        ("(1B 2Bx2)x2 3B", [1, 2, 2, 1, 2, 2, 3]),
        ("( 1B _ )x2", [1, None] * 2),
        ("((1B 2B)x2 0B+1Bx3)x2", [1, 2, 1, 2, 0, 1, 2] * 2),
    ],
)
def test_a_word_is_exactly_as_many_buckets_as_it_says(text: str, expected: list[int | None]) -> None:
    assert buckets(text) == expected


def test_the_example_of_a_day_a_gap_and_a_rise() -> None:
    found = notated("10MBx288 _x12 10MB+1MBx36")
    assert len(found) == 336
    assert found.known.sum() == 324
    assert not found.values[288:300].any()
    assert (found.values[300], found.values[-1]) == (10**7, 45 * 10**6)


@pytest.mark.parametrize(
    ("text", "offset", "message"),
    [
        ("", 0, "no buckets are written here"),
        ("1MB 10x3", 4, "'10x3': '10' is not bytes with their unit; write 10MB"),
        ("10 MB", 0, "'10' is not bytes with their unit; write 10MB"),
        ("10MB x288", 5, "'x288' is not a bucket's usage; no space stands before the `x`"),
        ("10MB+1MB", 0, "'10MB+1MB' does not say how many buckets; write it like 10MB+1MBx12"),
        ("10MBx0", 0, "after `x` stands how many buckets"),
        ("10MBx", 0, "after `x` stands how many buckets"),
        ("10MBx-1", 0, "is not a bucket's usage"),
        ("_+1MBx3", 0, "what is unknown neither grows nor shrinks; write _x3"),
        ("5MB-2MBx4", 0, "falls below 0 B after 3 of its 4 buckets"),
        ("1B 1,5GBx2", 3, "'1,5GB' is not bytes with their unit"),
        ("-5MBx3", 0, "is not a bucket's usage"),
        ("101TB", 0, "no bucket holds more than 100 TB"),
        ("99TB+1TBx3", 0, "no bucket holds more than 100 TB"),
        ("0B+1PBx1", 0, "no bucket holds more than 100 TB"),
        ("1B 1Bx2000000", 3, "at most 2,000,000 buckets"),
        ("1Bx99999999999999999999", 0, "at most 2,000,000 buckets"),
        ("nan", 0, "'nan' is not bytes with their unit"),
        ("10MBx3x4", 0, "is not a bucket's usage"),
        ("1B (1B 2B", 3, "this bracket is not closed"),
        ("1B 2B)x2", 5, "')x2' closes a bracket that is not open"),
        ("(1B 2B)", 6, "after a bracket stands how often it comes, like ')x14'"),
        ("(1B)x0", 3, "after `x` stands how many"),
        ("1B ()x3", 4, "nothing stands in this bracket"),
        ("1B (1Bx1000)x2000", 11, "at most 2,000,000 buckets"),
        ("((1Bx1000)x1000)x1000", 15, "at most 2,000,000 buckets"),
        ("(1B 10)x2", 4, "'10' is not bytes with their unit"),
    ],
)
def test_what_cannot_be_read_is_named_with_its_place_and_its_remedy(text: str, offset: int, message: str) -> None:
    with pytest.raises(NotationError) as raised:
        notated(text)
    assert message in str(raised.value)
    assert raised.value.offset == offset


def test_a_long_word_is_not_told_in_full() -> None:
    with pytest.raises(NotationError) as raised:
        notated("9" * 5000)
    assert len(str(raised.value)) < 200


def test_the_most_buckets_are_read() -> None:
    assert len(notated(f"1Bx{MOST_BUCKETS}")) == MOST_BUCKETS


@given(
    st.lists(
        st.one_of(
            st.tuples(st.integers(0, 10**6), st.integers(-1000, 1000), st.integers(1, 20)),
            st.tuples(st.none(), st.just(0), st.integers(1, 20)),
        ),
        min_size=1,
        max_size=8,
    )
)
def test_words_stand_for_what_they_say_one_after_the_other(words: list[tuple[int | None, int, int]]) -> None:
    written, expected = [], list[int | None]()
    for first, change, count in words:
        if first is None:
            written.append(f"_x{count}")
            expected += [None] * count
            continue
        step = change if first + change * (count - 1) >= 0 else 0
        written.append(f"{first}B{'-' if step < 0 else '+'}{abs(step)}Bx{count}")
        expected += [first + step * n for n in range(count)]
    assert buckets(" ".join(written)) == expected


def test_reading_costs_no_more_than_its_length() -> None:
    found = notated(" ".join(["1MB"] * 50_000))
    assert found.values.dtype == np.int64
    assert len(found) == 50_000
