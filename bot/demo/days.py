"""Days and times of the demonstration's span, whatever the dates are: the origin is day 0."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date, datetime, time, timedelta

from bot.demo.fleet import DemoSite
from bot.demo.shapes import PAYDAY, STEP
from bot.domain.times import Slot, Window, floor, to_slot

SPAN_DAYS = 45
FIRST_WATCHED = 31
"""The day in whose small hours the bot starts."""


def near_payday(day: date) -> bool:
    return PAYDAY <= day.day <= PAYDAY + 2


def own_days(origin: date, wanted: Iterable[int], taken: Collection[date]) -> list[date]:
    """For each of the wanted days of the span an ordinary day that no other has: that one or a later one, or else an
    earlier one, of the last two weeks."""
    found: list[date] = []
    for number in wanted:
        numbers = (*range(number, SPAN_DAYS), *range(number - 1, FIRST_WATCHED - 1, -1))
        found.append(ordinary_day(origin, numbers, [*taken, *found]))
    return found


def ordinary_day(origin: date, numbers: Iterable[int], taken: Collection[date] = ()) -> date:
    """The first of these days of the span that is a working day, coloured by no payday, and not taken."""
    days = (origin + timedelta(days=number) for number in numbers)
    return next(day for day in days if day.weekday() < 5 and not near_payday(day) and day not in taken)


def holiday_of(origin: date) -> date:
    """A day in the middle of a week, from day 33 on, that payday does not colour; else a Monday or Friday."""
    days = [origin + timedelta(days=number) for number in range(33, 41)]
    midweek = (day for day in days if day.weekday() in (1, 2, 3) and not near_payday(day))
    return next(midweek, None) or ordinary_day(origin, range(33, 41))


def at(site: DemoSite, origin: date, number: int, local: time) -> Slot:
    """The bucket that holds a site's local time of day number `number` of the span."""
    return floor(to_slot(datetime.combine(origin + timedelta(days=number), local, site.timezone)), STEP)


def window_at(site: DemoSite, day: date, local: time, span: timedelta) -> Window:
    start = at(site, day, 0, local)
    return Window(start, Slot(start + int(span.total_seconds())))
