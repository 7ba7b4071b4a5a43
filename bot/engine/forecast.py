"""Forecasts: which total a billing period will have, with what certainty, and when its quota will be exhausted.

What is still to come is lognormal-like around a blend of usual rates (`forecast_traits`), with weights and errors that
were learnt from other traffic (`forecast_model`). Floats are fine here: no forecast decides whether a step was reached.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bot.domain.times import DAY, HOUR
from bot.engine.forecast_model import (
    BY_WEEKDAY,
    ERRORS,
    LEVELS,
    MIDDLE,
    SCALE,
    USUAL_DAYS,
    USUAL_WEEKS,
    WEEKDAYS,
)
from bot.engine.forecast_traits import HOURS, WEEK, Floats, Traits

Slots = NDArray[np.int64]

LEAST_SCALE, MOST_SCALE = 0.01, 2.5
MOST_LOG = 40.0
"""Nothing is e^40 times what was expected."""
LEAST_BYTES = 1e-6
MEDIAN = 0.5


@dataclass(frozen=True, slots=True, eq=False)
class Ahead:
    """What is asked of S sites at one instant `at`, up to which everything is known. Shapes (S,).

    `starts` and `ends` bound the billing periods, which `at` lies in; `used` is what was counted since the start in
    known buckets, which are the share `known` of the time since then.
    """

    at: int
    starts: Slots
    ends: Slots
    used: Floats
    known: Floats

    @property
    def elapsed(self) -> Floats:
        """Days since the period's start."""
        return np.maximum(self.at - self.starts, 0) / DAY

    @property
    def left(self) -> Floats:
        """Days until its end."""
        return (self.ends - np.maximum(self.at, self.starts)) / DAY


@dataclass(frozen=True, slots=True, eq=False)
class Outlook:
    """What is expected of S sites. Shapes (S,), unless said otherwise.

    `used` is counted so far, `so_far` that with what the gaps are expected to hold. The rest of the period is
    `rest` bytes, `scale` the usual error of its log; it is used from `since` on. `course`, shape (S, B + 1), is which
    share of it is used by the end of so many blocks of 24 hours; the last of them may end after the period. `hours`
    is as in `Traits`.
    """

    used: Floats
    so_far: Floats
    rest: Floats
    scale: Floats
    since: Slots
    course: Floats
    hours: Floats

    def total(self, level: float) -> Floats:
        """The total that is not exceeded with this probability; never less than was counted."""
        error = float(np.interp(level, LEVELS, ERRORS))
        return np.maximum(self.so_far + self.rest * np.exp(np.minimum(error * self.scale, MOST_LOG)), self.used)

    def probability(self, limit: Floats) -> Floats:
        """That the total is at least `limit`; 1 where that much was counted. Never surer than the outer levels."""
        with np.errstate(divide="ignore"):
            wanted = np.log(np.maximum(limit - self.so_far, 0.0)) - np.log(np.maximum(self.rest, LEAST_BYTES))
        return np.where(self.used >= limit, 1.0, 1.0 - np.interp(wanted / self.scale, ERRORS, LEVELS))

    def exhausted(self, limit: Floats) -> Floats:
        """When usage reaches `limit` as expected, in seconds since 1970; NaN where it does not within the period, or
        did already."""
        rest = np.maximum(self.total(MEDIAN) - self.so_far, LEAST_BYTES)
        share = (limit - self.so_far) / rest
        reaches = (self.used < limit) & (share <= 1.0)
        share = np.clip(share, 0.0, 1.0)
        block, part = _place(self.course, share)
        hour, rest_of_it = _place(self.hours, part)
        return np.where(reaches, self.since + block * DAY + (hour + rest_of_it) * HOUR, np.nan)


def outlook(traits: Traits, ahead: Ahead) -> Outlook:
    """What is expected of the same sites that `traits` are of."""
    rate = np.exp(_log_rate(traits, ahead.left))
    missing = np.where(ahead.known < 1.0, ahead.elapsed * (1.0 - ahead.known), 0.0)
    course, blocks = _course(traits, ahead.left)
    return Outlook(
        used=ahead.used,
        so_far=ahead.used + missing * _period_rate(traits, ahead),
        rest=rate * blocks,
        scale=_scale(traits, ahead.left),
        since=np.maximum(ahead.at, ahead.starts),
        course=course,
        hours=traits.hours,
    )


