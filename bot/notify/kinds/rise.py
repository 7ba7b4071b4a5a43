"""How a rise of a whole fleet is worded: how many sites, how far, since when, and which ones the most."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.domain.moments import moment
from bot.domain.names import name
from bot.notify.amounts import direction_words
from bot.notify.clauses import in_brackets, inside, state_word, who
from bot.notify.kinds.words import Labelled, Words
from bot.service.spikes.amounts import level_words
from bot.service.views import AlertView, News


def _direction(alert: AlertView) -> str:
    words = direction_words(alert.direction)
    return f" {words}" if words else ""


def _rose(alert: AlertView) -> str:
    """`"37 of 40 sites, +60 % outbound"`."""
    rise = alert.rise
    if rise is None:
        return f"its sites rose together{in_brackets(alert)}"
    return f"{rise.moved:,} of {rise.known:,} sites, +{rise.percent} %{_direction(alert)}"


def _since(alert: AlertView) -> str:
    """`" since 02:00 SAST"`, with the day where it is not that of the newest data."""
    rise = alert.rise
    if rise is None:
        return ""
    now = alert.data_until or rise.at
    start = rise.since.astimezone(alert.zone)
    if start.date() != now.astimezone(alert.zone).date():
        return f" since {moment(rise.since, alert.zone, now)}"
    return f" since {start:%H:%M} {moment(rise.since, alert.zone, now).rsplit(' ', 1)[-1]}"


def _subject(alert: AlertView) -> str:
    return f"rose together{in_brackets(alert)}"


def _headline(alert: AlertView) -> str:
    match state_word(alert):
        case "firing":
            return f"Fleet: {_rose(alert)}{_since(alert)}"
        case "pending":
            return f"Fleet: {_rose(alert)}{_since(alert)}, not for long enough to alert yet"
        case "withdrawn":
            return f"Withdrawn: {who(alert)} did not rise together{in_brackets(alert)}"
        case "closed":
            return f"Closed: the rule about {inside(alert)} changed"
        case "new normal":
            return f"{who(alert)} stays at this level{in_brackets(alert)}: taken as normal from now on"
        case _:
            return f"Resolved: {who(alert)} {_is_over(alert)}"


def _began(news: News, at: str) -> str:
    alert = news.alert
    return f"The sites that {name(alert.rule)} watches rose together by {at}: {_rose(alert)}{_since(alert)}."


def _is_over(alert: AlertView) -> str:
    return f"is back at its usual level{in_brackets(alert)}"


def _corrected(news: News) -> str:
    what = "Data that was revised or came late shows that the sites did not rise together."
    return f"{who(news.alert)}: withdrawn. {what} It had been taken for {_rose(news.alert)}."


def _facts(alert: AlertView, now: datetime) -> Sequence[Labelled]:
    rise = alert.rise
    if rise is None or state_word(alert) == "withdrawn":
        return []
    unknown = rise.sites - rise.known
    known = f"; of {unknown:,} more nothing was known then" if unknown > 0 else ""
    return [
        ("Sites", f"{rise.moved:,} of {rise.known:,} rose{known}"),
        ("Rise", f"+{rise.percent} % at the middle one of them"),
        ("Together", f"{level_words(rise.came, rise.span)}, where {level_words(rise.usual, rise.span)} is usual"),
        ("Peak at", moment(rise.at, alert.zone, now)),
    ]


def _numbers(alert: AlertView, now: datetime) -> Sequence[str]:  # noqa: ARG001 - as the other kinds'
    return [_rose(alert)]


def _several(alerts: Sequence[AlertView]) -> str:  # noqa: ARG001 - as the other kinds'
    return "rose together"


RISE = Words(_subject, _headline, _began, _is_over, _facts, _numbers, _several, corrected=_corrected)
