"""Billing periods: calendar spans in a site's own zone, after which usage restarts.

Periods tile time: the end of one is the start of the next, whatever the zone does with its clocks. A local
time that a clock change skips is moved forward by the gap, and of one that comes twice the first is taken
(PEP 495, `fold=0`).
"""

from __future__ import annotations

import calendar
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from bot.domain.times import HOUR, Slot, Window, floor, local_slot, to_instant

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
EPOCH_MONDAY = date(1970, 1, 5)


class Per(StrEnum):
    """The calendar unit of a billing period. `days` is "every N days, from a date"."""

    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"
    DAYS = "days"


MONTHS = {Per.MONTH: 1, Per.QUARTER: 3, Per.YEAR: 12}


@dataclass(frozen=True, slots=True)
class Starts:
    """Where in its unit a period begins: day 1–31 (clamped to the month's end) or weekday 0–6, and time of day."""

    day: int | None = None
    weekday: int | None = None
    time: time = time(0)


@dataclass(frozen=True, slots=True)
class Calendar:
    """How billing periods follow each other in one zone.

    `every` and `anchor` belong to `Per.DAYS` alone: periods of `every` days counted from local `anchor`.
    """

    per: Per
    zone: ZoneInfo
    starts: Starts = Starts()
    every: int = 1
    anchor: date = EPOCH_MONDAY

    def period(self, slot: int) -> Window:
        """The billing period that `slot` falls into."""
        if self.per is Per.HOUR:
            return self._hour(slot)
        ordinal = self._ordinal(to_instant(slot).astimezone(self.zone).date())
        while self._start(ordinal) > slot:
            ordinal -= 1
        while self._start(ordinal + 1) <= slot:
            ordinal += 1
        return Window(self._start(ordinal), self._start(ordinal + 1))

    def periods(self, window: Window) -> Iterator[Window]:
        """Every period that overlaps `window`, in order."""
        start = window.start
        while start < window.end:
            period = self.period(start)
            yield period
            start = period.end

    def _hour(self, slot: int) -> Window:
        """Hours of the local clock; zones at :30 and :45 have theirs off the UTC hour.

        An hour ends early, and another begins, where the clock changes within it, as by Lord Howe's half hour.
        """
        offset = self._offset(slot)
        start = Slot(floor(slot + offset, HOUR) - offset)
        end = Slot(start + HOUR)
        if self._offset(start) != offset:
            start = self._change(start, slot)
        if self._offset(end - 1) != offset:
            end = self._change(slot, end - 1)
        return Window(start, end)

    def _offset(self, slot: int) -> int:
        """Seconds east of UTC."""
        offset = to_instant(slot).astimezone(self.zone).utcoffset() or timedelta()
        return int(offset.total_seconds())

    def _change(self, before: int, after: int) -> Slot:
        """The slot at which the clock changes that reads otherwise at `before` than at `after`."""
        old = self._offset(before)
        while after - before > 1:
            middle = (before + after) // 2
            before, after = (middle, after) if self._offset(middle) == old else (before, middle)
        return Slot(after)

    def _ordinal(self, day: date) -> int:
        """The number of a period that is at, or next to, the one of a local day."""
        if self.per in MONTHS:
            return (day.year * 12 + day.month - 1) // MONTHS[self.per]
        first, length = self._days()
        return (day - first).days // length

    def _start(self, ordinal: int) -> Slot:
        day = self._month_start(ordinal) if self.per in MONTHS else self._day_start(ordinal)
        return local_slot(datetime.combine(day, self.starts.time), self.zone)

    def _month_start(self, ordinal: int) -> date:
        year, month = divmod(ordinal * MONTHS[self.per], 12)
        last = calendar.monthrange(year, month + 1)[1]
        return date(year, month + 1, min(self.starts.day or 1, last))

    def _day_start(self, ordinal: int) -> date:
        first, length = self._days()
        return first + timedelta(days=ordinal * length)

    def _days(self) -> tuple[date, int]:
        match self.per:
            case Per.WEEK:
                return EPOCH_MONDAY + timedelta(days=self.starts.weekday or 0), 7
            case Per.DAYS:
                return self.anchor, self.every
            case _:
                return EPOCH_MONDAY, 1
