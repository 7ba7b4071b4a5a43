"""The API's times: written for a request, read from a row.

A row's time is `2025-10-29 10:00:00` or ISO 8601 with `T`, an optional fraction, and `Z`, an offset or neither.
Without either it is local time of the API's zone, which may name no instant (a clock change skipped it) or two
(a clock change repeated it).
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from bot.altostrat.config import RequestForm
from bot.domain.times import DAY, to_instant

QUARTER = 900
"""Clocks are changed on quarters of an hour, and no zone is off them today."""

_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - a wall clock, not an instant
_SECOND = timedelta(seconds=1)
_CLOCK = {f"{minute // 60:02d}:{minute % 60:02d}:00": minute * 60 for minute in range(1440)}
_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_TIME = re.compile(
    r"(\d{4}-\d\d-\d\d)[ Tt](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?(?:([Zz])|\s?([+-])(\d\d):?(\d\d)?)?", re.ASCII
)


def written(slot: int, form: RequestForm, zone: ZoneInfo) -> str:
    """An instant as a request gives it."""
    if form == RequestForm.UTC:
        return to_instant(slot).strftime("%Y-%m-%dT%H:%M:%SZ")
    local = to_instant(slot).astimezone(zone)
    return (local.replace(tzinfo=None) if form == RequestForm.ZONELESS else local).isoformat(timespec="seconds")


def read(text: str, zone: ZoneInfo) -> tuple[int, ...] | None:
    """The instants that a row's time can mean, ascending, as seconds since 1970; None where it is no time.

    None too for a local time that never was. A fraction of a second is dropped, but one that is not zero keeps
    the time off the whole minute, where buckets start.
    """
    seconds = _CLOCK.get(text[11:])
    if seconds is not None and text[10] in " T":
        day = _day(text[:10])
        return None if day is None else _instants(day + seconds, zone)
    return _read_any(text, zone)


def _read_any(text: str, zone: ZoneInfo) -> tuple[int, ...] | None:
    match = _TIME.fullmatch(text)
    if match is None:
        return None
    date, hour, minute, second, fraction, zulu, sign, off_hours, off_minutes = match.groups()
    day, clock = _day(date), (int(hour), int(minute), int(second or 0))
    if day is None or clock[0] > 23 or clock[1] > 59 or clock[2] > 59:
        return None
    wall = day + clock[0] * 3600 + clock[1] * 60 + clock[2]
    wall += clock[2] == 0 and int(fraction or 0) > 0
    if zulu:
        return (wall,)
    if sign is None:
        return _instants(wall, zone)
    offset = int(off_hours) * 3600 + int(off_minutes or 0) * 60
    return (wall - offset,) if sign == "+" else (wall + offset,)


@lru_cache(maxsize=1024)
def _day(text: str) -> int | None:
    """Seconds from 1970 to the midnight of `2025-10-29`; None for no date, or one outside 1971 to 9998."""
    if _DATE.fullmatch(text) is None:  # strptime reads spaces and missing digits too
        return None
    try:
        day = (datetime.strptime(text, "%Y-%m-%d") - _EPOCH).days  # noqa: DTZ007 - a wall clock
    except ValueError:
        return None
    # A day and more away from what datetime can hold, so that no offset leads out of it.
    return day * DAY if 365 <= day <= 2932532 else None


def _instants(wall: int, zone: ZoneInfo) -> tuple[int, ...] | None:
    quarter, rest = divmod(wall, QUARTER)
    starts = _quarter(quarter, zone)
    return starts if not rest or starts is None else tuple(start + rest for start in starts)


@lru_cache(maxsize=16384)
def _quarter(quarter: int, zone: ZoneInfo) -> tuple[int, ...] | None:
    """The instants at which a wall clock in `zone` shows this quarter of an hour since 1970 begin."""
    wall = _EPOCH + timedelta(seconds=quarter * QUARTER)
    found = set()
    for fold in (0, 1):
        instant = wall.replace(tzinfo=zone, fold=fold).astimezone(UTC)
        if instant.astimezone(zone).replace(tzinfo=None, fold=0) == wall:
            found.add((instant.replace(tzinfo=None) - _EPOCH) // _SECOND)
    return tuple(sorted(found)) or None
