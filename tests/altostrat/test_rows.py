from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.altostrat.rows import Reading, read_rows
from bot.domain.times import Slot, Window, to_slot
from bot.domain.usage import LARGEST_BUCKET, Bucket
from tests.altostrat.scripted import START, WINDOW, row

UTC_ZONE, BERLIN = ZoneInfo("UTC"), ZoneInfo("Europe/Berlin")
EIGHT = to_slot(START)
GOOD = row("2025-10-29 08:30:00", 7, 8)
KEPT = Bucket(EIGHT + 1800, 7, 8)


def read(*rows: object, window: Window = WINDOW, zone: ZoneInfo = UTC_ZONE) -> Reading:
    return read_rows(rows, window, 300, zone)


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (None, "not_an_object"),
        ([], "not_an_object"),
        ("row", "not_an_object"),
        ({}, "missing_time"),
        (row(None), "missing_time"),
        (row(""), "bad_time"),
        (row(1761724800), "bad_time"),
        (row("yesterday"), "bad_time"),
        ({"time_slot": "2025-10-29 08:00:00"}, "missing_bytes"),
        ({"time_slot": "2025-10-29 08:00:00", "total_combined_bytes": 9}, "only_total"),
        (row(inbound=None), "missing_bytes"),
        (row(outbound=None, total_combined_bytes=14), "missing_bytes"),
        (row(inbound=-1), "negative"),
        (row(outbound=-1.0), "negative"),
        (row(inbound=1.5), "fractional"),
        (row(inbound=LARGEST_BUCKET + 1), "enormous"),
        (row(inbound=2**70), "enormous"),
        (row(inbound=1e300), "enormous"),
        (row(inbound=float("inf")), "enormous"),
        (row(inbound="99999999999999999999"), "enormous"),
        (row(inbound=True), "not_a_number"),
        (row(inbound="12 MB"), "not_a_number"),
        (row(inbound="-5"), "not_a_number"),
        (row(inbound="1e3"), "not_a_number"),
        (row(inbound="٣"), "not_a_number"),
        (row(inbound=[]), "not_a_number"),
        (row("2025-10-29 08:01:00"), "misaligned"),
        (row("2025-10-29 08:00:00.5"), "misaligned"),
        (row("2025-10-29 07:55:00"), "outside"),
        (row("2025-10-29 09:00:00"), "outside"),
    ],
)
def test_a_bad_row_is_refused_with_its_reason_and_the_good_one_is_kept(bad: object, reason: str) -> None:
    assert read(bad, GOOD) == Reading([KEPT], {reason: 1})


@pytest.mark.parametrize("number", [10, 10.0, "10", "0010"])
def test_whole_numbers_are_read_however_they_are_written(number: object) -> None:
    assert read(row(inbound=number)) == Reading([Bucket(EIGHT, 10, 4)], {})


def test_nothing_at_all_is_an_answer() -> None:
    assert read() == Reading([], {})


def test_zero_is_a_number_and_the_largest_bucket_too() -> None:
    assert read(row(inbound=0, outbound=LARGEST_BUCKET)).buckets == [Bucket(EIGHT, 0, LARGEST_BUCKET)]


def test_rows_out_of_order_are_put_in_order() -> None:
    slots = ["2025-10-29 08:55:00", "2025-10-29 08:00:00", "2025-10-29 08:20:00"]
    assert [bucket.slot - EIGHT for bucket in read(*map(row, slots)).buckets] == [0, 1200, 3300]


def test_the_newest_bucket_counts_only_if_it_ends_inside_the_window() -> None:
    window = Window(EIGHT, Slot(EIGHT + 3600 - 60))
    assert read(row("2025-10-29 08:50:00"), row("2025-10-29 08:55:00"), window=window).refused == {"outside": 1}


def test_equal_rows_of_one_slot_count_once() -> None:
    assert read(row(), row("2025-10-29T08:00:00Z"), row()) == Reading([Bucket(EIGHT, 10, 4)], {})


def test_of_rows_that_contradict_each_other_none_is_kept() -> None:
    assert read(row(), row(inbound=11), row(), GOOD) == Reading([KEPT], {"contradictory": 3})


def test_a_refused_row_does_not_contradict_a_good_one() -> None:
    assert read(row(inbound=-1), row()) == Reading([Bucket(EIGHT, 10, 4)], {"negative": 1})


def test_in_and_out_are_believed_over_a_total_that_is_not_their_sum() -> None:
    odd, rounded, silent = row(total_combined_bytes=99), {**GOOD, "total_combined_bytes": 16}, {"x": 1}
    reading = read(odd, rounded, {**row("2025-10-29 08:05:00"), **silent})
    assert len(reading.buckets) == 3
    assert (reading.refused, reading.odd_totals) == ({}, 1)


