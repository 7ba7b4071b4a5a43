from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.altostrat import times
from bot.altostrat.config import RequestForm
from bot.domain.times import to_slot

UTC_ZONE, BERLIN, KOLKATA = ZoneInfo("UTC"), ZoneInfo("Europe/Berlin"), ZoneInfo("Asia/Kolkata")
TEN = to_slot(datetime(2025, 10, 29, 10, tzinfo=UTC))


@pytest.mark.parametrize(
    "text",
    [
        "2025-10-29 10:00:00",
        "2025-10-29T10:00:00",
        "2025-10-29t10:00:00z",
        "2025-10-29T10:00:00Z",
        "2025-10-29 10:00:00 +00:00",
        "2025-10-29T12:00:00+02:00",
        "2025-10-29T12:00:00+0200",
        "2025-10-29T12:00:00+02",
        "2025-10-29T06:30:00-03:30",
        "2025-10-29T10:00:00.000Z",
        "2025-10-29 10:00:00.000000",
        "2025-10-29T10:00",
    ],
)
def test_every_usual_way_to_write_a_time_is_read(text: str) -> None:
    assert times.read(text, UTC_ZONE) == (TEN,)


@pytest.mark.parametrize(
    "text",
    [
        *("", "yesterday", "2025-10-29", "10:00:00", "1761732000", "2025-02-30 10:00:00", "2025-10-29 24:00:00"),
        *("2025-10-29 10:60:00", "2025-10-29 10:00:60", "2025-10-29T10:00:00+02:00:00", "2025-10-29_10:00:00"),
        *("20251029T100000", "2025-W44-3 10:00:00", "0000-01-01 00:00:00", "0001-01-01T00:00:00+14:00"),
        *("9999-12-31T23:59:59-14:00", "2025-10-29 10:00:00 UTC", "٢٠٢٥-10-29 10:00:00", " 2025-10-29 10:00:00"),
    ],
)
def test_what_is_no_time_is_not_guessed_at(text: str) -> None:
    assert times.read(text, UTC_ZONE) is None


def test_a_time_without_a_zone_is_in_the_zone_of_the_api() -> None:
    assert times.read("2025-10-29 15:30:00", KOLKATA) == (TEN,)
    assert times.read("2025-10-29 15:30:00Z", KOLKATA) != (TEN,)


def test_a_fraction_of_a_second_never_makes_the_start_of_a_bucket() -> None:
    for text in ("2025-10-29 10:00:00.001", "2025-10-29 09:59:59.999"):
        read = times.read(text, UTC_ZONE)
        assert read is not None
        assert read[0] % 60


def test_a_local_time_that_comes_twice_has_two_instants() -> None:
    first = to_slot(datetime(2025, 10, 26, 0, 30, tzinfo=UTC))
    assert times.read("2025-10-26 02:30:00", BERLIN) == (first, first + 3600)


def test_a_local_time_that_was_skipped_has_none() -> None:
    assert times.read("2025-03-30 02:30:00", BERLIN) is None


@given(st.integers(to_slot(datetime(1973, 1, 2, tzinfo=UTC)), 4102444800), st.sampled_from(["Europe/Berlin", "UTC"]))
def test_what_a_request_says_is_read_back_as_the_same_instant(slot: int, name: str) -> None:
    zone = ZoneInfo(name)
    assert times.read(times.written(slot, RequestForm.UTC, zone), zone) == (slot,)
    assert times.read(times.written(slot, RequestForm.OFFSET, zone), zone) == (slot,)
    assert slot in (times.read(times.written(slot, RequestForm.ZONELESS, zone), zone) or ())


@given(st.text(max_size=40) | st.from_regex(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d([.]\d+)?(Z|[+-]\d\d:\d\d)?"))
def test_no_text_raises(text: str) -> None:
    for slot in times.read(text, BERLIN) or ():
        datetime.fromtimestamp(slot, UTC)  # it is one that Python can hold


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        (RequestForm.ZONELESS, "2025-10-29T11:00:00"),
        (RequestForm.UTC, "2025-10-29T10:00:00Z"),
        (RequestForm.OFFSET, "2025-10-29T11:00:00+01:00"),
    ],
)
def test_a_request_writes_instants_in_the_form_that_is_set(form: RequestForm, expected: str) -> None:
    assert times.written(TEN, form, BERLIN) == expected
