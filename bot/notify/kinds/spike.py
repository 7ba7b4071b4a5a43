"""How spikes are worded: what came, what is usual at that time, and how unusual that is for this site."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.alerts.model import Change, State
from bot.domain.moments import moment
from bot.notify.amounts import coverage_words
from bot.notify.clauses import in_brackets, inside, of_direction, state_word, who
from bot.notify.kinds.words import Labelled, Words
from bot.service.spikes.amounts import (
    extra_words,
    kept_up,
    lasting_words,
    level_words,
    like_words,
    reached_words,
    usual_then,
    usual_words,
)
from bot.service.views import AlertView, News, SpikeView

RANGE = "its usual range"


def _reached(alert: AlertView) -> str:
    """`"reached 12.4 GB an hour outbound, where 400 MB to 1.20 GB is usual"`."""
    side = of_direction(alert)
    return f"reached more than is usual{side}" if alert.spike is None else reached_words(alert.spike, side)


def _subject(alert: AlertView) -> str:
    return f"unusual traffic{in_brackets(alert)}"


def _headline(alert: AlertView) -> str:
    match state_word(alert):
        case "firing":
            return f"{who(alert)} {_reached(alert)}"
        case "pending":
            return f"{who(alert)} {_reached(alert)}, not for long enough to alert yet"
        case "withdrawn":
            return f"Withdrawn: {who(alert)} did not leave {RANGE}{in_brackets(alert)}"
        case "closed":
            return f"Closed: the rule about {inside(alert)} changed"
        case "new normal":
            return f"{who(alert)} stays at this level{in_brackets(alert)}: taken as normal from now on"
        case _:
            return f"Resolved: {who(alert)} {_is_over(alert)}"


def _began(news: News, at: str) -> str:
    alert = news.alert
    if news.change is Change.WORSENED:
        return f"{who(alert)} went further beyond {RANGE} by {at}: it {_reached(alert)}."
    return f"{who(alert)} left {RANGE} on {at}: it {_reached(alert)}."


def _is_over(alert: AlertView) -> str:
    return f"is back in {RANGE}{in_brackets(alert)}"


def _corrected(news: News) -> str:
    alert = news.alert
    taken = f" It seemed to have {_reached(alert)}." if alert.spike is not None else ""
    return f"{who(alert)}: withdrawn. Data that was revised or came late shows that it did not leave {RANGE}.{taken}"


def _facts(alert: AlertView, now: datetime) -> Sequence[Labelled]:
    spike = alert.spike
    if spike is None:
        return [("Coverage", coverage_words(alert.coverage))]
    if state_word(alert) == "withdrawn":
        return [("Usual", "" if spike.is_lasting else usual_then(spike))]
    return [
        *_at_worst(alert, spike, now),
        ("So far" if alert.state is not State.RESOLVED else "In all", extra_words(spike, alert.zone)),
        ("Coverage", coverage_words(alert.coverage)),
    ]


def _at_worst(alert: AlertView, spike: SpikeView, now: datetime) -> Sequence[Labelled]:
    if spike.is_lasting:
        return [("Compared", "half hour by half hour, with the same times of the days before")]
    return [
        ("Peak", f"{level_words(spike.came, spike.span)}, {kept_up(spike.span, is_mostly=spike.is_mostly)}"),
        ("Peak at", moment(spike.at, alert.zone, now) if spike.at > alert.since else ""),
        ("Usual", usual_then(spike)),
        ("How unusual", like_words(spike.like)),
    ]


def _numbers(alert: AlertView, now: datetime) -> Sequence[str]:  # noqa: ARG001 - as the other kinds'
    spike = alert.spike
    if spike is None:
        return []
    if spike.is_lasting:
        return [lasting_words(spike, of_direction(alert))]
    level = f"{level_words(spike.came, spike.span)}{of_direction(alert)}"
    return [level, f"usual {usual_words(spike.low, spike.top, spike.span).removesuffix(' an hour')}"]


def _several(alerts: Sequence[AlertView]) -> str:
    return f"{'uses' if len({alert.site for alert in alerts}) == 1 else 'use'} more than is usual"


SPIKE = Words(_subject, _headline, _began, _is_over, _facts, _numbers, _several, corrected=_corrected)
