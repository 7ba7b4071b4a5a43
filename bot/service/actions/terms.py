"""When a term ends, as it was said: by the clock of one place."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.domain.times import DAY, Slot, local_slot, to_instant
from bot.service.orders import LocalTime, Term

LONGEST = 366 * DAY
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def end_of(term: Term, at: Slot, zone: ZoneInfo) -> Slot | None:
    """None where it names no time. May be past, or further away than `LONGEST`."""
    if term.span is not None:
        return Slot(at + int(term.span.total_seconds()))
    return _instant(term.until, at, zone) if term.until is not None else None


def _instant(until: LocalTime, at: Slot, zone: ZoneInfo) -> Slot:
    today = to_instant(at).astimezone(zone).date()
    first = _slot(_day(until.day, today), until, zone)
    if first > at or isinstance(until.day, date) or until.day in ("today", "tomorrow"):
        return first
    return _slot(_day(until.day, today) + timedelta(days=7 if until.day else 1), until, zone)


def _day(day: date | str | None, today: date) -> date:
    """Of a weekday the first that is not past."""
    if isinstance(day, date):
        return day
    if day in _WEEKDAYS:
        return today + timedelta(days=(_WEEKDAYS.index(day) - today.weekday()) % 7)
    return today + timedelta(days=int(day == "tomorrow"))


def _slot(day: date, until: LocalTime, zone: ZoneInfo) -> Slot:
    return local_slot(datetime.combine(day, until.time), zone)
