"""Marks on the axis of time: few, at round local times, each day and hour where the zone's clock has it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import takewhile
from zoneinfo import ZoneInfo

from bot.domain.moments import DAYS, MONTHS
from bot.domain.times import local_slot, to_instant

_MINUTES = (1, 5, 15, 30, 60, 120, 180, 360, 720)
_DAYS = (1, 2, 7, 14)
_MONTHS = (1, 2, 3, 6, 12, 24, 60, 120, 240)
MOST_CLOCK, MOST_DATES = 4.5, 8


@dataclass(frozen=True, slots=True)
class Tick:
    """A mark at an instant, with its label of two lines, of which the second may be empty."""

    at: datetime
    label: str


def time_ticks(start: datetime, end: datetime, zone: ZoneInfo) -> tuple[Tick, ...]:
    """Marks of `[start, end]`: times of day up to two days and a half, days up to some weeks, then months."""
    span = end - start
    for minutes in _MINUTES:
        if span <= MOST_CLOCK * timedelta(minutes=minutes):
            return _clock(start, end, zone, minutes)
    for days in _DAYS:
        if span < MOST_DATES * timedelta(days=days):
            return _days(start, end, zone, days)
    months = next((count for count in _MONTHS if span < MOST_DATES * timedelta(days=30 * count)), _MONTHS[-1])
    return _months(start, end, zone, months)


def _clock(start: datetime, end: datetime, zone: ZoneInfo, minutes: int) -> tuple[Tick, ...]:
    first = datetime.combine(start.astimezone(zone).date(), time())
    walls = (first + timedelta(minutes=minutes * count) for count in range(60 * 24 * 4 // minutes))
    ticks: list[Tick] = []
    told: date | None = None
    for at in _within(walls, start, end, zone):
        local = at.astimezone(zone)
        ticks.append(Tick(at, f"{local:%H:%M}" + (f"\n{_weekday(local)}" if local.date() != told else "\n")))
        told = local.date()
    return tuple(ticks)


def _days(start: datetime, end: datetime, zone: ZoneInfo, days: int) -> tuple[Tick, ...]:
    first = datetime.combine(start.astimezone(zone).date(), time())
    if first.replace(tzinfo=zone) < start:
        first += timedelta(days=1)
    walls = (first + timedelta(days=days * count) for count in range(400))
    return tuple(Tick(at, _day(at.astimezone(zone))) for at in _within(walls, start, end, zone))


def _months(start: datetime, end: datetime, zone: ZoneInfo, months: int) -> tuple[Tick, ...]:
    year = start.astimezone(zone).year
    first = (year - year % max(1, months // 12)) * 12
    walls = (datetime(at // 12, at % 12 + 1, 1) for at in range(first, 9999 * 12, months))  # noqa: DTZ001 - local
    return tuple(Tick(at, _month(at.astimezone(zone))) for at in _within(walls, start, end, zone))


def _within(walls: Iterator[datetime], start: datetime, end: datetime, zone: ZoneInfo) -> Iterator[datetime]:
    instants = (to_instant(local_slot(wall, zone)) for wall in walls)
    return (at for at in takewhile(lambda at: at <= end, instants) if at >= start)


def _weekday(local: datetime) -> str:
    return f"{DAYS[local.weekday()]} {local.day} {MONTHS[local.month - 1]}"


def _day(local: datetime) -> str:
    return f"{DAYS[local.weekday()]}\n{local.day} {MONTHS[local.month - 1]}"


def _month(local: datetime) -> str:
    return f"{MONTHS[local.month - 1]}\n{local.year}"
