"""Billing periods in every zone: they tile time, hold their instant and begin when they promise to."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from hypothesis import example, given
from hypothesis import strategies as st

from bot.domain import moments
from bot.domain.periods import Calendar, Per, Starts
from bot.domain.times import DAY, HOUR, Slot, Window, ceil, floor, iso, to_instant, to_slot
from bot.rules.values import zone_names
from tests.fuzz.trying import tries

FIRST, LAST = to_slot(datetime(2000, 1, 1, tzinfo=UTC)), to_slot(datetime(2100, 1, 1, tzinfo=UTC))
ODD = (
    *("Pacific/Apia", "Pacific/Fakaofo", "Pacific/Kiritimati", "Australia/Lord_Howe", "Asia/Kathmandu", "Asia/Tehran"),
    *("America/St_Johns", "Africa/Casablanca", "Asia/Pyongyang", "America/Caracas", "Antarctica/Troll", "Asia/Gaza"),
    *("America/Santiago", "America/Havana", "Asia/Beirut", "Africa/Cairo", "Asia/Hovd", "Pacific/Chatham"),
)
zones = st.one_of(st.sampled_from(ODD), st.sampled_from(sorted(zone_names()))).map(ZoneInfo)
slots = st.integers(FIRST, LAST).map(Slot)
clocks = st.sampled_from([time(0), time(2, 30), time(23, 59)]) | st.times().map(
    lambda at: at.replace(second=0, microsecond=0)
)


@st.composite
def starts(draw: st.DrawFn, per: Per) -> Starts:
    at = draw(clocks)
    if per is Per.HOUR:
        return Starts()
    if per is Per.WEEK:
        return Starts(weekday=draw(st.none() | st.integers(0, 6)), time=at)
    if per in {Per.DAY, Per.DAYS}:
        return Starts(time=at)
    return Starts(day=draw(st.none() | st.integers(1, 31)), time=at)


@st.composite
def calendars(draw: st.DrawFn) -> Calendar:
    per, zone = draw(st.sampled_from(list(Per))), draw(zones)
    begins = draw(starts(per))
    if per is Per.DAYS:
        anchor = draw(st.dates(date(2000, 1, 1), date(2100, 1, 1)))
        return Calendar(per, zone, begins, draw(st.sampled_from([1, 2, 7, 28, 30, 365, 3660])), anchor)
    return Calendar(per, zone, begins)


@st.composite
def around_changes(draw: st.DrawFn) -> tuple[Calendar, Slot]:
    """A calendar, and an instant within a day of a change of its zone's clock, where there is one in that year."""
    calendar = draw(calendars())
    begin = to_slot(datetime(draw(st.integers(2000, 2099)), 1, 1, tzinfo=UTC))
    offsets = [to_instant(begin + n * DAY).astimezone(calendar.zone).utcoffset() for n in range(367)]
    changes = [n for n, (a, b) in enumerate(pairwise(offsets)) if a != b]
    day = draw(st.sampled_from(changes)) if changes else draw(st.integers(0, 366))
    return calendar, Slot(begin + day * DAY + draw(st.integers(-DAY, 2 * DAY)))


APIA = ZoneInfo("Pacific/Apia")
SKIPPED = to_slot(datetime(2011, 12, 30, 10, tzinfo=UTC))
"""Where Apia went from the 29th straight to the 31st of December."""

EXAMPLES = (
    (Calendar(Per.DAY, APIA), SKIPPED),
    (Calendar(Per.DAY, APIA, Starts(time=time(12))), Slot(SKIPPED - 1)),
    (Calendar(Per.MONTH, APIA, Starts(day=30)), SKIPPED),
    (Calendar(Per.HOUR, ZoneInfo("Australia/Lord_Howe")), to_slot(datetime(2026, 4, 4, 15, 10, tzinfo=UTC))),
    (Calendar(Per.MONTH, ZoneInfo("Asia/Beirut"), Starts(day=31)), to_slot(datetime(2026, 3, 28, 22, tzinfo=UTC))),
)


