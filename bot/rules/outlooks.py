"""`forecast` and `pace` of a quota: what is said before its steps are reached."""

from __future__ import annotations

from datetime import timedelta
from fractions import Fraction

from bot.domain.periods import Per
from bot.domain.units import format_percent
from bot.rules.amounts import minutes, percent_within, times_faster
from bot.rules.calendars import Span
from bot.rules.fields import Fields, decode, items_of
from bot.rules.kinds import Forecast, Pace
from bot.rules.nodes import Broken, Items, Node
from bot.rules.problems import Report, Wrong
from bot.rules.steps import Steps

MOST_PACES = 20
_SURE = percent_within(50, 99, "nobody is surer than 99%, and below 50% it is likelier that it will not happen")
_REACHES = percent_within(1, 1000, "a forecast is of usage that the period may yet reach")
_SHORTEST = timedelta(minutes=5)
_PACE = "[{faster_than: 14.4x, over: [1h, 5m]}]"
_LENGTHS = {
    Per.HOUR: timedelta(hours=1),
    Per.DAY: timedelta(days=1),
    Per.WEEK: timedelta(weeks=1),
    Per.MONTH: timedelta(days=28),
    Per.QUARTER: timedelta(days=90),
    Per.YEAR: timedelta(days=365),
}


def read_forecast(fields: Fields, steps: Steps, report: Report) -> Forecast | None:
    node = fields.node("forecast")
    if node is None:
        return None
    entry = Fields(node, report, "a forecast", ("reaches", "sure"), "{reaches: 100%, sure: 80%}")
    reaches = entry.need("reaches", _REACHES, Fraction(100))
    sure = entry.get("sure", _SURE, Fraction(80))
    if "reaches" in entry and reaches not in steps:
        at = format_percent(reaches)
        message = f"{at} is no step of this rule's `at`, so nobody is told when usage does reach it; add it there"
        report.warn(entry.place_of("reaches"), message)
    return Forecast(reaches, sure)


def read_paces(fields: Fields, span: Span | None, report: Report) -> tuple[Pace, ...]:
    """`span` is None where the billing period is not known, since what is written is wrong."""
    fields.refuse_empty("pace")
    nodes = list(items_of(fields.node("pace"), report, _PACE))
    if len(nodes) > MOST_PACES:
        report.error(nodes[MOST_PACES].place, f"a rule has at most {MOST_PACES} paces")
    found: dict[Pace, None] = {}
    for node in nodes[:MOST_PACES]:
        entry = Fields(node, report, "a pace", ("faster_than", "over"))
        factor, spans = entry.need("faster_than", times_faster, None), _spans(entry, span, report)
        if factor is None or spans is None:
            continue
        pace = Pace(factor, *spans)
        if pace in found:
            report.error(node.place, "this pace is in the list already")
        found[pace] = None
    return tuple(found)


def _spans(entry: Fields, span: Span | None, report: Report) -> tuple[timedelta, timedelta] | None:
    """The long one and the short one; None, and a report, where they are not right."""
    if entry.lacks("over"):
        report.error(entry.place, "a pace needs `over`: a long span and a short one, like [1h, 5m]")
    node = entry.node("over")
    return None if node is None else decode(node, lambda node: _pair(node, span, report), report, None)


def _pair(node: Node, span: Span | None, report: Report) -> tuple[timedelta, timedelta] | None:
    if not isinstance(node, Items) or len(node.items) != 2:
        raise Wrong("a pace looks back over two spans, a long one and a short one, like [1h, 5m]")
    each = minutes("a span of a pace", _SHORTEST)
    if any(isinstance(item, Broken) for item in node.items):
        return None
    read = [decode(item, each, report, None) for item in node.items]
    long, short = read
    if long is None or short is None:
        return None
    if long <= short:
        raise Wrong("the long span comes first, and is longer than the short one, like [1h, 5m]")
    if span is not None and long > length_of(span):
        raise Wrong("this span is longer than the billing period", place=node.items[0].place)
    return long, short


def length_of(span: Span) -> timedelta:
    """How long a billing period is at least, by the calendar."""
    return _LENGTHS.get(span.per) or timedelta(days=span.every)
