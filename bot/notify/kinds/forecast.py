"""How forecasts are worded: what is expected, how sure that is, and what it rests on."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.alerts.model import State
from bot.domain.moments import left, period, soon
from bot.domain.names import name
from bot.domain.units import format_bytes, format_percent
from bot.notify.amounts import coverage_words
from bot.notify.clauses import in_brackets, inside, state_word, who
from bot.notify.kinds.words import Labelled, Words
from bot.service.views import AlertView, News


def _quota(alert: AlertView) -> str:
    """`"100 % of its 24 GB"`."""
    step = f"{format_percent(alert.step)} of " if alert.step is not None else ""
    return f"{step}its {format_bytes(alert.limit)}{in_brackets(alert)}"


def _subject(alert: AlertView) -> str:
    return f"forecast of {name(alert.rule)}{in_brackets(alert)}"


def _headline(alert: AlertView) -> str:
    match state_word(alert):
        case "firing" | "pending":
            return f"{who(alert)} is likely to reach {_quota(alert)}{_about_when(alert)}"
        case "period ended":
            return f"The billing period of {inside(alert)} has ended"
        case "came true":
            return f"{who(alert)} has reached {_quota(alert)}, as forecast"
        case "withdrawn":
            return f"Withdrawn: {who(alert)} was not likely to reach {_quota(alert)}"
        case "closed":
            return f"Closed: the rule about {inside(alert)} changed"
        case _:
            return f"Resolved: {who(alert)} is not likely to reach {_quota(alert)} any more"


def _about_when(alert: AlertView) -> str:
    """`" about Thu 27 Nov"`, where that is about the whole quota."""
    said = alert.outlook
    if said is None or said.exhausts_at is None or (alert.step is not None and alert.step != 100):
        return ""
    return f" about {soon(said.exhausts_at, alert.zone, alert.data_until or alert.since)}"


def _began(news: News, at: str) -> str:
    alert = news.alert
    sure = f"{alert.outlook.likely} % likely" if alert.outlook else "likely"
    return f"{who(alert)} is {sure} to reach {_quota(alert)} by the end of its billing period, as seen on {at}."


def _is_over(alert: AlertView) -> str:
    return f"is not likely to reach {_quota(alert)} any more"


def _facts(alert: AlertView, now: datetime) -> Sequence[Labelled]:
    used = f"{format_bytes(alert.value)} of {format_bytes(alert.limit)}"
    words = coverage_words(alert.coverage)
    return [*_expected(alert, now), ("Used", used), ("Billing period", _period(alert, now)), ("Coverage", words)]


def _expected(alert: AlertView, now: datetime) -> Sequence[Labelled]:
    said = alert.outlook
    # What is taken back is taken back by a new forecast; what ended otherwise has an old one.
    if said is None or state_word(alert) not in {"firing", "pending", "resolved"}:
        return []
    when = f"about {soon(said.exhausts_at, alert.zone, now)}" if said.exhausts_at else ""
    reached = f" to reach {format_percent(alert.step)}" if alert.step is not None else ""
    return [
        ("Forecast", f"{format_bytes(said.forecast)} by the period's end"),
        ("Range", f"{format_bytes(said.low80)} to {format_bytes(said.high80)}, 80 % sure"),
        ("Runs out", when),
        ("Probability", f"{said.likely} %{reached}"),
        ("Based on", f"{said.days} days of usage"),
    ]


def _period(alert: AlertView, now: datetime) -> str:
    if alert.period_start is None or alert.period_end is None:
        return ""
    span = period(alert.period_start, alert.period_end, alert.zone, now)
    rest = left(alert.period_end, now) if alert.state is not State.RESOLVED else ""
    return ", ".join(filter(None, (span, rest)))


def _numbers(alert: AlertView, now: datetime) -> Sequence[str]:
    said = alert.outlook if state_word(alert) in {"firing", "pending", "resolved"} else None
    if said is None:
        return [f"{format_bytes(alert.value)} of {format_bytes(alert.limit)} used"]
    runs_out = f"runs out about {soon(said.exhausts_at, alert.zone, now)}" if said.exhausts_at else ""
    return [f"{format_bytes(said.forecast)} of {format_bytes(alert.limit)} expected", runs_out]


def _several(alerts: Sequence[AlertView]) -> str:
    return "are likely to reach their quota" if len(alerts) > 1 else "is likely to reach its quota"


FORECAST = Words(_subject, _headline, _began, _is_over, _facts, _numbers, _several)