@tries(250)
@given(around_changes() | st.tuples(calendars(), slots))
@example(EXAMPLES[0])
@example(EXAMPLES[1])
@example(EXAMPLES[2])
@example(EXAMPLES[3])
@example(EXAMPLES[4])
def test_a_period_holds_its_instant_and_touches_its_neighbours(given: tuple[Calendar, Slot]) -> None:
    calendar, slot = given
    period = calendar.period(slot)
    assert period.start <= slot < period.end
    assert calendar.period(period.start) == period
    assert calendar.period(period.end - 1) == period
    after = calendar.period(period.end)
    assert after.start == period.end
    before = calendar.period(period.start - 1)
    assert before.end == period.start
    assert list(calendar.periods(Window(before.start, after.end))) == [before, period, after]


def nearest(day: date, at: time, zone: ZoneInfo) -> datetime:
    """The instant of a local time: the first of two, and, of one that a change skipped, as if there were no change."""
    return datetime.combine(day, at, zone).astimezone(UTC)


@tries(250)
@given(around_changes() | st.tuples(calendars(), slots))
@example(EXAMPLES[0])
@example(EXAMPLES[2])
def test_a_period_begins_at_the_local_time_that_was_promised(given: tuple[Calendar, Slot]) -> None:
    calendar, slot = given
    start = to_instant(calendar.period(slot).start)
    local, begins = start.astimezone(calendar.zone), calendar.starts
    if calendar.per is Per.HOUR:
        change = to_instant(calendar.period(slot).start - 1).astimezone(calendar.zone).utcoffset() != local.utcoffset()
        assert (local.minute, local.second) == (0, 0) or change
        return
    days = [local.date() - timedelta(days=back) for back in range(-1, 3)]
    assert any(nearest(day, begins.time, calendar.zone) == start and is_first(day, calendar) for day in days)


def is_first(day: date, calendar: Calendar) -> bool:
    """Whether a period begins on this local day, counted naively."""
    after = day + timedelta(days=1)
    last_of_month = after.month != day.month
    wanted = calendar.starts.day or 1
    on_day = day.day == wanted or (last_of_month and wanted > day.day)
    match calendar.per:
        case Per.WEEK:
            return day.weekday() == (calendar.starts.weekday or 0)
        case Per.DAYS:
            return (day - calendar.anchor).days % calendar.every == 0
        case Per.MONTH:
            return on_day
        case Per.QUARTER:
            return on_day and day.month in {1, 4, 7, 10}
        case Per.YEAR:
            return on_day and day.month == 1
        case _:
            return True


@tries(100)
@given(calendars(), slots)
def test_periods_have_the_length_of_their_unit(calendar: Calendar, slot: Slot) -> None:
    """Give or take what clocks can be changed by: a day, in Apia."""
    days = calendar.period(slot).span / timedelta(days=1)
    least, most = {
        Per.HOUR: (0.01, 0.05),
        Per.DAY: (0.9, 2),
        Per.WEEK: (6, 7.1),
        Per.MONTH: (27, 31.2),
        Per.QUARTER: (88, 92.2),
        Per.YEAR: (364, 366.2),
        Per.DAYS: (calendar.every - 1.1, calendar.every + 1.1),
    }[calendar.per]
    assert least <= days <= most


@tries(150)
@given(slots, st.integers(1, 10**7), st.sampled_from([60, 300, 900, HOUR, DAY]))
def test_windows_and_slots_keep_to_the_grid(slot: Slot, length: int, step: int) -> None:
    assert floor(slot, step) <= slot < floor(slot, step) + step
    assert ceil(slot, step) - step < slot <= ceil(slot, step)
    assert floor(slot, step) % step == ceil(slot, step) % step == 0
    assert to_slot(to_instant(slot)) == slot
    assert to_slot(datetime.fromisoformat(iso(slot))) == slot
    window = Window(slot, Slot(slot + length))
    chunks = list(window.chunks(max(step, length // 50)))
    assert (chunks[0].end, chunks[-1].start) == (window.end, window.start)
    assert all(newer.start == older.end for newer, older in pairwise(chunks))
    assert slot in window
    assert window.end not in window


@tries(150)
@given(calendars(), slots, st.integers(0, 10**8))
def test_moments_and_periods_have_words_in_every_zone(calendar: Calendar, slot: Slot, later: int) -> None:
    period, now, zone = calendar.period(slot), to_instant(slot), calendar.zone
    start, end = to_instant(period.start), to_instant(period.end)
    words = (
        moments.moment(now, zone, to_instant(slot + later)),
        moments.period(start, end, zone, now),
        moments.rhythm(start, end, zone),
        moments.left(end, now),
        moments.soon(end, zone, now),
    )
    assert all(text and text.isprintable() for text in words)