# --- clocks that are set back: 2025-10-26, 01:00 UTC, Berlin ------------------------------------------------

FOLD = to_slot(datetime(2025, 10, 25, 23, tzinfo=UTC))
NIGHT = Window(FOLD, Slot(FOLD + 4 * 3600))
"""01:00 to 04:00 on the wall, four hours, of which 02:00 to 03:00 comes twice."""


def night(window: Window = NIGHT) -> list[dict[str, Any]]:
    """A row for every half hour; the bytes tell the real slot."""
    slots = range(window.start, window.end, 1800)
    walls = (datetime.fromtimestamp(slot, BERLIN).strftime("%Y-%m-%d %H:%M:%S") for slot in slots)
    return [row(wall, slot - FOLD, 0) for wall, slot in zip(walls, slots, strict=True)]


def truth(buckets: Sequence[Bucket]) -> bool:
    return all(bucket.slot - FOLD == bucket.in_bytes for bucket in buckets)


@pytest.mark.parametrize("step", [1, -1])
def test_an_hour_that_comes_twice_is_told_apart_by_the_order_of_the_rows(step: int) -> None:
    reading = read(*night()[::step], window=NIGHT, zone=BERLIN)
    assert (len(reading.buckets), reading.refused) == (8, {})
    assert truth(reading.buckets)


def test_equal_rows_of_a_repeated_hour_are_two_buckets() -> None:
    rows = [{**entry, "total_in_bytes": 5} for entry in night()]
    assert len(read(*rows, window=NIGHT, zone=BERLIN).buckets) == 8


def test_a_repeated_time_without_an_order_is_refused_as_ambiguous() -> None:
    rows = sorted(night(), key=lambda entry: str(entry["time_slot"]))
    reading = read(*rows, window=NIGHT, zone=BERLIN)
    assert (len(reading.buckets), reading.refused) == (4, {"ambiguous": 4})
    assert truth(reading.buckets)


@pytest.mark.parametrize("hour", [0, 1, 2, 3])
def test_a_window_with_one_of_the_two_hours_needs_no_order(hour: int) -> None:
    window = Window(Slot(FOLD + hour * 3600), Slot(FOLD + (hour + 1) * 3600))
    reading = read(*night(window)[::-1], window=window, zone=BERLIN)
    assert (len(reading.buckets), reading.refused) == (2, {})
    assert truth(reading.buckets)


def test_a_repeated_time_that_is_there_once_is_not_guessed_at() -> None:
    rows = [entry for entry in night() if entry["total_in_bytes"] != 3600]
    reading = read(*rows, window=NIGHT, zone=BERLIN)
    assert reading.refused == {"ambiguous": 1}
    assert truth(reading.buckets)


def test_an_hour_that_was_skipped_has_no_rows() -> None:
    spring = Window.of(*(datetime(2025, 3, 30, hour, tzinfo=UTC) for hour in (0, 3)))
    rows = [row(f"2025-03-30 {hour}:00:00") for hour in ("01", "02", "03", "04")]
    reading = read(*rows, window=spring, zone=BERLIN)
    assert ([b.slot - spring.start for b in reading.buckets], reading.refused) == ([0, 3600, 7200], {"bad_time": 1})


# --- anything at all ---------------------------------------------------------------------------------------

numbers = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
stamps = numbers | st.datetimes().map(str) | st.integers(-20, 80).map(lambda m: str(START + timedelta(minutes=m)))
fields = {"time_slot": stamps, "total_in_bytes": numbers, "total_out_bytes": numbers, "total_combined_bytes": numbers}
plausible: st.SearchStrategy[Mapping[str, object]] = st.fixed_dictionaries({}, optional=fields)


@given(st.lists(plausible | numbers | st.lists(numbers), max_size=30), st.sampled_from([UTC_ZONE, BERLIN]))
def test_whatever_the_rows_are_every_one_is_a_bucket_or_refused(rows: list[object], zone: ZoneInfo) -> None:
    reading = read(*rows, zone=zone)
    slots = [bucket.slot for bucket in reading.buckets]
    assert slots == sorted(set(slots))
    assert all(slot in WINDOW and slot % 300 == 0 for slot in slots)
    assert all(0 <= bytes_ <= LARGEST_BUCKET for b in reading.buckets for bytes_ in (b.in_bytes, b.out_bytes))
    # Equal rows of one slot are the only ones that leave no trace.
    assert len(reading.buckets) + sum(reading.refused.values()) <= len(rows)
    assert bool(rows) == bool(reading.buckets or reading.refused)