def run_rate(used: Floats, elapsed: Floats, length: Floats) -> Floats:
    """The period's total at its average pace so far: 18 GB in 18 of 28 days are 28 GB. NaN before anything elapsed."""
    return np.where(elapsed > 0, used / np.where(elapsed > 0, elapsed, 1.0) * length, np.nan)


def _period_rate(traits: Traits, ahead: Ahead) -> Floats:
    """Bytes a day since the period's start, of the known part; the last week's where that is less than a day."""
    days = ahead.elapsed * ahead.known
    return np.where(days >= 1.0, ahead.used / np.maximum(days, 1.0), traits.days7)


def _log_rate(traits: Traits, left: Floats) -> Floats:
    """Log of the bytes that are expected of a day ahead: a geometric mean of usual rates."""
    seven, by_weekday = _log(traits.days7, traits), _log(traits.weekday_medians, traits)
    others = (_log(each, traits) for each in (traits.days3, traits.days14, traits.middle_week))
    middle = np.median(np.stack([seven, by_weekday, *others]), 0)
    rate: Floats = seven + MIDDLE * (middle - seven) + BY_WEEKDAY * (by_weekday - seven)
    return rate + WEEKDAYS * np.log(_weekday_level(traits, left))


def _log(rate: Floats, traits: Traits) -> Floats:
    return np.log(np.maximum(rate, traits.least))


def _weekday_level(traits: Traits, left: Floats) -> Floats:
    """The mean level of the weekdays that remain, each as often as it comes."""
    times = np.clip(left[:, None] - np.arange(WEEK), 0.0, None)
    often = np.floor(times / WEEK) + np.minimum(times % WEEK, 1.0)
    level: Floats = (often * traits.weekdays).sum(1) / np.maximum(often.sum(1), 1e-9)
    return np.where(often.sum(1) > 0, level, 1.0)


def _course(traits: Traits, left: Floats) -> tuple[Floats, Floats]:
    """`Outlook.course`, and how many blocks are left: whole ones, and of the last one the share of a day that its
    hours have."""
    blocks = np.arange(int(np.ceil(left.max(initial=1.0))))
    whole = np.floor(left)
    last = _used_by(traits.hours, (left - whole) * HOURS)
    day = traits.weekdays[:, blocks % WEEK] ** WEEKDAYS
    part = np.where(blocks < whole[:, None], 1.0, np.where(blocks == whole[:, None], last[:, None], 0.0))
    total = np.maximum((day * part).sum(1, keepdims=True), 1e-12)
    course = np.concatenate([np.zeros((len(left), 1)), np.cumsum(day, 1) / total], 1)
    return course, whole + last


def _used_by(hours: Floats, hour: Floats) -> Floats:
    """Which share of a block is used by the end of `hour` hours of it, a fraction of one included."""
    whole = np.minimum(hour.astype(np.int64), HOURS - 1)
    start, end = (np.take_along_axis(hours, (whole + n)[:, None], 1)[:, 0] for n in (0, 1))
    return np.add(start, (hour - whole) * (end - start))


def _scale(traits: Traits, left: Floats) -> Floats:
    ahead = np.log(np.maximum(left, 1 / HOURS))
    weeks, days = np.log(traits.week_spread) - USUAL_WEEKS, np.log(traits.day_spread) - USUAL_DAYS
    logs: Floats = SCALE[0] + SCALE[1] * ahead + SCALE[2] * weeks + SCALE[3] * days
    scale: Floats = np.clip(np.exp(logs), LEAST_SCALE, MOST_SCALE)
    return scale


def _place(course: Floats, share: Floats) -> tuple[Slots, Floats]:
    """In which step of each row's ascending course its share is reached, and how far into the step."""
    step = np.minimum((course[:, 1:] < share[:, None]).sum(1), course.shape[1] - 2)
    start, end = (np.take_along_axis(course, (step + n)[:, None], 1)[:, 0] for n in (0, 1))
    return step, np.clip((share - start) / np.maximum(end - start, 1e-12), 0.0, 1.0)
