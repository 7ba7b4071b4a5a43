"""Where the events of the demonstration fall, relative to the first day of its span, whatever the dates are."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

import numpy as np

from bot.demo.effects import Effect, Gap, Growth, Leak, Surge
from bot.demo.fleet import DemoSite, Fleet
from bot.demo.shapes import PAYDAY, STEP
from bot.demo.story import Story
from bot.demo.traffic import Traffic
from bot.domain.periods import Calendar, Per, Starts
from bot.domain.times import DAY, Slot, Window, floor, to_instant, to_slot

SPAN_DAYS = 45

GROWING = "Cape Town"
SPIKING = "Durban North"
DARK = "Pretoria East"
SILENT = "Polokwane"
LEAKING = "Midrand Warehouse"
HOLIDAY_ZONE = "Africa/Johannesburg"

_HALF_AT = (32, time(11, 20))  # day and local time at which half of the growing site's quota is used
_ALL_AT = (41, time(15, 40))
_SILENT_AT = (41, time(11, 25))


@dataclass(frozen=True, slots=True)
class _Happening:
    """Effects on one site and the story that tells of them."""

    story: Story
    effects: tuple[Effect, ...] = ()


def billing_day(origin: date) -> int:
    """Day of the month (1 to 28) on which the billing period begins that is running at the end of the span.

    The period begins 17 to 20 days after the origin, so it holds the last 24 days or more of the 45.
    """
    return _billing_start(origin).day


def stage(fleet: Fleet, origin: date) -> Fleet:
    """The fleet with its holiday, its events and their stories. Raises ValueError if a site it needs is missing."""
    holiday = _holiday(origin)
    fleet = replace(fleet, holidays={HOLIDAY_ZONE: frozenset({holiday})})

    def ordinary(day: date) -> bool:
        return day.weekday() < 5 and day != holiday and not _near_payday(day)

    happenings = [
        _outage(fleet.site(DARK), _first(origin, 31, ordinary)),
        _spike(fleet.site(SPIKING), _first(origin, 35, ordinary)),
        _leak(fleet.site(LEAKING), _first(origin, 37, ordinary)),
        _silence(fleet.site(SILENT), origin),
    ]
    effects = {fleet.index(each.story.site): each.effects for each in happenings}
    effects[fleet.index(GROWING)] = (_growth(fleet, origin),)
    fleet = replace(fleet, effects=effects)
    stories = [each.story for each in happenings] + _quota_stories(fleet, origin) + [_holiday_story(fleet, holiday)]
    return replace(fleet, stories=tuple(sorted(stories, key=lambda story: story.starts_at)))


def _outage(site: DemoSite, day: date) -> _Happening:
    dark = _window(site, day, time(9, 5), timedelta(hours=5))
    catch_up = Window(dark.end, Slot(dark.end + 1800))
    what = "No rows for five hours, then half an hour of catching up at five times the usual rate and falling."
    story = _story("outage", site, dark, what)
    return _Happening(story, (Gap(dark.start, dark.end), Surge(catch_up, 5.0, 5.0, fades=True)))


def _spike(site: DemoSite, day: date) -> _Happening:
    window = _window(site, day, time(14, 10), timedelta(minutes=50))
    story = _story("spike", site, window, "Inbound traffic is eight times the usual for 50 minutes.")
    return _Happening(story, (Surge(window, 8.0, 1.0),))


def _leak(site: DemoSite, day: date) -> _Happening:
    window = _window(site, day, time(2, 35), timedelta(hours=1))
    extra = site.busy // 4
    total = extra * ((window.end - window.start) // STEP)
    what = f"{total / 10**9:.1f} GB leave the site in an hour of the night, long after the backup; nothing comes in."
    return _Happening(_story("exfiltration", site, window, what), (Leak(window, extra),))


def _silence(site: DemoSite, origin: date) -> _Happening:
    start = _at(site, origin, *_SILENT_AT)
    what = "The site goes silent for good: no rows from here on."
    story = replace(_story("silence", site, Window(start, Slot(start + STEP)), what), ends_at=None)
    return _Happening(story, (Gap(start),))


def _growth(fleet: Fleet, origin: date) -> Growth:
    """A scale and a daily growth at which the site has used half and all of its quota at the times wanted.

    Use up to a time is the sum of the ordinary buckets, each times e^(growth * days). The share used by the first
    time falls as growth rises, so bisection finds the growth; the scale follows from the quota.
    """
    site = fleet.site(GROWING)
    period = _period(site, origin)
    half, full = (_at(site, origin, *when) for when in (_HALF_AT, _ALL_AT))
    usual = Traffic(fleet).block([fleet.index(GROWING)], Window(period.start, full))
    total = (usual.in_bytes + usual.out_bytes)[0].astype(np.float64)
    days = np.arange(len(total)) * STEP / DAY
    low, high = -0.5, 0.5
    for _ in range(60):
        middle = (low + high) / 2
        used = np.cumsum(total * np.exp(middle * days))
        low, high = (middle, high) if used[usual.column(half) - 1] > used[-1] / 2 else (low, middle)
    return Growth(period, (site.quota or 0) / float(np.sum(total * np.exp(low * days))), low)


def _quota_stories(fleet: Fleet, origin: date) -> list[Story]:
    """When the growing site reaches its steps: read off the traffic itself."""
    site = fleet.site(GROWING)
    period, quota = _period(site, origin), site.quota or 0
    block = Traffic(fleet).block([fleet.index(GROWING)], period)
    used = np.cumsum((block.in_bytes + block.out_bytes)[0])
    stories = []
    for percent in (50, 80, 100):
        slot = Slot(period.start + int(np.searchsorted(used * 100, quota * percent)) * STEP)
        what = f"{percent} % of the {quota // 10**9} GB of the billing period have been used when this bucket ends."
        stories.append(_story(f"quota {percent} %", site, Window(slot, Slot(slot + STEP)), what))
    return stories


def _holiday_story(fleet: Fleet, day: date) -> Story:
    affected = [site for site in fleet.sites if site.timezone.key == HOLIDAY_ZONE]
    window = _window(affected[0], day, time(0), timedelta(days=1))
    what = f"A public holiday: {len(affected)} sites look like a Sunday, and nothing is wrong."
    return replace(_story("holiday", affected[0], window, what), site="South Africa")


def _story(name: str, site: DemoSite, window: Window, what: str) -> Story:
    starts_at, ends_at = to_instant(window.start), to_instant(window.end)
    local = f"{starts_at.astimezone(site.timezone):%Y-%m-%d %H:%M} {site.timezone.key}"
    return Story(name, site.name, local, what, starts_at, ends_at)


def _near_payday(day: date) -> bool:
    return PAYDAY <= day.day <= PAYDAY + 2


def _holiday(origin: date) -> date:
    """A day in the middle of a week, from day 33 on, that payday does not colour; else a Monday or Friday."""

    def midweek(day: date) -> bool:
        return day.weekday() in (1, 2, 3) and not _near_payday(day)

    def working(day: date) -> bool:
        return day.weekday() < 5 and not _near_payday(day)

    days = [origin + timedelta(days=number) for number in range(33, 41)]
    return next(filter(midweek, days), None) or next(filter(working, days))


def _first(origin: date, number: int, fits: Callable[[date], bool]) -> date:
    days: Sequence[date] = [origin + timedelta(days=number + more) for more in range(10)]
    return next(filter(fits, days))


def _billing_start(origin: date) -> date:
    return next(day for day in (origin + timedelta(days=17 + more) for more in range(4)) if day.day <= 28)


def _period(site: DemoSite, origin: date) -> Window:
    starts = datetime.combine(_billing_start(origin), time(0), site.timezone)
    return Calendar(Per.MONTH, site.timezone, Starts(day=site.billing_day)).period(to_slot(starts))


def _at(site: DemoSite, origin: date, number: int, local: time) -> Slot:
    """The bucket that holds a local time of day number `number` of the span (the origin is day 0)."""
    return floor(to_slot(datetime.combine(origin + timedelta(days=number), local, site.timezone)), STEP)


def _window(site: DemoSite, day: date, local: time, span: timedelta) -> Window:
    start = _at(site, day, 0, local)
    return Window(start, Slot(start + int(span.total_seconds())))
