"""Billing periods tile time, in every zone and whatever its clocks do."""

from __future__ import annotations

import itertools
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.domain.periods import Calendar, Per, Starts
from bot.domain.times import DAY, Window, to_instant, to_slot

ZONES = sorted(available_timezones() - {"localtime", "Factory"})
SLOTS = st.integers(
    int(datetime(1975, 1, 1, tzinfo=UTC).timestamp()), int(datetime(2090, 1, 1, tzinfo=UTC).timestamp())
)
STARTS = st.builds(
    Starts,
    st.none() | st.integers(1, 31),
    st.none() | st.integers(0, 6),
    st.builds(time, st.integers(0, 23), st.integers(0, 59)),
)
ANCHORS = st.dates(date(2000, 1, 1), date(2099, 12, 31))


@st.composite
def calendars(draw: st.DrawFn) -> Calendar:
    per, zone = draw(st.sampled_from(Per)), ZoneInfo(draw(st.sampled_from(ZONES)))
    starts = draw(STARTS)
    return Calendar(per, zone, starts, draw(st.integers(1, 400)), draw(ANCHORS))


@settings(deadline=None, max_examples=400)
@given(calendars(), SLOTS)
def test_every_slot_is_in_the_period_that_is_said_to_hold_it(calendar: Calendar, slot: int) -> None:
    period = calendar.period(slot)
    assert slot in period
    assert calendar.period(period.start) == period == calendar.period(period.end - 1)


@settings(deadline=None, max_examples=400)
@given(calendars(), SLOTS)
@example(Calendar(Per.HOUR, ZoneInfo("Australia/Lord_Howe")), to_slot(datetime(2026, 4, 4, 15, 10, tzinfo=UTC)))
@example(Calendar(Per.DAY, ZoneInfo("Pacific/Apia")), to_slot(datetime(2011, 12, 30, 9, tzinfo=UTC)))
def test_periods_follow_each_other_without_gap_or_overlap(calendar: Calendar, slot: int) -> None:
    period = calendar.period(slot)
    assert calendar.period(period.end).start == period.end
    assert calendar.period(period.start - 1).end == period.start


@settings(deadline=None, max_examples=100)
@given(st.sampled_from(ZONES), st.datetimes(datetime(1975, 1, 1), datetime(2037, 1, 1)))  # noqa: DTZ001
def test_the_hours_of_a_day_and_a_half_tile_it(zone: str, moment: datetime) -> None:
    start = to_slot(moment.replace(tzinfo=UTC))
    window = Window(start, to_slot(to_instant(start + DAY + DAY // 2)))
    hours = list(Calendar(Per.HOUR, ZoneInfo(zone)).periods(window))
    assert all(before.end == after.start for before, after in itertools.pairwise(hours))
    assert hours[0].start <= window.start < hours[0].end
    assert hours[-1].start < window.end <= hours[-1].end


def local(zone: str, *parts: int) -> int:
    year, month, day, hour = (*parts, 0)[:4]
    return to_slot(datetime(year, month, day, hour, tzinfo=ZoneInfo(zone)))


@pytest.mark.parametrize(
    ("moment", "lengths"),
    [
        (datetime(2026, 10, 3, 14, 0, tzinfo=UTC), [60, 60, 30, 60]),
        (datetime(2026, 4, 4, 13, 0, tzinfo=UTC), [60, 60, 30, 60]),
    ],
)
def test_half_an_hour_of_clock_change_is_a_short_hour_of_its_own(moment: datetime, lengths: list[int]) -> None:
    calendar = Calendar(Per.HOUR, ZoneInfo("Australia/Lord_Howe"))
    start = calendar.period(to_slot(moment)).start
    hours = []
    for _ in lengths:
        hours.append(calendar.period(start).span // timedelta(minutes=1))
        start = calendar.period(start).end
    assert hours == lengths


def test_an_hour_begins_when_the_local_clock_says_so() -> None:
    period = Calendar(Per.HOUR, ZoneInfo("Asia/Kathmandu")).period(to_slot(datetime(2026, 6, 1, 0, 20, tzinfo=UTC)))
    assert period == Window.of(datetime(2026, 6, 1, 0, 15, tzinfo=UTC), datetime(2026, 6, 1, 1, 15, tzinfo=UTC))


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [("Europe/Berlin", (2026, 3, 29), 23), ("Europe/Berlin", (2026, 10, 25), 25), ("UTC", (2026, 3, 29), 24)],
)
def test_a_day_has_the_hours_that_its_zone_gives_it(zone: str, day: tuple[int, int, int], hours: int) -> None:
    period = Calendar(Per.DAY, ZoneInfo(zone)).period(local(zone, *day, 12))
    assert period.span == timedelta(hours=hours)


def test_billing_day_31_is_the_last_day_of_a_shorter_month() -> None:
    zone = "Africa/Johannesburg"
    calendar = Calendar(Per.MONTH, ZoneInfo(zone), Starts(day=31))
    found = list(
        calendar.periods(
            Window(calendar.period(local(zone, 2026, 2, 10)).start, calendar.period(local(zone, 2026, 4, 1)).end)
        )
    )
    days = [to_instant(p.start).astimezone(ZoneInfo(zone)).date() for p in found]
    assert days == [date(2026, 1, 31), date(2026, 2, 28), date(2026, 3, 31)]


@pytest.mark.parametrize(
    ("calendar", "start", "end"),
    [
        (Calendar(Per.WEEK, ZoneInfo("UTC"), Starts(weekday=6)), (2026, 5, 31), (2026, 6, 7)),
        (Calendar(Per.QUARTER, ZoneInfo("UTC"), Starts(day=15)), (2026, 4, 15), (2026, 7, 15)),
        (Calendar(Per.YEAR, ZoneInfo("UTC")), (2026, 1, 1), (2027, 1, 1)),
        (Calendar(Per.DAYS, ZoneInfo("UTC"), every=28, anchor=date(2026, 1, 5)), (2026, 5, 25), (2026, 6, 22)),
        (Calendar(Per.MONTH, ZoneInfo("UTC"), Starts(15, time=time(8))), (2026, 5, 15, 8), (2026, 6, 15, 8)),
    ],
)
def test_a_period_begins_and_ends_on_its_days(calendar: Calendar, start: tuple[int, ...], end: tuple[int, ...]) -> None:
    assert calendar.period(local("UTC", 2026, 6, 1)) == Window(
        calendar.period(local("UTC", *start)).start, calendar.period(local("UTC", *end)).start
    )
    assert calendar.period(local("UTC", 2026, 6, 1)).start == local("UTC", *start)


def test_a_start_that_a_clock_change_skips_moves_forward_by_the_gap() -> None:
    calendar = Calendar(Per.DAY, ZoneInfo("Europe/Berlin"), Starts(time=time(2, 30)))
    period = calendar.period(local("Europe/Berlin", 2026, 3, 29, 12))
    assert to_instant(period.start) == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)


def test_of_a_start_that_comes_twice_the_first_is_taken() -> None:
    calendar = Calendar(Per.DAY, ZoneInfo("Europe/Berlin"), Starts(time=time(2, 30)))
    period = calendar.period(local("Europe/Berlin", 2026, 10, 25, 12))
    assert to_instant(period.start) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
