"""What a quota's chart says."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.domain.limits import limit_words
from bot.domain.moments import day, moment, period
from bot.domain.names import name
from bot.domain.units import format_bytes, format_percent
from bot.notify.amounts import coverage_words, share
from bot.notify.charts.words.parts import clauses, clock, sentence, side
from bot.service.charts.model import BurnDown


def used(chart: BurnDown) -> int | None:
    """Bytes to date; None where nothing is known."""
    return chart.used[-1][1] if chart.used else None


def used_up_at(chart: BurnDown) -> datetime | None:
    """When the limit was reached: as its step says, or the first point that is not below it."""
    told = (step.reached_at for step in chart.steps if step.percent == 100 and step.reached_at)
    if (used(chart) or 0) < chart.limit or not chart.used:
        return None
    return next(told, None) or next(at for at, count in chart.used if count >= chart.limit)


def gist(chart: BurnDown) -> str:
    """`"412 GB of 500 GB, runs out Thu 27 Nov"`."""
    return f"{_of_limit(chart)}{_outlook(chart)}"


def under(chart: BurnDown) -> str:
    """Until when, in which zone, and how much of it is known."""
    at = f"As of {clock(chart.until, chart.zone, chart.until)}"
    return ", ".join(filter(None, (at, chart.zone.key, coverage_words(chart.known))))


def fan_words(chart: BurnDown) -> str:
    """`"520 GB to 610 GB"`."""
    return f"{format_bytes(chart.fan.low80)} to {format_bytes(chart.fan.high80)}" if chart.fan else ""


def runs_out(chart: BurnDown) -> str:
    """`"runs out Thu 27 Nov"`, or "" where the forecast does not say so, or it is over already."""
    if chart.fan is None or chart.fan.exhausts_at is None or used_up_at(chart) is not None:
        return ""
    return f"runs out {day(chart.fan.exhausts_at, chart.zone, chart.until)}"


def even_pace(chart: BurnDown) -> int:
    """Bytes that an even pace would have used by `until`."""
    whole = max((chart.end - chart.start) // timedelta(seconds=1), 1)
    return chart.limit * max((chart.until - chart.start) // timedelta(seconds=1), 0) // whole


def alt(chart: BurnDown) -> str:
    """All of it, in two sentences at most."""
    part = f" ({share(used(chart) or 0, chart.limit)})" if chart.used and chart.limit else ""
    by = moment(chart.until, chart.zone, chart.until)
    within = f"in the billing period {period(chart.start, chart.end, chart.zone, chart.until)} ({chart.zone.key})"
    first = f"{name(chart.subject)}{side(chart.direction)}: {_of_limit(chart)}{part} by {by}, {within}"
    known = coverage_words(chart.known)
    pace = f"an even pace would be at {format_bytes(even_pace(chart))}"
    return f"{clauses(first, known, pace)}. {sentence(clauses(_steps(chart), _forecast(chart)))}".rstrip()


def _of_limit(chart: BurnDown) -> str:
    count = used(chart)
    limit = limit_words(chart.limit)
    return f"{format_bytes(count)} of {limit}" if count is not None else f"nothing known of {limit}"


def _outlook(chart: BurnDown) -> str:
    gone = used_up_at(chart)
    if gone is not None and chart.used:
        return f", used up {day(gone, chart.zone, chart.until)}"
    if runs_out(chart):
        return f", {runs_out(chart)}"
    return f", {format_bytes(chart.fan.middle)} expected" if chart.fan else ""


def _steps(chart: BurnDown) -> str:
    reached = [
        f"{format_percent(step.percent)} {day(step.reached_at, chart.zone, chart.until)}"
        for step in chart.steps
        if step.reached_at
    ]
    return f"reached {', '.join(reached)}" if reached else ""


def _forecast(chart: BurnDown) -> str:
    if chart.fan is None:
        return ""
    likely = f"{format_bytes(chart.fan.middle)} expected at its end, 80 % likely between {fan_words(chart)}"
    return clauses(likely.replace(" to ", " and "), runs_out(chart))
