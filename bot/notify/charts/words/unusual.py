"""What a spike's chart says."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

from bot.domain.names import name
from bot.notify.charts.spans import joined, touches
from bot.notify.charts.words.parts import amount, clauses, clock, listed, no_data, placed, sentence, side
from bot.service.charts.model import Span, Unusual
from bot.service.spikes.hours import BandHour

HOUR = timedelta(hours=1)


def span_of(hour: BandHour) -> Span:
    """When it was."""
    return Span(hour.start, hour.start + HOUR)


def whole(chart: Unusual) -> Span | None:
    """From the first hour to the end of the last."""
    return Span(chart.hours[0].start, chart.hours[-1].start + HOUR) if chart.hours else None


def unknown(chart: Unusual) -> tuple[Span, ...]:
    """Hours of which nothing is known, and those that are not among them."""
    holes = [Span(a.start + HOUR, b.start) for a, b in pairwise(chart.hours)]
    return joined([*holes, *(span_of(hour) for hour in chart.hours if hour.came is None)])


def peak(chart: Unusual) -> BandHour | None:
    """The highest hour of those painted, or of all where none is."""
    known = [hour for hour in chart.hours if hour.came is not None]
    painted = [hour for hour in known if touches(span_of(hour), chart.breaches)]
    return max(painted or known, key=lambda hour: hour.came or 0, default=None)


def gist(chart: Unusual) -> str:
    """`"9.10 GB an hour, usual 400 MB to 1.20 GB"`."""
    top = peak(chart)
    if top is None:
        return "nothing known"
    return f"{amount(top.came or 0)} an hour, {_usual(top)}"


def alt(chart: Unusual) -> str:
    """All of it, in two sentences at most."""
    span, top = whole(chart), peak(chart)
    at = f" from {clock(top.start, chart.zone, span.end)}" if top and span else ""
    where = f"{name(chart.subject)}{side(chart.direction)}, {placed(span, chart.zone)}, by the hour"
    said = f"at most {amount(top.came or 0)}{at}, {_usual(top)}" if top else "nothing known"
    painted = f"unusual {listed(joined(chart.breaches), chart.zone)}" if chart.breaches else ""
    return f"{where}: {said}. {sentence(clauses(painted, no_data(unknown(chart))))}".rstrip()


def _usual(hour: BandHour) -> str:
    if hour.low is None or hour.top is None:
        return "what is usual is not known"
    return f"usual {amount(hour.low)} to {amount(hour.top)}"
