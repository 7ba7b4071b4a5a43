"""Marks of time are at round local times, where the zone's clock has them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.notify.charts.times import time_ticks

NEW_YORK, SAO_PAULO, CHATHAM = map(ZoneInfo, ("America/New_York", "America/Sao_Paulo", "Pacific/Chatham"))
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def told(start: datetime, span: timedelta, zone: ZoneInfo) -> list[str]:
    return [f"{tick.at:%d %H:%M} {tick.label!r}" for tick in time_ticks(start, start + span, zone)]


def test_the_day_of_a_clock_change_keeps_its_midnights_and_noons() -> None:
    assert told(datetime(2026, 10, 31, 4, tzinfo=UTC), 49 * HOUR, NEW_YORK) == [
        r"31 04:00 '00:00\nSat 31 Oct'",
        r"31 16:00 '12:00\n'",
        r"01 04:00 '00:00\nSun 1 Nov'",
        r"01 17:00 '12:00\n'",
        r"02 05:00 '00:00\nMon 2 Nov'",
    ]


def test_a_midnight_that_a_clock_skips_is_marked_where_the_day_begins() -> None:
    assert told(datetime(2018, 11, 3, 3, tzinfo=UTC), 3 * DAY, SAO_PAULO) == [
        r"03 03:00 'Sat\n3 Nov'",
        r"04 03:00 'Sun\n4 Nov'",
        r"05 02:00 'Mon\n5 Nov'",
        r"06 02:00 'Tue\n6 Nov'",
    ]


@pytest.mark.parametrize(
    ("span", "labels"),
    [
        (HOUR, ["00:00\nThu 1 Jan", "00:15\n", "00:30\n", "00:45\n", "01:00\n"]),
        (DAY, ["00:00\nThu 1 Jan", "06:00\n", "12:00\n", "18:00\n", "00:00\nFri 2 Jan"]),
        (30 * DAY, ["Thu\n1 Jan", "Thu\n8 Jan", "Thu\n15 Jan", "Thu\n22 Jan", "Thu\n29 Jan"]),
        (300 * DAY, ["Jan\n2026", "Mar\n2026", "May\n2026", "Jul\n2026", "Sep\n2026"]),
        (3000 * DAY, ["Jan\n2026", "Jan\n2028", "Jan\n2030", "Jan\n2032", "Jan\n2034"]),
    ],
)
def test_marks_are_as_far_apart_as_the_span_is_long(span: timedelta, labels: list[str]) -> None:
    start = datetime(2025, 12, 31, 10, 15, tzinfo=UTC)
    assert [tick.label for tick in time_ticks(start, start + span, CHATHAM)] == labels


@given(st.integers(0, 2**31), st.integers(60, 10**9), st.sampled_from([NEW_YORK, SAO_PAULO, CHATHAM]))
def test_marks_are_few_ascending_and_within(start: int, seconds: int, zone: ZoneInfo) -> None:
    begun = datetime.fromtimestamp(start, UTC)
    end = begun + timedelta(seconds=seconds)
    instants = [tick.at for tick in time_ticks(begun, end, zone)]
    assert instants == sorted(set(instants))
    assert all(begun <= at <= end for at in instants)
    assert len(instants) <= 9
