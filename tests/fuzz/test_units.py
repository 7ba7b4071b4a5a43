"""Bytes, rates, spans and percentages: what is read is exact, and what is not written as it should be is not read."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from fractions import Fraction

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.domain import units
from bot.domain.units import BYTE_UNITS, DURATION_UNITS, LARGEST_BYTES, RATE_UNITS
from tests.fuzz.trying import tries

PARSERS: tuple[Callable[[str], object], ...] = (
    units.parse_bytes,
    units.parse_rate,
    units.parse_duration,
    units.parse_percent,
)
pieces = st.sampled_from(
    [
        *BYTE_UNITS,
        *RATE_UNITS,
        *DURATION_UNITS,
        *"0123456789.,+-_eE% \t\n",
        "٣",
        "²",
        "½",
        "１",
        "Ｇ",
        " ",
        "\u2212",
        "inf",
    ]
)
texts = st.lists(pieces, max_size=8).map("".join) | st.text(max_size=12)
FORM = re.compile(
    r"\s*[0-9]{1,18}(\.[0-9]{1,9})?\s*[A-Za-z]+\s*|\s*([0-9]{1,9}\s*[a-z]+\s*)+|\s*[0-9]{1,6}(\.[0-9]{1,3})?\s*%\s*"
)


@tries(300)
@given(texts)
@example("1e400 GB")
@example("9" * 5000 + " GB")
@example("1" * 18 + "." + "1" * 9 + " PB")
@example("24 GB per day")
@example("1,5 GB")
@example("٣ GB")
@example("5 G\u212a")
def test_only_plain_numbers_with_their_units_are_read(text: str) -> None:
    for parse in PARSERS:
        try:
            value = parse(text)
        except ValueError:
            continue
        assert FORM.fullmatch(text), (parse.__name__, text)
        assert type(value) in {int, Fraction, timedelta}


@tries(200)
@given(st.integers(0, 10**9), st.integers(0, 10**9 - 1), st.sampled_from(sorted(BYTE_UNITS)))
def test_bytes_are_what_the_fraction_says_or_refused(whole: int, part: int, unit: str) -> None:
    exact = (whole + Fraction(part, 10**9)) * BYTE_UNITS[unit]
    text = f"{whole}.{part:09} {unit}"
    if exact.denominator == 1 and exact <= LARGEST_BYTES:
        assert units.parse_bytes(text) == exact
    else:
        with pytest.raises(ValueError, match=re.escape(repr(text))):
            units.parse_bytes(text)


@tries(200)
@given(st.integers(-LARGEST_BYTES * 10, LARGEST_BYTES * 10))
@example(999_499)
@example(9_994_999)
@example(99_949_999_999_999_999)
@example(999_499_999_999_999_999_999)
def test_what_is_shown_is_near_and_can_be_read_again(count: int) -> None:
    shown = units.format_bytes(count)
    number, unit = shown.removeprefix("-").split(" ")
    value = Fraction(number) * {**BYTE_UNITS, "EB": 10**18}[unit]
    assert abs(value - abs(count)) * 199 <= abs(count)
    if unit != "EB":
        assert units.parse_bytes(shown.removeprefix("-")) == value


@tries(200)
@given(st.integers(0, LARGEST_BYTES), st.integers(0, 10**6))
@example(999_499, 1)
@example(99_949, 1)
def test_more_never_looks_like_less(count: int, more: int) -> None:
    sizes = []
    for one in (count, count + more):
        number, unit = units.format_bytes(one).split(" ")
        sizes.append(Fraction(number) * {**BYTE_UNITS, "EB": 10**18}[unit])
    assert sizes[0] <= sizes[1]


@tries(100)
@given(st.lists(st.tuples(st.integers(0, 400), st.sampled_from(sorted(DURATION_UNITS))), min_size=1, max_size=3))
def test_spans_are_the_sum_of_their_parts(parts: list[tuple[int, str]]) -> None:
    seconds = sum(count * DURATION_UNITS[unit] for count, unit in parts)
    text = " ".join(f"{count}{unit}" for count, unit in parts)
    if seconds > units.LARGEST_SECONDS:
        with pytest.raises(ValueError, match="longer than ten years"):
            units.parse_duration(text)
    else:
        assert units.parse_duration(text) == timedelta(seconds=seconds)


@tries(100)
@given(st.integers(0, 10**9 - 1).map(lambda n: Fraction(n, 1000)))
def test_percentages_survive_being_shown(percent: Fraction) -> None:
    assert units.parse_percent(units.format_percent(percent)) == percent


@tries(100)
@given(st.integers(0, 10**15))
def test_rates_survive_being_shown(bits: int) -> None:
    shown = units.format_rate(bits)
    if shown.rpartition(" ")[2] in RATE_UNITS:
        assert abs(units.parse_rate(shown) - bits) * 199 <= bits
