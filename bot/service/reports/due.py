"""Which week or month a digest is about, and when it is due. Pure.

Everything is on the report's own clock: a time that a clock change skips is moved forward by the gap, of one that comes
twice the first counts, and day 31 is a month's last day.
"""

from __future__ import annotations

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from bot.domain.periods import Calendar, Per, Starts
from bot.domain.times import Slot, Window
from bot.rules.telling import Report, Rhythm

_PER = {Rhythm.WEEKLY: Per.WEEK, Rhythm.MONTHLY: Per.MONTH}


@dataclass(frozen=True, slots=True)
class Due:
    """The digest of `window`, a calendar week or month, which is due `at`."""

    window: Window
    at: Slot


def last_due(report: Report, zone: ZoneInfo, at: Slot) -> Due:
    """What was due last, at or before an instant. `zone` is that of a report which names none."""
    zone = report.timezone or zone
    is_weekly = report.rhythm is Rhythm.WEEKLY
    starts = Starts(weekday=report.day, time=report.time) if is_weekly else Starts(day=report.day, time=report.time)
    due = Calendar(_PER[report.rhythm], zone, starts).period(at).start
    return Due(last_over(report.rhythm, zone, due), due)


def last_over(rhythm: Rhythm, zone: ZoneInfo, at: Slot) -> Window:
    """The last week, from Monday, or month that is over at an instant."""
    calendar = Calendar(_PER[rhythm], zone)
    return calendar.period(calendar.period(at).start - 1)


def before(rhythm: Rhythm, zone: ZoneInfo, window: Window) -> Window:
    """The week or month before one."""
    return Calendar(_PER[rhythm], zone).period(window.start - 1)
