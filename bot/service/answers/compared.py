"""A comparison of sites in words."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from bot.domain.moments import day, moment
from bot.domain.names import name as safe
from bot.domain.units import format_bytes
from bot.domain.usage import Direction
from bot.service.answers.freshness import freshness_line
from bot.service.answers.model import Answer, Table
from bot.service.answers.phrases import (
    UNKNOWN,
    between,
    change_words,
    count,
    coverage_words,
    listed,
    percent_words,
    recent,
)
from bot.service.answers.tables import by_number
from bot.service.charts.bars import as_bars
from bot.service.charts.model import Compared, Line
from bot.service.fleet import NotFound
from bot.service.queries.compare_replies import ComparedSite, Comparison, NotCompared
from bot.service.queries.replies import Point


def comparison_answer(reply: Comparison) -> Answer:
    now = reply.freshness.asked_at
    unit = _unit(reply)
    rows = tuple(_row(row, reply) for row in reply.rows)
    columns = ("Site", "In", "Out", "Total", "Change", f"Busiest {unit}", "Quota used")
    return Answer(
        title=_title(reply),
        facts=(("Window", between(reply.start, reply.end, reply.zone, now)),),
        tables=(Table("Side by side", columns, rows, grid=True, numbers=_numbers(reply)),),
        notes=("Change is against the window of the same length before.",),
        freshness=freshness_line(reply.freshness, reply.zone),
        chart=_chart(reply),
    )


def _numbers(reply: Comparison) -> dict[int, tuple[int, ...]]:
    """Bytes in, out and together, of sites of which all is known."""
    usages = [row.usage if row.usage.known else None for row in reply.rows]
    sides = (Direction.IN, Direction.OUT, Direction.TOTAL)
    return by_number({place: [one.of(side) if one else None for one in usages] for place, side in enumerate(sides, 1)})


def _title(reply: Comparison) -> str:
    window = recent(reply.span, reply.end, reply.zone, reply.freshness.asked_at)
    first, *others = reply.rows
    top = first.usage.of(Direction.TOTAL)
    second = others[0].usage.of(Direction.TOTAL)
    if not first.usage.known or not others[0].usage.known:
        return f"{count(len(reply.rows), 'site')} in {window}"
    if top == second:
        return f"{safe(first.site.label)} used no more than {safe(others[0].site.label)} in {window}"
    tenths = top * 10 // second if second else 0
    more = f", {tenths // 10}.{tenths % 10}× as much as {safe(others[0].site.label)}" if 10 < tenths < 10_000 else ""
    return f"{safe(first.site.label)} used the most in {window}{more}"


def _unit(reply: Comparison) -> str:
    lengths = [point.length for row in reply.rows for point in row.points]
    return (
        "hour" if not lengths or (min(lengths) <= timedelta(hours=1) and max(lengths) <= timedelta(hours=1)) else "day"
    )


def _row(row: ComparedSite, reply: Comparison) -> tuple[str, ...]:
    name, usage = safe(row.site.label), row.usage
    if not usage.known:
        return (name, UNKNOWN, UNKNOWN, UNKNOWN, change_words(None), "", _quota(row))
    total = ", ".join(filter(None, (format_bytes(usage.of(Direction.TOTAL)), coverage_words(usage.coverage))))
    return (
        name,
        format_bytes(usage.in_bytes),
        format_bytes(usage.out_bytes),
        total,
        change_words(row.change),
        _busiest(row.busiest, reply),
        _quota(row),
    )


def _busiest(point: Point | None, reply: Comparison) -> str:
    if point is None:
        return ""
    tell = moment if _unit(reply) == "hour" else day
    return f"{format_bytes(point.usage.of(Direction.TOTAL))}, {tell(point.start, reply.zone, reply.freshness.asked_at)}"


def _quota(row: ComparedSite) -> str:
    quota = row.quota
    if quota is None:
        return "no quota"
    pool = f", {count(quota.pool, 'site')} together" if quota.pool else ""
    return f"{percent_words(quota.percent_used)} of {format_bytes(quota.limit)} ({safe(quota.rule)}{pool})"


def _chart(reply: Comparison) -> Compared | None:
    """None where nothing is known of any of them."""
    if not any(row.usage.known for row in reply.rows):
        return None
    lines = tuple(Line(row.site.label, as_bars(row.points)) for row in reply.rows)
    return Compared(reply.zone, Direction.TOTAL, lines)


def not_compared_answer(reply: NotCompared) -> Answer:
    if not reply.unfound:
        many = "at most ten" if reply.sites > 1 else "at least two"
        named = f"; {reply.sites} {'was' if reply.sites == 1 else 'were'} named"
        note = "Put names of several words into quotes, or commas between them."
        return Answer(f"Name {many} different sites to compare{named}", notes=(note,))
    names = listed([safe(one.name) for one in reply.unfound], "and")
    verb = "means" if len(reply.unfound) == 1 else "mean"
    return Answer(f"Nothing is compared: {names} {verb} no single site here", notes=tuple(_meant(reply)))


def _meant(reply: NotCompared) -> Iterator[str]:
    for one in reply.unfound:
        yield from _guess(one)


def _guess(one: NotFound) -> Iterator[str]:
    guesses = listed([safe(text) for text in one.suggestions])
    if one.is_ambiguous:
        yield f"{safe(one.name)} may be {guesses}{f' and {one.others} more' if one.others else ''}."
    elif guesses:
        yield f"For {safe(one.name)}, did you mean {guesses}?"
    else:
        yield f"No site has a name like {safe(one.name)}."
