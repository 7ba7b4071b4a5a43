"""`per` and `starts`: how billing periods follow each other."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time, timedelta
from functools import partial

from bot.domain.periods import EPOCH_MONDAY, WEEKDAYS, Per, Starts
from bot.rules.fields import Decoder, Fields, scalar, text, whole
from bot.rules.nodes import Node, Scalar, Table
from bot.rules.problems import Report, Wrong, did_you_mean, shown
from bot.rules.values import clock_time, day, duration

DAY_NAMES = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
PER_WORDS = tuple(per.value for per in Per if per is not Per.DAYS)
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Span:
    """A kind of billing period. `every` (days) and `anchor` belong to `Per.DAYS`."""

    per: Per
    every: int = 1
    anchor: date = EPOCH_MONDAY


def _days(node: Node) -> int:
    if (written := scalar(node)).is_number:
        raise Wrong(f"{written.text} has no unit; write {written.text} days")
    span = duration(node)
    if span < _DAY or span % _DAY:
        raise Wrong("a billing period is whole days, like 28 days")
    return span // _DAY


def _word(node: Node) -> Span:
    word = text(node)
    if word not in PER_WORDS:
        message = f"{shown(word)} is no billing period; write one of {', '.join(PER_WORDS)}"
        raise Wrong(f"{message}, or {{every: 28 days, from: 2026-01-05}}", partial(did_you_mean, word, PER_WORDS))
    return Span(Per(word))


def per(report: Report) -> Decoder[Span]:
    """Decoder: a word, or `{every: 28 days, from: 2026-01-05}`."""

    def decode(node: Node) -> Span:
        if not isinstance(node, Table):
            return _word(node)
        fields = Fields(node, report, "this billing period", ("every", "from"))
        return Span(Per.DAYS, fields.need("every", _days, 1), fields.need("from", day, EPOCH_MONDAY))

    return decode


def _start_day(node: Node) -> Starts:
    """A day of the month or a weekday."""
    value = scalar(node)
    if value.is_number:
        return Starts(day=whole(1, 31)(node))
    word = value.text.lower()
    for names in (WEEKDAYS, DAY_NAMES):
        if word in names:
            return Starts(weekday=names.index(word))
    raise Wrong(
        f"{shown(value.text)} is neither a day of the month (1 to 31) nor a weekday (mon to sun)",
        partial(did_you_mean, value.text, (*WEEKDAYS, *DAY_NAMES)),
    )


def site_starts(report: Report) -> Decoder[Starts]:
    """Decoder: a day of the month, a weekday, or `{day: 15, time: "08:00"}`."""

    def decode(node: Node) -> Starts:
        if not isinstance(node, Table):
            return _start_day(node)
        fields = Fields(node, report, "`starts`", ("day", "time"))
        if fields.lacks("day", "time"):
            raise Wrong('`starts` needs `day`, `time` or both, like {day: 15, time: "08:00"}')
        first = fields.get("day", _start_day, Starts())
        return Starts(first.day, first.weekday, fields.get("time", clock_time, time(0)))

    return decode


def rule_starts(report: Report, unit: Per | None) -> Decoder[Starts | None]:
    """Decoder: as a site's, and fitting the billing period; None for `site`."""

    def decode(node: Node) -> Starts | None:
        if unit is Per.HOUR:
            raise Wrong("an hour starts on the hour; remove `starts`")
        if isinstance(node, Scalar) and node.text == "site":
            return None
        starts = site_starts(report)(node)
        if unit is not None:
            _fit(starts, unit)
        return starts

    return decode


def _fit(starts: Starts, unit: Per) -> None:
    weekday, month_day = starts.weekday is not None, starts.day is not None
    if unit is Per.WEEK and month_day:
        raise Wrong("a week starts on a weekday, like `starts: mon`")
    if unit in {Per.DAY, Per.DAYS} and (weekday or month_day):
        raise Wrong('the day is fixed here; `starts` may only say the time, like {time: "08:00"}')
    if unit in {Per.MONTH, Per.QUARTER, Per.YEAR} and weekday:
        raise Wrong(f"a {unit.value} starts on a day of the month, 1 to 31")
