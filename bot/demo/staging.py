"""The events of the demonstration, laid onto a fleet; and a site that grows until its quota is used up."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import date, datetime, time, timedelta

import numpy as np

from bot.alerts.model import Kind
from bot.demo.days import at, holiday_of
from bot.demo.effects import Effect, Growth
from bot.demo.fleet import DemoSite, Fleet
from bot.demo.happenings import HOLIDAY_ZONE, happenings, story_of
from bot.demo.shapes import STEP
from bot.demo.story import Story
from bot.demo.traffic import Traffic
from bot.domain.periods import Calendar, Per, Starts
from bot.domain.times import DAY, Slot, Window, to_slot

GROWING = "Cape Town"

_HALF_AT = (32, time(11, 20))  # day and local time at which half of the growing site's quota is used
_ALL_AT = (41, time(15, 40))


def billing_day(origin: date) -> int:
    """Day of the month (1 to 28) on which the billing period begins that is running at the end of the span.

    The period begins 17 to 20 days after the origin, so it holds the last 24 days or more of the 45.
    """
    return _billing_start(origin).day


def stage(fleet: Fleet, origin: date) -> Fleet:
    """The fleet with its holiday, its events and their stories. Raises ValueError if a site it needs is missing."""
    fleet = replace(fleet, holidays={HOLIDAY_ZONE: frozenset({holiday_of(origin)})})
    effects: dict[int, tuple[Effect, ...]] = defaultdict(tuple)
    stories: list[Story] = []
    for happening in happenings(fleet, origin):
        stories += happening.stories
        for name, each in happening.effects.items():
            effects[fleet.index(name)] += tuple(each)
    fleet = replace(fleet, effects=effects)
    growing = fleet.index(GROWING)
    fleet = replace(fleet, effects={**effects, growing: (*effects[growing], _growth(fleet, origin))})
    stories += _quota_stories(fleet, origin)
    return replace(fleet, stories=tuple(sorted(stories, key=lambda story: story.starts_at)))


def _growth(fleet: Fleet, origin: date) -> Growth:
    """A scale and a daily growth at which the site has used half and all of its quota at the times wanted.

    Use up to a time is the sum of the site's buckets as they are, each times e^(growth * days). The share used by the
    first time falls as growth rises, so bisection finds the growth; the scale follows from the quota.
    """
    site = fleet.site(GROWING)
    period = _period(site, origin)
    half, full = (at(site, origin, *when) for when in (_HALF_AT, _ALL_AT))
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
        stories.append(story_of(f"quota {percent} %", site, Window(slot, Slot(slot + STEP)), what, Kind.QUOTA))
    return stories


def _billing_start(origin: date) -> date:
    return next(day for day in (origin + timedelta(days=17 + more) for more in range(4)) if day.day <= 28)


def _period(site: DemoSite, origin: date) -> Window:
    starts = datetime.combine(_billing_start(origin), time(0), site.timezone)
    return Calendar(Per.MONTH, site.timezone, Starts(day=site.billing_day)).period(to_slot(starts))
