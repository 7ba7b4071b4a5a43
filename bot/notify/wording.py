"""Where a notification becomes words, for every medium: a message that each medium then lays out.

It answers, in this order: what happened, where, how bad, since when, what comes next. Nothing in it is markup.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.alerts.model import Change, Kind, State
from bot.domain.moments import late, moment
from bot.domain.names import name, paragraph
from bot.notify.ahead import ahead
from bot.notify.attention import attention, attention_counts, flaps
from bot.notify.brief import brief
from bot.notify.clauses import state_word, who
from bot.notify.facts import Fact, Row, facts_of
from bot.notify.footers import footer_of
from bot.notify.groups import group_headline, group_subject, row_of, share_rows, shared_facts, sites_of
from bot.notify.offers import Offers, offers_of
from bot.notify.sentences import headline, news_line, subject
from bot.notify.tones import Tone, tone_of
from bot.rules.model import Severity
from bot.service.answers.model import Answer
from bot.service.views import AlertView, News, Notification

_OPENING = {Change.FIRED, Change.WORSENED}


@dataclass(frozen=True, slots=True)
class Message:
    """A notification in words. Only `facts` and `Row.numbers` are free of text that others chose.

    `subject` tells what it is about and hardly changes. `detail` is what a headline had no room for. `rows` has
    one row an alert where there are several, the worst first; `sites` every site once, in the same order.
    `news` is what this notification tells anew, the gravest first; a group's first message has none, for all of it
    is new. `notes` are what the message itself must say of its news: corrections, that something was learnt late, and
    in whose place it is told. `told` is what to show of both below a headline. `next` is what comes if nothing changes,
    `offers` what can be done, where a medium has something to press.
    A digest is all in `answer`, of which the headline is the title, and `brief` where there is little room.
    """

    subject: str
    headline: str
    status: str
    tone: Tone
    facts: tuple[Fact, ...]
    rows: tuple[Row, ...]
    sites: tuple[str, ...]
    news: tuple[str, ...]
    notes: tuple[str, ...]
    told: tuple[str, ...]
    next: str
    detail: str
    rule: str
    footer: str
    offers: Offers | None = None
    answer: Answer | None = None
    brief: Answer | None = None


def compose(notification: Notification) -> Message:
    """Everything that a medium needs to show of a notification."""
    if notification.digest is not None:
        return _digest(notification, notification.digest)
    message = _composed(notification)
    return _as_test(message, notification.alerts[0]) if notification.is_test else message


def _digest(notification: Notification, answer: Answer) -> Message:
    """The subject names the report and its week or month; each digest is a message of its own."""
    notes = tuple(filter(None, (_in_place_of(notification), *answer.notes)))
    short = brief(notification) or answer
    report = name(notification.rule)
    return Message(
        subject=f"{report}: {answer.title}",
        headline=answer.title,
        status="Digest",
        tone=Tone.INFO,
        facts=(),
        rows=(),
        sites=(),
        news=(),
        notes=notes,
        told=notes,
        next="",
        detail="",
        rule=report,
        footer=f"Report {report}",
        answer=replace(answer, notes=notes),
        brief=replace(short, notes=notes, freshness=f"{short.freshness} Report {report}."),
    )


def _as_test(message: Message, alert: AlertView) -> Message:
    """What nobody can take for an alert that fires, or that is over."""
    text = paragraph(alert.note).partition("\n")[0]
    footer = "Sent by usagebot notify test"
    return replace(message, headline=text, status="Test", tone=Tone.INFO, facts=(), footer=footer, offers=None)


def _composed(notification: Notification) -> Message:
    alerts = tuple(sorted(notification.alerts, key=_urgency))
    now = notification.created_at
    only = alerts[0] if len(alerts) == 1 else None
    firing = tuple(alert for alert in alerts if alert.state is State.FIRING)
    lead = only or (firing[0] if len(firing) == 1 else None)
    notes = _notes(notification)
    news = () if _is_opening(notification) else tuple(news_line(item, now) for item in _ranked(notification.news))
    return Message(
        subject=subject(only) if only else group_subject(alerts, notification.rule),
        headline=headline(lead) if lead else group_headline(firing, alerts, notification.rule),
        status=_status(alerts, now),
        tone=tone_of(alerts),
        facts=_facts(only, now) if only else shared_facts(firing or alerts, now),
        rows=share_rows(only) if only else tuple(row_of(alert, now) for alert in alerts),
        sites=sites_of(alerts),
        news=news,
        notes=notes,
        told=(*(notes if only and _is_said(notification) else news or notes), *_flapping(notification)),
        next=ahead(firing, now),
        detail=_detail(only) if only else "",
        rule=name(notification.rule),
        footer=footer_of(notification, only, firing or alerts),
        offers=offers_of(alerts, notification.group),
    )


def _facts(alert: AlertView, now: datetime) -> tuple[Fact, ...]:
    """Below a pool's shares stands what comes next, and is not said twice."""
    is_said = bool(alert.grant.shares)
    return tuple(fact for fact in facts_of(alert, now) if not (is_said and fact.label == "At this pace"))


