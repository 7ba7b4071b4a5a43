"""What a chart of usage in time says."""

from __future__ import annotations

from bot.domain.names import name
from bot.notify.charts.heights import Pile, piles
from bot.notify.charts.spans import joined, span_of, still, touches, unknown, whole
from bot.notify.charts.words.parts import (
    amount,
    at_bar,
    clauses,
    clock,
    grain,
    lasting,
    length,
    limit_amount,
    listed,
    no_data,
    placed,
    sentence,
    side,
    when,
)
from bot.service.charts.model import Course, Span, Unit


def gist(course: Course) -> str:
    """`"412 GB in 7 days"`, `"at most 24.3 GB, limit 20 GB in 1 hour"`, `"no data since Fri 20 Nov 05:00"`; or its
    `detail`, where it has one."""
    known, span = piles(course), whole(course.bars)
    if course.detail:
        return course.detail
    if not known or span is None:
        return "nothing known"
    if still(course.silent, course.bars):
        return _silence(course, span)
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
    rest = clauses(_limit(course), course.detail, *_gaps(course))
    return f"{first}. {sentence(rest)}".rstrip()


def painted_words(course: Course) -> str:
    """What is painted: bars beyond the limit, or with times in them that are."""
    passed = f"{'under' if course.under else 'over'} the limit" if course.limit is not None else "marked"
    painted = [pile for pile in piles(course) if touches(pile.span, course.breaches)]
    is_whole = all((pile.top < (course.limit or 0)) is course.under for pile in painted)
    return passed if is_whole or course.limit is None else f"{passed} at times"


def _silence(course: Course, span: Span) -> str:
    last = still(course.silent, course.bars)[-1]
    if last.end >= span.end:
        return f"no data since {clock(last.start, course.zone, span.end)}"
    return f"no data {when(last, course.zone)}"


def _amounts(course: Course) -> str:
    known, span = piles(course), whole(course.bars)
    if not known or span is None:
        return "nothing known"
    extreme = f"{_extreme(course, known)} {at_bar(_picked(course, known).span, course.zone, span.end)}"
    if course.unit is Unit.RATE:
        return extreme
    split = f" ({', '.join(totals(course))})" if course.direction is None else ""
    return f"{amount(sum(pile.top for pile in known))} in all{split}, {extreme}"


def _picked(course: Course, known: tuple[Pile, ...]) -> Pile:
    pick = min if course.under else max
    return pick(known, key=lambda pile: pile.top)


def _extreme(course: Course, known: tuple[Pile, ...]) -> str:
    return f"{'as little as' if course.under else 'at most'} {amount(_picked(course, known).top, course.unit)}"


def _gaps(course: Course) -> list[str]:
    missing, span = unknown(course.bars, course.silent), whole(course.bars)
    partly = [span_of(bar) for bar in course.bars if bar.is_partial]
    gone = (
        f"{_silence(course, span)}, {lasting(missing)} in all"
        if span and still(course.silent, course.bars)
        else no_data(missing)
    )
    return [gone, f"known in part for {lasting(partly)}" if partly else ""]


def _limit(course: Course) -> str:
    if course.limit is None:
        return f"marked: {listed(joined(course.breaches), course.zone)}" if course.breaches else ""
    if not course.breaches:
        return limit_words(course)
    passed = "missed" if course.under else "passed"
    return f"{limit_words(course)}, {passed} {listed(joined(course.breaches), course.zone)}"
