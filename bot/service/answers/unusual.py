"""What an explanation of a spike rests on: what came, what is usual, what it takes, and the hours before."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from fractions import Fraction
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from bot.domain.names import name as safe
from bot.domain.units import format_bytes, format_duration
from bot.service.answers.model import Table
from bot.service.answers.phrases import UNKNOWN, change_words, coverage_words, direction_words, listed
from bot.service.explain.model import AlertAt, Case, Standing
from bot.service.explain.unusual import Unusualness
from bot.service.spikes.amounts import (
    extra_words,
    kept_up,
    lasting_words,
    level_words,
    like_words,
    usual_then,
    usual_words,
    where_usual,
)
from bot.service.views import RiseView, SpikeView

if TYPE_CHECKING:  # numpy is slow to import, and words need none of it
    from bot.service.spikes.hours import BandHour

At = Callable[[datetime], str]
"""An instant in words."""
HOURS = ("Hour from", "Came", "Usual", "Middle")
Row = tuple[str, ...]
_HOUR = timedelta(hours=1)
SHOWN = 5
"""Sites of a fleet that are named."""


def unusual_rows(standing: Standing, unusual: Unusualness, at: At) -> Iterator[Row]:
    """Labels and values."""
    yield "Came", _came(unusual.level, standing)
    if unusual.level is not None:
        if not unusual.level.is_lasting:
            yield "Usual", usual_then(unusual.level)
        if like := like_words(unusual.level.like):
            yield "How unusual", like
        if unusual.beyond and not unusual.level.is_lasting:
            within, least = format_duration(unusual.level.span), format_bytes(unusual.at_least)
            yield "Beyond that", f"{format_bytes(unusual.beyond)} in {within}; it is told of from {least} on"
    if unusual.score is not None and standing.end >= unusual.judged_from:
        yield "Score", f"{max(unusual.score, 0)}; it is told of from 100 on"
    yield "Compared with", f"what came since {at(unusual.remembered_from)}"
    if standing.end < unusual.judged_from:
        yield "Judged from", f"{at(unusual.judged_from)} on"
    yield "Verdict", standing.verdict.value


def episode_rows(alert: AlertAt, spike: SpikeView, zone: ZoneInfo, at: At) -> Iterator[Row]:
    """What its alert remembers of the whole of it."""
    if spike.is_lasting:
        yield "Peak", f"{lasting_words(spike)}, up to {at(spike.at)}"
    else:
        peak = f"{level_words(spike.came, spike.span)}, {kept_up(spike.span, is_mostly=spike.is_mostly)}"
        yield "Peak", f"{peak} up to {at(spike.at)}, {where_usual(spike.low, spike.top, spike.span)}"
    if like := like_words(spike.like):
        yield "Peak was", like
    if extra := extra_words(spike, zone):
        yield "So far" if alert.resolved_at is None else "In all", extra


def rise_rows(rise: RiseView, at: At) -> Iterator[Row]:
    """What the alert of a fleet remembers of the furthest that its sites rose together."""
    unknown = rise.sites - rise.known
    known = f"; of {unknown:,} more nothing was known then" if unknown > 0 else ""
    yield "Sites", f"{rise.moved:,} of {rise.known:,} rose{known}"
    yield "Rise", f"+{rise.percent} % at the middle one of them"
    yield "Together", f"{level_words(rise.came, rise.span)}, where {level_words(rise.usual, rise.span)} is usual"
    yield "Rising since", at(rise.since)
    yield "Peak at", at(rise.at)
    if rise.largest:
        yield (
            "The most",
            listed(
                [f"{safe(site)} {change_words(Fraction(percent))}" for site, percent in rise.largest[:SHOWN]], "and"
            ),
        )
    if rise.beyond:
        yield "Beyond others", listed([safe(site) for site in rise.beyond[:SHOWN]], "and")


def _came(level: SpikeView | None, standing: Standing) -> str:
    words = coverage_words(standing.coverage)
    if level is None:
        return ", ".join(filter(None, (UNKNOWN, words)))
    if level.is_lasting:
        return ", ".join(filter(None, (lasting_words(level), words)))
    kept = f"{level_words(level.came, level.span)}, {kept_up(level.span, is_mostly=level.is_mostly)}"
    return ", ".join(filter(None, (kept, words)))


def hours_tables(cases: Iterable[Case], at: At) -> Iterator[Table]:
    """The last hours beside what was usual in them, the latest last: once for each direction, whichever rules ask."""
    shown = {case.direction: case.standing.unusual.hours for case in cases if case.standing and case.standing.unusual}
    for direction, hours in shown.items():
        side = direction_words(direction)
        title = f"What was kept up in the hours before, and what is usual then{f' ({side})' if side else ''}"
        if hours:
            yield Table(title, HOURS, tuple(_hour(hour, at) for hour in hours))


def _hour(hour: BandHour, at: At) -> Row:
    usual, beyond = UNKNOWN, ""
    if hour.low is not None and hour.top is not None:
        usual = usual_words(hour.low, hour.top, _HOUR).removesuffix(" an hour")
        beyond = ", beyond" if hour.came is not None and hour.came > hour.top else ""
    return at(hour.start), f"{_bytes(hour.came)}{beyond}", usual, _bytes(hour.middle)


def _bytes(count: int | None) -> str:
    return UNKNOWN if count is None else format_bytes(count)
