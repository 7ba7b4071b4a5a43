"""What a chart of usage in time says."""

from __future__ import annotations

from bot.domain.names import name
from bot.notify.charts.heights import Pile, piles
from bot.notify.charts.spans import joined, unknown, whole
from bot.notify.charts.words.parts import (
    amount,
    clauses,
    clock,
    grain,
    length,
    limit_amount,
    listed,
    no_data,
    placed,
    sentence,
    side,
)
from bot.service.charts.model import Course, Unit


def gist(course: Course) -> str:
    """`"412 GB in 7 days"`, `"at most 24.3 GB, limit 20 GB in 1 hour"`; its `detail` where it has one."""
    known, span = piles(course), whole(course.bars)
    if course.detail:
        return course.detail
    if not known or span is None:
        return "nothing known"
    if course.limit is not None or course.unit is Unit.RATE:
        return _extreme(course, known) + (f", {limit_words(course)}" if course.limit is not None else "")
    return f"{amount(sum(pile.top for pile in known))} in {length(span, course.zone)}"


def under(course: Course) -> str:
    """How long a bar is, and the zone."""
    return sentence(", ".join(filter(None, (grain(course.bars), course.zone.key)))).rstrip(".")


def limit_words(course: Course) -> str:
    """`"limit 20 GB in 1 hour"`, `"at least 1 GB in 1 hour"`."""
    said = course.limit_said or limit_amount(course.limit or 0, course.unit)
    return f"{'at least' if course.under else 'limit'} {said}"


def totals(course: Course) -> tuple[str, str]:
    """`("in 300 GB", "out 112 GB")`; of rates the words alone."""
    if course.unit is Unit.RATE:
        return "in", "out"
    known = piles(course)
    return f"in {amount(sum(pile.lower for pile in known))}", f"out {amount(sum(pile.upper for pile in known))}"


def alt(course: Course) -> str:
    """All of it, in two sentences at most."""
    where = f"{name(course.subject)}{side(course.direction)}, {placed(whole(course.bars), course.zone)}"
    by = grain(course.bars)
    first = f"{where}{f', {by}' if by else ''}: {_amounts(course)}"
    rest = clauses(_limit(course), course.detail, no_data(unknown(course.bars, course.silent)))
    return f"{first}. {sentence(rest)}".rstrip()


def _amounts(course: Course) -> str:
    known, span = piles(course), whole(course.bars)
    if not known or span is None:
        return "nothing known"
    at = _picked(course, known).span.start
    extreme = f"{_extreme(course, known)} from {clock(at, course.zone, span.end)}"
    if course.unit is Unit.RATE:
        return extreme
    split = f" ({', '.join(totals(course))})" if course.direction is None else ""
    return f"{amount(sum(pile.top for pile in known))} in all{split}, {extreme}"


def _picked(course: Course, known: tuple[Pile, ...]) -> Pile:
    pick = min if course.under else max
    return pick(known, key=lambda pile: pile.top)


def _extreme(course: Course, known: tuple[Pile, ...]) -> str:
    return f"{'as little as' if course.under else 'at most'} {amount(_picked(course, known).top, course.unit)}"


def _limit(course: Course) -> str:
    if course.limit is None:
        return f"marked: {listed(joined(course.breaches), course.zone)}" if course.breaches else ""
    if not course.breaches:
        return limit_words(course)
    passed = "missed" if course.under else "passed"
    return f"{limit_words(course)}, {passed} {listed(joined(course.breaches), course.zone)}"
