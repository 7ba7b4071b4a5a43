from __future__ import annotations

from datetime import timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.units import (
    BYTE_UNITS,
    format_bytes,
    format_duration,
    format_percent,
    format_rate,
    parse_bytes,
    parse_duration,
    parse_percent,
    parse_rate,
)


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("500 GB", 500 * 10**9),
        ("1.5 GiB", 1610612736),
        ("0 B", 0),
        ("1kB", 1000),
        ("1 KB", 1000),
        (" 2 TiB ", 2 * 2**40),
    ],
)
def test_bytes_are_read_exactly(text: str, count: int) -> None:
    assert parse_bytes(text) == count


@pytest.mark.parametrize(
    "text",
    [
        "500",
        "",
        "GB",
        "1,5 GB",
        "24 GB per day",
        "-1 GB",
        "1e3 GB",
        "0.5 B",
        "1 gb",
        "1 Gb",
        "2000 PB",
        "٥ GB",
        "1. GB",
        ".5 GB",
    ],
)
def test_bytes_that_leave_a_doubt_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"GB|bytes"):
        parse_bytes(text)


@given(st.integers(0, 10**5), st.sampled_from(sorted(BYTE_UNITS)))
def test_whole_numbers_of_any_unit_are_read(number: int, unit: str) -> None:
    count = number * BYTE_UNITS[unit]
    if count <= 10**18:
        assert parse_bytes(f"{number} {unit}") == count


def test_rates_are_bits_a_second() -> None:
    assert parse_rate("80 Mbps") == 80 * 10**6
    assert parse_rate("1.5kbps") == 1500
    for text in ("80 MB", "80 Mbit", "0.5 bps", "80"):
        with pytest.raises(ValueError, match=r"Mbps|bits"):
            parse_rate(text)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("15m", 900), ("1h30m", 5400), ("28 days", 28 * 86400), ("0s", 0), ("1 h 5 min", 3900), ("2 weeks", 1209600)],
)
def test_durations_are_read(text: str, seconds: int) -> None:
    assert parse_duration(text) == timedelta(seconds=seconds)


@pytest.mark.parametrize("text", ["", "15", "m", "1.5h", "-1h", "1 month", "11000 days", "1h30", "٥m"])
def test_durations_that_leave_a_doubt_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"15m|ten years"):
        parse_duration(text)


def test_percentages_are_exact() -> None:
    assert parse_percent("12.5%") == Fraction(25, 2)
    assert parse_percent("110 %") == 110
    for text in ("80", "%", "-5%", "1,5%", "80 percent", "٨٠%"):
        with pytest.raises(ValueError, match="80%"):
            parse_percent(text)


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1000, "1.00 kB"),
        (9994, "9.99 kB"),
        (9995, "10.0 kB"),
        (999_499, "999 kB"),
        (999_500, "1.00 MB"),
        (1_200_000_000, "1.20 GB"),
        (412 * 10**9, "412 GB"),
        (-3_000_000, "-3.00 MB"),
        (10**18, "1.00 EB"),
        (2 * 10**21, "2000 EB"),
    ],
)
def test_bytes_are_written_with_three_digits(count: int, text: str) -> None:
    assert format_bytes(count) == text


@given(st.integers(-(10**18), 10**18))
def test_written_bytes_are_within_half_a_percent(count: int) -> None:
    number, unit = format_bytes(count).split()
    factor = {**BYTE_UNITS, "EB": 10**18}[unit]
    assert abs(Fraction(number) * factor - count) <= abs(count) * Fraction(6, 1000)


def test_rates_percentages_and_durations_are_written_for_people() -> None:
    assert [format_rate(r) for r in (0, 999, 1500, 80 * 10**6)] == ["0 bps", "999 bps", "1.50 kbps", "80.0 Mbps"]
    assert [format_percent(Fraction(p)) for p in ("80", "12.5", "100", "0.125")] == [
        "80 %",
        "12.5 %",
        "100 %",
        "0.125 %",
    ]
    spans = {
        "3 days 4 hours": 273_600,
        "50 minutes": 3000,
        "1 day": 86_400,
        "1 day 5 minutes": 86_700,
        "less than a minute": 59,
    }
    assert {format_duration(timedelta(seconds=seconds)): seconds for seconds in spans.values()} == spans
    assert format_duration(timedelta(days=1, hours=2, minutes=3)) == "1 day 2 hours"
