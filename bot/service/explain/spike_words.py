"""Why a spike was told, or was none, in plain words: levels, spans and days, never a statistic."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from bot.alerts.fleet import Rise, is_fleets
from bot.alerts.model import Alert
from bot.domain.times import to_instant
from bot.domain.units import format_bytes, format_duration
from bot.domain.usage import Direction
from bot.service.answers.phrases import direction_words
from bot.service.explain.model import Standing, Verdict
from bot.service.explain.unusual import Unusualness
from bot.service.spikes.amounts import lasting_words, level_words, reached_words, usual_words, where_usual
from bot.service.views import SpikeView

At = Callable[[datetime], str]
"""An instant in words."""


def told(alert: Alert, since: str) -> str:
    """Why there is an alert: `"it left its usual range at … and reached 12.4 GB an hour outbound, where 400 MB to 1.20
    GB is usual"`."""
    from bot.alerts.spike import Unusual  # noqa: PLC0415 - numpy is slow to import, and who only checks needs none

    if is_fleets(alert.key):
        return _rose(alert, since)
    worst = Unusual.of(alert)
    if not worst.at:
        return f"it left its usual range at {since}"
    spike = SpikeView(timedelta(seconds=worst.span), worst.came, worst.low, worst.top, to_instant(worst.at))
    reached = reached_words(spike, _side(alert.key.direction))
    return f"it left its usual range at {since}{', for it had' if spike.is_lasting else ' and'} {reached}"


def _rose(alert: Alert, since: str) -> str:
    rise = Rise.of(alert)
    if not rise.at:
        return f"its sites rose together by {since}"
    side = _side(alert.key.direction)
    how = f"{rise.moved:,} of {rise.known:,}, +{rise.percent} %{side} at the middle one"
    return f"its sites rose together by {since}: {how}"


def untold(standing: Standing, direction: Direction) -> str:
    """Why there is none."""
    unusual, side = standing.unusual, _side(direction)
    if unusual is None or unusual.level is None:
        return "too little is known of that time to say what is usual"
    level = unusual.level
    if level.is_lasting:
        return f"it was {lasting_words(level, side)}: {_short(unusual, standing)}"
    came = f"it was at {level_words(level.came, level.span)}{side}"
    usual = usual_words(level.low, level.top, level.span)
    if level.came < level.low and not _alike(level.came, level.low, level):
        return f"{came}, less than usual ({usual})"
    if level.came <= level.top or _alike(level.came, level.top, level):
        return f"{came}, as usual ({usual})"
    return f"{came}, {where_usual(level.low, level.top, level.span)}: {_short(unusual, standing)}"


def _alike(one: int, other: int, level: SpikeView) -> bool:
    """Whether they are the same in words."""
    return level_words(one, level.span) == level_words(other, level.span)


def _short(unusual: Unusualness, standing: Standing) -> str:
    """What it lacks."""
    level = unusual.level
    if unusual.score is not None and unusual.score >= 100 and unusual.beyond < unusual.at_least and level is not None:
        span = format_duration(level.span)
        beyond, least = format_bytes(unusual.beyond), format_bytes(unusual.at_least)
        return f"{beyond} more within {span}, and it is told of from {least} more on"
    if not unusual.score or standing.verdict is Verdict.BREACH:
        return "more, and not unusual enough to be told"
    return f"more, and {unusual.score} % as unusual as it takes to be told"


def too_young(unusual: Unusualness, at: At) -> str:
    since = at(unusual.remembered_from)
    return f"its history begins at {since}, and spikes are judged from {at(unusual.judged_from)} on"


def _side(direction: Direction) -> str:
    words = direction_words(direction)
    return f" {words}" if "bound" in words else f" ({words})" if words else ""
