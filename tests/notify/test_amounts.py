from __future__ import annotations

import pytest

from bot.domain.limits import limit_words, rate_words
from bot.notify.amounts import coverage_words, share, times_even


@pytest.mark.parametrize(
    ("limit", "words"),
    [
        (500 * 10**9, "500 GB"),
        (10**12, "1 TB"),
        (1_500_000_000_000, "1.5 TB"),
        (500 * 2**30, "500 GiB"),
        (1536 * 2**20, "1.5 GiB"),
        (123_456_789_012, "123 GB"),
        (10**6, "1 MB"),
        (0, "0 B"),
        (10**18, "1000 PB"),
    ],
)
def test_a_limit_is_said_as_it_was_written(limit: int, words: str) -> None:
    assert limit_words(limit) == words


def test_a_rate_is_said_as_it_was_written() -> None:
    assert rate_words(80_000_000) == "80 Mbps"
    assert rate_words(1_234_567) == "1.23 Mbps"


def test_a_share_is_never_rounded_up_to_a_step() -> None:
    assert share(499_999_999_999, 500 * 10**9) == "99.9 %"
    assert share(500 * 10**9, 500 * 10**9) == "100 %"
    assert share(5, 0) == ""


def test_coverage_is_said_only_where_something_is_missing() -> None:
    assert coverage_words(0.9999) == "99.9 % known"
    assert coverage_words(0.0) == "0 % known"
    assert coverage_words(1.0) == ""
    assert coverage_words(None) == ""


def test_a_pace_is_said_as_a_multiple() -> None:
    assert times_even(14, 10) == "1.4×"
    assert times_even(150, 10) == "15×"
