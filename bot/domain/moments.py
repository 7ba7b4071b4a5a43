"""Instants and spans in words: in the site's own zone, with the zone named, in English whatever the locale."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.domain.units import format_duration

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
MONTH_NAMES: tuple[str, ...] = (
    *("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November"),
    "December",
)
_MONTH_COUNTS = {1: "monthly", 3: "quarterly", 12: "yearly"}
_SPANS = {
    timedelta(hours=1): "hourly",
    timedelta(days=1): "daily",
    timedelta(days=7): "weekly",
}
LATE = timedelta(minutes=15)
"""Data always comes a little late; from here on it is worth a word."""


def moment(instant: datetime, zone: ZoneInfo, now: datetime) -> str:
    """`"Thu 27 Nov 14:05 SAST"`, with the year where it is not this one."""
    local = instant.astimezone(zone)
    return f"{day(instant, zone, now)} {local:%H:%M} {zone_word(instant, zone)}"


def day(instant: datetime, zone: ZoneInfo, now: datetime) -> str:
    """`"Thu 27 Nov"`, with the year where it is not this one."""
    local = instant.astimezone(zone)
    return f"{DAYS[local.weekday()]} {_date(local, now.astimezone(zone).year)}"


def zone_word(instant: datetime, zone: ZoneInfo) -> str:
    """The zone's usual letters (`"SAST"`), or `"UTC+03"` of a zone that has none."""
    letters = instant.astimezone(zone).tzname() or ""
    return letters if letters.isalpha() else f"UTC{letters}"


def soon(instant: datetime, zone: ZoneInfo, now: datetime) -> str:
    """A day; with its time of day where it is less than two days away and the hour matters."""
    near = instant - now < timedelta(days=2)
    return moment(instant, zone, now) if near else day(instant, zone, now)


def period(start: datetime, end: datetime, zone: ZoneInfo, now: datetime) -> str:
    """A billing period: `"1 – 30 Nov"` where it is made of whole local days, else with times of day."""
    first, after = start.astimezone(zone), end.astimezone(zone)
    if first.hour or first.minute or after.hour or after.minute:
        if first.date() == after.date():
            return f"{day(start, zone, now)} {first:%H:%M} – {after:%H:%M} {zone_word(end, zone)}"
        return f"{moment(start, zone, now)} – {moment(end, zone, now)}"
    last = after - timedelta(days=1)
    if first.date() == last.date():
        return day(start, zone, now)
    year = now.astimezone(zone).year
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day} – {_date(last, year)}"
    return f"{_date(first, year)} – {_date(last, year)}"


def left(end: datetime, now: datetime) -> str:
    """`"3 days left"`: whole days from two days on; "" once it is over."""
    span = end - now
    if span <= timedelta():
        return ""
    words = f"{span.days} days" if span >= timedelta(days=2) else format_duration(span)
    return f"{words} left"


def late(by: timedelta) -> str:
    """`"Learnt 3 hours late."`, or "" where it was as good as at once."""
    return f"Learnt {format_duration(by)} late." if by >= LATE else ""


def rhythm(start: datetime, end: datetime, zone: ZoneInfo) -> str:
    """What to call a quota of such periods: `"monthly"`, `"28-day"`.

    Whole calendar months are told by their local dates, and clamped ends (31 Jan – 28 Feb) count as whole.
    """
    first, after = start.astimezone(zone), end.astimezone(zone)
    months = (after.year - first.year) * 12 + after.month - first.month
    if months in _MONTH_COUNTS and (after.day == first.day or _is_clamped(first, after)):
        return _MONTH_COUNTS[months]
    # Local walls, not UTC: the day of a clock change is still a day.
    span = after.replace(tzinfo=None) - first.replace(tzinfo=None)
    return _SPANS.get(span, f"{span.days}-day" if span.days else "short")


def _is_clamped(first: datetime, after: datetime) -> bool:
    is_last = (after + timedelta(days=1)).day == 1
    return is_last or (first + timedelta(days=1)).day == 1


def _date(local: datetime, this_year: int) -> str:
    year = "" if local.year == this_year else f" {local.year}"
    return f"{local.day} {MONTHS[local.month - 1]}{year}"
