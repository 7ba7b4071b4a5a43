"""What a spike's alert remembers of its episode: its worst bucket, how far beyond what is usual, for how long."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from itertools import pairwise
from math import log
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bot.alerts.model import Alert, Reason
from bot.domain.times import DAY, Slot
from bot.engine.edges import BREACH, CLEAR
from bot.engine.spikes.course import Course
from bot.engine.spikes.verdicts import BEYOND

MOST = 10**9
"""Of thousandths: what is infinitely unusual."""


@dataclass(frozen=True, slots=True)
class Unusual:
    """The detail of an alert, whole numbers all. Scores are in thousandths; `excess`, `bar` and `move` are thousandths
    of a natural logarithm.

    Of the worst bucket of the episode, which ends at `at`: its `score`, the `span` (seconds) over which it is so
    unusual, what `came` in that and the range `low` to `top` that is usual, `excess` of what came over the top, the
    excess from which the rule tells (`bar`), and how far its quarter of an hour was above what is usual (`move`).

    `tells` is the score from which the rule tells, `latest` the last that is known. `lasts` are the seconds from the
    bucket that began the episode to the end of the last that was unusual, `extra` the bytes that came in them beyond
    the top of what is usual: what is unknown is not counted. `usual` is that top, in bytes a bucket, in the last bucket
    that was unusual, and `settled` 1 where usage is still beyond that although it is taken for usual now.
    """

    score: int = 0
    at: int = 0
    span: int = 0
    came: int = 0
    low: int = 0
    top: int = 0
    excess: int = 0
    bar: int = 0
    move: int = 0
    tells: int = 0
    latest: int = 0
    lasts: int = 0
    extra: int = 0
    usual: int = 0
    settled: int = 0

    @classmethod
    def of(cls, alert: Alert) -> Unusual:
        """All zero of an alert that remembers nothing."""
        names = {each.name for each in fields(cls)}
        return cls(**{name: int(value) for name, value in alert.detail.items() if name in names})

    def as_detail(self) -> Mapping[str, Any]:
        return asdict(self)


def judged_on(alert: Alert, course: Course, column: int) -> Alert:
    """The alert with what it remembers once the bucket of a column is judged: the same, whether the buckets since
    `judged_until` are judged one by one or all at once. Its value and limit are those of its worst bucket."""
    begun = Slot(alert.since - course.step)
    first = max(0, (max(alert.judged_until or begun, begun) - course.start) // course.step)
    states = course.states[first : column + 1]
    unusual = Unusual.of(alert)
    for edge in _edges(states):
        if states[edge.start] == BREACH:
            unusual = _gone_on(unusual, course, np.arange(first + edge.start, first + edge.stop), begun)
        elif states[edge.start] == CLEAR and unusual.usual:
            unusual = _calmer(unusual, course, first + edge.start)
    scores = course.score[first : column + 1]
    known = np.flatnonzero(~np.isnan(scores))
    if len(known):
        unusual = replace(unusual, latest=_thousandths(scores[known[-1]]))
    detail = {**alert.detail, **unusual.as_detail()}
    return replace(alert, value=unusual.came, limit=unusual.top, detail=detail) if unusual.at else alert


def ending(alert: Alert) -> Reason:
    """Why an alert is over whose rule finds nothing unusual any more."""
    return Reason.NEW_NORMAL if Unusual.of(alert).settled else Reason.BACK_TO_NORMAL


def _gone_on(before: Unusual, course: Course, columns: NDArray[np.intp], begun: Slot) -> Unusual:
    """After so many more unusual buckets in a row."""
    tops = np.rint(course.top[columns]).astype(np.int64)
    extra = np.maximum(course.usage[columns] - tops, 0)
    if not before.at:  # the span of the first bucket was unusual as a whole
        extra[0] = max(0, course.over_span(course.came, columns[0]) - course.over_span(course.top, columns[0]))
    worst = int(columns[int(np.nanargmax(course.score[columns]))])
    after = before
    if not before.at or _thousandths(course.score[worst]) > before.score:
        after = _with_worst(before, course, worst)
    last = int(columns[-1])
    lasts = course.start + (last + 1) * course.step - begun
    sums = before.extra + int(extra.sum())
    return replace(after, lasts=lasts, extra=sums, usual=max(1, int(tops[-1])), settled=0)


def _with_worst(unusual: Unusual, course: Course, worst: int) -> Unusual:
    came, low, top = (course.over_span(each, worst) for each in (course.came, course.low, course.top))
    excess, score = log((came + 1) / (top + 1)), float(course.score[worst])
    return replace(
        unusual,
        score=_thousandths(score),
        at=course.start + (worst + 1) * course.step,
        span=course.span(worst),
        came=came,
        low=low,
        top=top,
        excess=_thousandths(excess),
        bar=_thousandths(excess * float(course.tells[worst]) / score) if score > 0 else 0,
        move=_thousandths(course.move[worst]),
        tells=_thousandths(course.tells[worst]),
    )


def _calmer(before: Unusual, course: Course, column: int) -> Unusual:
    """After the first bucket that is not unusual any more: because usage fell, or because it is taken for usual now.

    It is the latter where it begins a day, as what is usual changes then, and would have gone on being told of the day
    before."""
    start = course.start + column * course.step
    settled = start % DAY == 0 and float(course.came[column]) >= BEYOND * before.usual
    return replace(before, usual=0, settled=int(settled))


def _edges(states: NDArray[np.int8]) -> list[slice]:
    """The runs of equal verdicts."""
    if not len(states):
        return []
    cuts = [0, *(np.flatnonzero(np.diff(states)) + 1).tolist(), len(states)]
    return [slice(first, end) for first, end in pairwise(cuts)]


def _thousandths(value: float) -> int:
    return int(np.clip(np.nan_to_num(float(value) * 1000), -MOST, MOST))