def _urgency(alert: AlertView) -> tuple[bool, int, float, str, str]:
    part = alert.value / alert.limit if alert.limit else 0.0
    return (
        alert.state is not State.FIRING,
        -alert.severity.rank,
        part if alert.under else -part,
        alert.site,
        alert.id,
    )


def _status(alerts: Sequence[AlertView], now: datetime) -> str:
    """`"Firing, critical"`, or of many `"9 firing (2 critical, 7 warning), 3 resolved, 1 acknowledged"`."""
    if len(alerts) == 1:
        return _status_of(alerts[0], now)
    severities = Counter(alert.severity for alert in alerts if alert.state is State.FIRING)
    split = ", ".join(f"{severities[own]} {own.value}" for own in reversed(Severity) if severities[own])
    if len(severities) == 1:
        split = next(iter(severities)).value
    states = Counter(state_word(alert) for alert in alerts)
    words = [f"{states[state]} {state}" + (f" ({split})" if state == "firing" else "") for state in states]
    return ", ".join([*words, *attention_counts(alerts)])


def _status_of(alert: AlertView, now: datetime) -> str:
    word = state_word(alert).capitalize()
    if alert.state is State.RESOLVED and alert.resolved_at is not None:
        return ", ".join([f"{word} on {moment(alert.resolved_at, alert.zone, now)}", *attention(alert, now)])
    return ", ".join([word, alert.severity.value, *attention(alert, now)])


# --- what is new, what comes next, and how to refer to it ---------------------------------------------

_GRAVITY = (Change.WORSENED, Change.FIRED, Change.ESCALATED, Change.REPEATED, Change.CORRECTED, Change.RESOLVED)


def _is_opening(notification: Notification) -> bool:
    """Whether this is a message's first appearance, with nothing in it but what began."""
    return notification.ref is None and all(news.change in _OPENING for news in notification.news)


def _is_said(notification: Notification) -> bool:
    """Whether one alert's headline says all of the news."""
    return all(news.change is Change.RESOLVED for news in notification.news)


def _ranked(news: Iterable[News]) -> list[News]:
    order = {change: place for place, change in enumerate(_GRAVITY)}
    return sorted(
        news, key=lambda item: (order.get(item.change, 9), -item.alert.severity.rank, -(item.step or 0), item.at)
    )


def _notes(notification: Notification) -> tuple[str, ...]:
    delays = [news.late_by for news in notification.news]
    words = late(max(delays, default=timedelta()))
    if words and len(set(delays)) > 1:
        words = words.replace("Learnt", "Learnt up to")
    corrected = [news for news in notification.news if news.change is Change.CORRECTED]
    lines = [news_line(replace(news, late_by=timedelta()), notification.created_at) for news in corrected]
    return tuple(filter(None, (_in_place_of(notification), *lines, words)))


def _in_place_of(notification: Notification) -> str:
    if not notification.instead_of:
        return ""
    return f"Told here because {name(notification.instead_of)} cannot be reached: {name(notification.because, 300)}"


def _flapping(notification: Notification) -> Iterator[str]:
    """What begins and ends too often, where it is told of one among many: the status says it of one alone."""
    flapping = {news.alert.id: news.alert for news in notification.news if news.alert.flapping}
    if len(notification.alerts) > 1:
        yield from (f"{who(alert)} {flaps(alert)}: quiet until it is calm." for alert in flapping.values())


def _detail(alert: AlertView) -> str:
    """What a trouble of the bot's is, and what to do about it, while it lasts; or what it only lets people know."""
    if alert.kind is not Kind.SELF or state_word(alert) == "resolved":
        return ""
    return paragraph(alert.note).partition("\n")[2]
