"""When a digest is due, and which week or month it is about."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.times import DAY, HOUR, Slot, to_instant, to_slot
from bot.rules.telling import Report, Rhythm
from bot.service.reports.due import Due, before, last_due, last_over

ZONES = [
    ZoneInfo(name)
    for name in (
        "UTC",
        "Africa/Johannesburg",
        "Europe/Berlin",
        "America/New_York",
        "Asia/Kathmandu",
        "Australia/Lord_Howe",
        "Pacific/Apia",
        "America/St_Johns",
        "Africa/Cairo",
    )
]
SHORTEST = {Rhythm.WEEKLY: 7 * DAY - 2 * DAY, Rhythm.MONTHLY: 26 * DAY}
"""A week of Apia lost a day in 2011, and clocks change."""
BERLIN = ZoneInfo("Europe/Berlin")


@st.composite
def reports(draw: st.DrawFn) -> Report:
    rhythm = draw(st.sampled_from(Rhythm))
    day = draw(st.integers(0, 6) if rhythm is Rhythm.WEEKLY else st.integers(1, 31))
    at = time(draw(st.integers(0, 23)), draw(st.integers(0, 59)))
    return Report(rhythm, ("noc",), day, at, draw(st.sampled_from(ZONES)), "r")


INSTANTS = st.integers(to_slot(datetime(2011, 1, 1, tzinfo=UTC)), to_slot(datetime(2031, 1, 1, tzinfo=UTC))).map(Slot)


@given(reports(), INSTANTS)
def test_what_is_due_is_over_and_on_the_day_and_time_that_are_written(report: Report, at: Slot) -> None:
    due = last_due(report, ZONES[0], at)
    assert due.window.end <= due.at <= at
    local = to_instant(due.at).astimezone(report.timezone)
    if report.rhythm is Rhythm.WEEKLY:
        # A day that a zone left out, as Apia did, is made up for on the next.
        assert local.weekday() in {report.day, (report.day + 1) % 7}
    else:
        assert local.day == report.day or (local + timedelta(days=1)).day == 1 or local.day == 1
    skipped = local.time() != report.time
    assert not skipped or _is_after_a_gap(local, report)


def _is_after_a_gap(local: datetime, report: Report) -> bool:
    """A time that a clock change skips is moved forward by the gap."""
    written = local.replace(hour=report.time.hour, minute=report.time.minute)
    there = written.astimezone(UTC).astimezone(report.timezone)
    return there.time() != report.time or local.utcoffset() != (local - timedelta(days=2)).utcoffset()


@given(reports(), INSTANTS)
def test_each_week_and_month_comes_due_once_and_in_order(report: Report, at: Slot) -> None:
    due = last_due(report, ZONES[0], at)
    earlier = last_due(report, ZONES[0], Slot(due.at - 1))
    assert earlier.at < due.at
    assert earlier.window.end == due.window.start
    assert before(report.rhythm, report.timezone or ZONES[0], due.window) == earlier.window
    assert last_due(report, ZONES[0], due.at) == due
    assert due.at - earlier.at >= SHORTEST[report.rhythm]


@given(st.sampled_from(Rhythm), st.sampled_from(ZONES), INSTANTS)
def test_what_is_over_is_whole_and_the_next_is_not_over(rhythm: Rhythm, zone: ZoneInfo, at: Slot) -> None:
    window = last_over(rhythm, zone, at)
    start, end = (to_instant(slot).astimezone(zone) for slot in (window.start, window.end))
    assert window.end <= at < window.end + 32 * DAY
    assert last_over(rhythm, zone, window.end) == window
    assert start.weekday() == end.weekday() == 0 if rhythm is Rhythm.WEEKLY else start.day == end.day == 1


def at(text: str, zone: ZoneInfo = BERLIN, fold: int = 0) -> Slot:
    return to_slot(datetime.fromisoformat(text).replace(tzinfo=zone, fold=fold))


def due(report: Report, now: str) -> str:
    found: Due = last_due(report, BERLIN, at(now))
    moments = (found.at, found.window.start, found.window.end)
    return " ".join(to_instant(slot).astimezone(BERLIN).strftime("%m-%dT%H:%M") for slot in moments)


MONDAYS = Report(Rhythm.WEEKLY, (), 0, time(8))
LAST_DAYS = Report(Rhythm.MONTHLY, (), 31, time(8))


@pytest.mark.parametrize(
    ("report", "now", "expected"),
    [
        (MONDAYS, "2026-11-23T07:59", "11-16T08:00 11-09T00:00 11-16T00:00"),
        (MONDAYS, "2026-11-23T08:00", "11-23T08:00 11-16T00:00 11-23T00:00"),
        (Report(Rhythm.WEEKLY, (), 6, time(23)), "2026-11-22T23:30", "11-22T23:00 11-09T00:00 11-16T00:00"),
        (Report(Rhythm.WEEKLY, (), 0, time(0)), "2026-11-23T00:00", "11-23T00:00 11-16T00:00 11-23T00:00"),
        (LAST_DAYS, "2026-02-28T08:00", "02-28T08:00 01-01T00:00 02-01T00:00"),
        (LAST_DAYS, "2026-03-31T07:59", "02-28T08:00 01-01T00:00 02-01T00:00"),
        (Report(Rhythm.MONTHLY, (), 1, time(8)), "2026-01-01T08:00", "01-01T08:00 12-01T00:00 01-01T00:00"),
    ],
)
def test_it_is_the_calendar_of_the_report_that_counts(report: Report, now: str, expected: str) -> None:
    assert due(report, now) == expected


def test_a_time_that_the_clocks_skip_is_made_up_for_by_the_gap() -> None:
    sundays = Report(Rhythm.WEEKLY, (), 6, time(2, 30))
    assert due(sundays, "2026-03-29T04:00").startswith("03-29T03:30")


def test_of_a_time_that_comes_twice_the_first_counts() -> None:
    sundays = Report(Rhythm.WEEKLY, (), 6, time(2, 30))
    first = at("2026-10-25T02:30")
    assert last_due(sundays, BERLIN, Slot(first + HOUR)).at == first
    assert last_due(sundays, BERLIN, Slot(first - 1)).at < first


def test_a_week_in_which_clocks_change_is_an_hour_shorter_and_a_week_all_the_same() -> None:
    window = last_over(Rhythm.WEEKLY, BERLIN, at("2026-03-30T09:00"))
    assert window.end - window.start == 7 * DAY - HOUR
