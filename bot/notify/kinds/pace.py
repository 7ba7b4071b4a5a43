"""How the pace of a quota is worded. Values and limits are bytes over the long span of the pair that burns most."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from fractions import Fraction

from bot.alerts.model import State
from bot.domain.units import format_bytes, format_duration
from bot.notify.clauses import in_brackets, inside, state_word, who
from bot.notify.kinds.words import Labelled, Words
from bot.service.views import AlertView, News


def _factor(alert: AlertView) -> Fraction:
    return Fraction(alert.detail.get("factor", "1"))


def _times(alert: AlertView, value: int) -> str:
    """`"14.5×"` even pace, rounded down: the limit is never said to be passed by what does not."""
    tenths = int(value * _factor(alert) * 10 // alert.limit) if alert.limit > 0 else 0
    return f"{tenths // 10}×" if tenths >= 1000 else f"{tenths / 10:g}×"


def _limit(alert: AlertView) -> str:
    return f"{float(_factor(alert)):g}×"


def _over(alert: AlertView, part: str = "long") -> str:
    """`" over 1 hour"`; "" where the alert has not said of which spans it is."""
    seconds = alert.detail.get(part)
    return f" over {format_duration(timedelta(seconds=seconds))}" if seconds else ""


def _burns(alert: AlertView) -> str:
    return f"burns its quota {_times(alert, alert.value)} as fast as an even pace{_over(alert)}"


def _subject(alert: AlertView) -> str:
    return f"pace of its quota{in_brackets(alert)}"


def _headline(alert: AlertView) -> str:
    match state_word(alert):
        case "firing":
            return f"{who(alert)} {_burns(alert)}{in_brackets(alert)}"
        case "pending":
            return f"{who(alert)} {_burns(alert)}{in_brackets(alert)}, not for long enough to alert yet"
        case "withdrawn":
            return f"Withdrawn: {who(alert)} did not burn its quota {_limit(alert)} as fast as an even pace"
        case "closed":
            return f"Closed: the rule about {inside(alert)} changed"
        case _:
            return f"Resolved: {who(alert)} {_is_over(alert)}"


def _began(news: News, at: str) -> str:
    alert = news.alert
    burnt = _times(alert, news.value or alert.value)
    return f"{who(alert)} went above {_limit(alert)} even pace on {at}, with {burnt}{_over(alert)}."


def _is_over(alert: AlertView) -> str:
    return f"is back below {_limit(alert)} even pace"


def _facts(alert: AlertView, now: datetime) -> Sequence[Labelled]:  # noqa: ARG001 - as the other kinds'
    even = int(alert.limit / _factor(alert))
    used = f"{format_bytes(alert.value)}{_over(alert)}; even pace would be {format_bytes(even)}"
    short = _over(alert, "short").replace(" over ", " and ")
    return [
        (
            "Pace" if alert.state is not State.RESOLVED else "Peak",
            f"{_times(alert, alert.value)} even pace{_over(alert)}",
        ),
        ("Used", used),
        ("Limit", f"{_limit(alert)} even pace{_over(alert).replace(' over ', ' over both ')}{short}"),
    ]


def _numbers(alert: AlertView, now: datetime) -> Sequence[str]:  # noqa: ARG001 - as the other kinds'
    return [f"{_times(alert, alert.value)} even pace", f"{format_bytes(alert.value)}{_over(alert)}"]


def _several(alerts: Sequence[AlertView]) -> str:
    if len({alert.site for alert in alerts}) == 1:
        return "burns its quota much faster than an even pace"
    return "burn their quotas much faster than an even pace"


PACE = Words(_subject, _headline, _began, _is_over, _facts, _numbers, _several)
