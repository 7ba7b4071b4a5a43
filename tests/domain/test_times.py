from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.times import Slot, Window, ceil, floor, iso, to_instant, to_slot

SLOTS = st.integers(-(2**31), 2**32)


def window(start: int, end: int) -> Window:
    return Window(Slot(start), Slot(end))


@given(SLOTS)
def test_a_slot_and_its_instant_are_the_same_moment(slot: int) -> None:
    assert to_slot(to_instant(slot)) == slot


def test_an_instant_is_aware_and_loses_only_its_fraction() -> None:
    assert to_slot(datetime(1970, 1, 1, 2, 0, 1, 999_999, timezone(timedelta(hours=2)))) == 1
    assert to_slot(datetime(1969, 12, 31, 23, 59, 59, 500_000, UTC)) == -1
    with pytest.raises(ValueError, match="names no zone"):
        to_slot(datetime(2026, 1, 1))  # noqa: DTZ001
    assert iso(to_slot(datetime(2026, 6, 1, 6, 40, tzinfo=UTC))) == "2026-06-01T06:40:00Z"


@given(SLOTS, st.integers(1, 100_000))
def test_floor_and_ceil_are_the_multiples_on_either_side(slot: int, step: int) -> None:
    low, high = floor(slot, step), ceil(slot, step)
    assert low <= slot <= high
    assert low % step == high % step == 0
    assert high - low in {0, step}


def test_a_window_is_half_open_and_never_empty() -> None:
    found = window(10, 20)
    assert (9 in found, 10 in found, 19 in found, 20 in found) == (False, True, True, False)
    assert found.span == timedelta(seconds=10)
    assert str(found) == "1970-01-01T00:00:10Z/1970-01-01T00:00:20Z"
    with pytest.raises(ValueError, match="empty window"):
        window(10, 10)


@pytest.mark.parametrize(
    ("other", "common"),
    [((0, 10), None), ((0, 11), (10, 11)), ((12, 15), (12, 15)), ((0, 99), (10, 20)), ((20, 30), None)],
)
def test_the_overlap_of_windows_is_what_both_hold(other: tuple[int, int], common: tuple[int, int] | None) -> None:
    expected = window(*common) if common else None
    assert window(10, 20).overlap(window(*other)) == expected == window(*other).overlap(window(10, 20))


@given(st.integers(0, 10_000), st.integers(1, 1000), st.integers(1, 300))
def test_chunks_tile_their_window_from_the_newest(start: int, length: int, seconds: int) -> None:
    whole = window(start, start + length)
    chunks = list(whole.chunks(seconds))
    assert chunks[0].end == whole.end
    assert chunks[-1].start == whole.start
    assert all(older.end == newer.start for newer, older in itertools.pairwise(chunks))
    assert all(chunk.span <= timedelta(seconds=seconds) for chunk in chunks)


def test_a_window_of_instants_is_that_of_their_slots() -> None:
    assert Window.of(to_instant(5), to_instant(9)) == window(5, 9)
