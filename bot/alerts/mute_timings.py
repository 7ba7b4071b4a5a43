"""Recurring local times at which people are not told. Pure.

A local time that a clock change skips is moved forward by the gap, and of one that comes twice the first is taken,
as for billing periods.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from bot.domain.times import Slot, Window, local_slot, to_instant
from bot.rules.telling import MuteTiming

ALL_DAY = ((time(0), time(0)),)
DAY = timedelta(days=1)


def muted_until(timing: MuteTiming, default: ZoneInfo, at: Slot) -> Slot:
    """The end of the span that `at` is in, or `at` itself where it is in none. Spans that touch are not one here."""
    zone = timing.timezone or default
    today = to_instant(at).astimezone(zone).date()
    ends = [span.end for day in (today - DAY, today) for span in _spans(timing, zone, day) if at in span]
    return max(ends, default=at)


def _spans(timing: MuteTiming, zone: ZoneInfo, day: date) -> Iterator[Window]:
    """The spans that begin on a local day."""
    if timing.days and day.weekday() not in timing.days:
        return
    for begin, end in timing.times or ALL_DAY:
        start, stop = _instant(day, begin, zone), _instant(day if begin < end else day + DAY, end, zone)
        if start < stop:  # a clock that is put forward may leave nothing of a short span
            yield Window(start, stop)


@lru_cache(maxsize=4096)
def _instant(day: date, at: time, zone: ZoneInfo) -> Slot:
    return local_slot(datetime.combine(day, at), zone)
