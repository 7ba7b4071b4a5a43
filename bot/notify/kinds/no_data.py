"""How silence is worded. Values are seconds of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.alerts.model import State
from bot.domain.moments import moment
from bot.domain.times import to_instant
from bot.domain.units import format_duration
from bot.notify.clauses import inside, state_word, who
from bot.notify.kinds.words import Labelled, Words
from bot.service.views import AlertView, News


def _span(seconds: int) -> str:
    return format_duration(timedelta(seconds=seconds))


def _sent(alert: AlertView) -> str:
    """Where zeros are silence too, a silent site may well send them."""
    return "used nothing" if alert.detail.get("zeros") else "sent no data"


def _subject(alert: AlertView) -> str:
    return f"{'no usage' if alert.detail.get('zeros') else 'no data'} for {_span(alert.limit)}"


def _headline(alert: AlertView) -> str:
    match state_word(alert):
        case "firing":
            return f"{who(alert)} has {_sent(alert)} for {_span(alert.value)}"
        case "pending":
            return f"{who(alert)} has {_sent(alert)} for {_span(alert.value)}, not for long enough to alert yet"
        case "withdrawn":
            return f"Withdrawn: {who(alert)} was not silent for {_span(alert.limit)}"
        case "closed":
            return f"Closed: the rule about {inside(alert)} changed"
        case _:
            return f"Resolved: {who(alert)} {_is_over(alert)}"


def _began(news: News, at: str) -> str:
    lasted = _span(news.value or news.alert.value)
    return f"{who(news.alert)} had {_sent(news.alert)} for {lasted} by {at}."


def _is_over(alert: AlertView) -> str:
    return "is in use again" if alert.detail.get("zeros") else "sends data again"


def _lasted(alert: AlertView) -> str:
    return f"It was silent for {_span(alert.value)}."


def _corrected(news: News) -> str:
    limit = _span(news.alert.limit)
    return f"{who(news.alert)}: withdrawn. Data that came late shows that it was not silent for {limit}."


def _facts(alert: AlertView, now: datetime) -> Sequence[Labelled]:
    since = alert.detail.get("silent_since")
    heard = moment(to_instant(since), alert.zone, now) if since is not None and alert.state is State.FIRING else ""
    lasted = "" if state_word(alert) == "withdrawn" else _span(alert.value)
    return [
        ("Silent for" if alert.state is not State.RESOLVED else "Was silent for", lasted),
        ("Last used" if alert.detail.get("zeros") else "Last heard", heard),
        ("Told after", _span(alert.limit)),
        ("The API", "answers, and has no data of this site" if heard and not alert.detail.get("zeros") else ""),
    ]


def _numbers(alert: AlertView, now: datetime) -> Sequence[str]:  # noqa: ARG001 - as the other kinds'
    return [f"silent for {_span(alert.value)}"]


def _several(alerts: Sequence[AlertView]) -> str:
    have = "has" if len({alert.site for alert in alerts}) == 1 else "have"
    return f"{have} {_sent(alerts[0])} for {_span(min(alert.value for alert in alerts))} or longer"


NO_DATA = Words(_subject, _headline, _began, _is_over, _facts, _numbers, _several, lasted=_lasted, corrected=_corrected)
