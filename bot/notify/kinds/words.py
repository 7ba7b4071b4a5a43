"""What must be said of an alert of any kind, and how it is said of one that has no words of its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.domain.names import name
from bot.domain.units import format_bytes
from bot.notify.clauses import in_brackets, inside, state_word, who
from bot.service.views import AlertView, News

Labelled = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Words:
    """The words of one kind.

    `subject` goes behind "site: " and never changes while the alert lives. `headline` is a whole sentence without
    its full stop, of the alert as it stands. `began` tells, as a whole sentence with it, that the alert fired or
    worsened, at a moment that is given in words. `is_over` goes between the site and "since …": "is back below 20 GB".
    `facts` are labels and values, an empty value left out; `numbers` a few of them for a row among many.
    `several` is the headline of many sites, behind their names.

    Where a kind needs its own: `lasted` is a whole sentence that tells, when it is over, how long it lasted; `ended`
    one of the end of its billing period, at a moment in words; `corrected` what was corrected, in one or more.
    """

    subject: Callable[[AlertView], str]
    headline: Callable[[AlertView], str]
    began: Callable[[News, str], str]
    is_over: Callable[[AlertView], str]
    facts: Callable[[AlertView, datetime], Sequence[Labelled]]
    numbers: Callable[[AlertView, datetime], Sequence[str]]
    several: Callable[[Sequence[AlertView]], str]
    lasted: Callable[[AlertView], str] | None = None
    ended: Callable[[News, str], str] | None = None
    corrected: Callable[[News], str] | None = None


def _subject(alert: AlertView) -> str:
    return f"{name(alert.rule)}{in_brackets(alert)}"


def _headline(alert: AlertView) -> str:
    match state_word(alert):
        case "firing" | "pending":
            return f"{who(alert)}: {name(alert.rule)} holds"
        case "withdrawn":
            return f"Withdrawn: {name(alert.rule)} did not hold for {who(alert)}"
        case "closed":
            return f"Closed: the rule about {inside(alert)} changed"
        case _:
            return f"Resolved: {name(alert.rule)} does not hold for {who(alert)} any more"


def _began(news: News, at: str) -> str:
    return f"{who(news.alert)}: {name(news.alert.rule)} holds since {at}."


def _is_over(alert: AlertView) -> str:
    return f"is clear of {name(alert.rule)}"


def _facts(alert: AlertView, now: datetime) -> Sequence[Labelled]:  # noqa: ARG001 - as the other kinds'
    return [("Value", format_bytes(alert.value)), ("Limit", format_bytes(alert.limit) if alert.limit else "")]


def _numbers(alert: AlertView, now: datetime) -> Sequence[str]:  # noqa: ARG001 - as the other kinds'
    return [format_bytes(alert.value)]


def _several(alerts: Sequence[AlertView]) -> str:
    return f"are in {name(alerts[0].rule)}" if len(alerts) > 1 else f"is in {name(alerts[0].rule)}"


PLAIN = Words(_subject, _headline, _began, _is_over, _facts, _numbers, _several)
