from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.domain.moments import late, left, moment, period, rhythm, soon

KATHMANDU = ZoneInfo("Asia/Kathmandu")
BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2025, 11, 20, 12, tzinfo=UTC)


def local(zone: ZoneInfo, *parts: int) -> datetime:
    year, month, day, hour = (*parts, 0)[:4]
    return datetime(year, month, day, hour, tzinfo=zone).astimezone(UTC)


def test_a_moment_is_in_the_sites_zone_and_names_it() -> None:
    assert moment(NOW, BERLIN, NOW) == "Thu 20 Nov 13:00 CET"


def test_a_zone_without_letters_is_named_by_its_offset() -> None:
    assert moment(NOW, KATHMANDU, NOW) == "Thu 20 Nov 17:45 UTC+0545"


def test_another_year_is_said() -> None:
    assert moment(datetime(2024, 2, 29, 12, tzinfo=UTC), BERLIN, NOW) == "Thu 29 Feb 2024 13:00 CET"


def test_the_hour_is_said_of_what_is_near() -> None:
    assert soon(NOW + timedelta(hours=30), BERLIN, NOW) == "Fri 21 Nov 19:00 CET"
    assert soon(NOW + timedelta(days=5), BERLIN, NOW) == "Tue 25 Nov"


@pytest.mark.parametrize(
    ("start", "end", "words"),
    [
        ((2025, 11, 1), (2025, 12, 1), "1 – 30 Nov"),
        ((2025, 10, 15), (2025, 11, 15), "15 Oct – 14 Nov"),
        ((2025, 12, 15), (2026, 1, 15), "15 Dec – 14 Jan 2026"),
        ((2025, 11, 20), (2025, 11, 21), "Thu 20 Nov"),
        ((2025, 11, 20, 13), (2025, 11, 20, 14), "Thu 20 Nov 13:00 – 14:00 CET"),
        ((2025, 11, 15, 8), (2025, 12, 15, 8), "Sat 15 Nov 08:00 CET – Mon 15 Dec 08:00 CET"),
    ],
)
def test_a_period_is_said_in_whole_days_where_it_has_them(
    start: tuple[int, ...], end: tuple[int, ...], words: str
) -> None:
    assert period(local(BERLIN, *start), local(BERLIN, *end), BERLIN, NOW) == words


@pytest.mark.parametrize(
    ("start", "end", "word"),
    [
        ((2025, 11, 1), (2025, 12, 1), "monthly"),
        ((2025, 1, 31), (2025, 2, 28), "monthly"),
        ((2025, 2, 28), (2025, 3, 31), "monthly"),
        ((2025, 3, 1), (2025, 4, 1), "monthly"),
        ((2025, 10, 1), (2026, 1, 1), "quarterly"),
        ((2025, 1, 1), (2026, 1, 1), "yearly"),
        ((2025, 3, 24), (2025, 3, 31), "weekly"),
        ((2025, 3, 30), (2025, 3, 31), "daily"),
        ((2025, 11, 20, 13), (2025, 11, 20, 14), "hourly"),
        ((2025, 1, 6), (2025, 2, 3), "28-day"),
    ],
)
def test_the_rhythm_of_a_period_is_told_by_its_local_calendar(
    start: tuple[int, ...], end: tuple[int, ...], word: str
) -> None:
    assert rhythm(local(BERLIN, *start), local(BERLIN, *end), BERLIN) == word


def test_days_left_are_whole_and_hours_come_at_the_end() -> None:
    assert left(NOW + timedelta(days=3, hours=23), NOW) == "3 days left"
    assert left(NOW + timedelta(hours=5), NOW) == "5 hours left"
    assert left(NOW, NOW) == ""


def test_lateness_is_said_from_a_quarter_of_an_hour_on() -> None:
    assert late(timedelta(minutes=14)) == ""
    assert late(timedelta(hours=3)) == "Learnt 3 hours late."
