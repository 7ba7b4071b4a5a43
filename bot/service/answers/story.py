"""The story of an alert in words."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from bot.domain.moments import moment
from bot.domain.names import name as safe
from bot.domain.units import format_percent
from bot.service.answers.freshness import freshness_line
from bot.service.answers.model import Answer, Table
from bot.service.answers.tables import label_words, what
from bot.service.explain.model import Move
from bot.service.explain.words import amount, unit_of
from bot.service.queries.story_replies import AlertStory, Event, Happened, Unreplayed

COLUMNS = ("When", "What", "Who", "Details")
BOT = "usagebot"
_WORDS = {
    Happened.TOLD: "told",
    Happened.EDITED: "message not edited",
    Happened.WAITS: "message waits",
    Happened.REFUSED: "message refused",
    Happened.DISCARDED: "message discarded",
    Happened.WITHHELD: "not told, held back",
    Happened.ACKNOWLEDGED: "acknowledged",
    Happened.LAPSED: "acknowledgement over",
    Happened.SILENCED: "silenced",
    Happened.EXTENDED: "silence moved",
    Happened.UNSILENCED: "silence ended",
    Happened.SILENCE_OVER: "silence over",
}
_UNREPLAYED = {
    Unreplayed.OF_THE_BOT: "This is what the bot says about itself: no rule and no usage stand behind it.",
    Unreplayed.RULE_GONE: "Its rule is not among the rules any more, so the decision cannot be replayed.",
    Unreplayed.SITE_GONE: "Its site is not listed any more, so the decision cannot be replayed.",
}


def story_answer(reply: AlertStory) -> Answer:
    view = reply.alert.view
    rows = tuple(_row(event, reply) for event in reply.events)
    return Answer(
        title=f"{view.id}: {label_words(reply.alert)}, {view.state.value}",
        facts=tuple((label, text) for label, text in _facts(reply) if text),
        tables=(Table("What happened", COLUMNS, rows),) if rows else (),
        notes=tuple(_notes(reply)),
        freshness=freshness_line(reply.freshness, reply.zone),
    )


def _facts(reply: AlertStory) -> Iterator[tuple[str, str]]:
    view = reply.alert.view
    taken, quiet = safe(view.acknowledged_by) if view.acknowledged_by else "", _until(view.silenced_until, reply)
    yield "What", what(view)
    yield "Rule", safe(view.rule)
    yield "Severity", view.severity.value
    yield "Since", _at(view.since, reply)
    yield "Over since", _at(view.resolved_at, reply) if view.resolved_at is not None else ""
    yield "Acknowledged by", f"{taken}{_until(view.acknowledged_until, reply)}" if taken else ""
    yield "Silenced", f"by {safe(view.silenced_by) if view.silenced_by else 'somebody'}{quiet}" if quiet else ""


def _notes(reply: AlertStory) -> Iterator[str]:
    if reply.unreplayed is not None:
        yield _UNREPLAYED[reply.unreplayed]
    if not reply.events:
        yield "Nothing of what happened to it was kept."


def _row(event: Event, reply: AlertStory) -> tuple[str, ...]:
    who = safe(event.who) if event.who else BOT
    if event.move is not None:
        return (_at(event.at, reply), _moved(event.move), who, _of_move(event.move, reply))
    words = _WORDS[event.what]
    subject = f" {event.about}" if event.about.startswith("S") and event.about[1:].isdigit() else ""
    return (_at(event.at, reply), f"{words}{subject}", who, _details(event, subject, reply))


def _moved(move: Move) -> str:
    step = f" {format_percent(move.step)}" if move.step is not None else ""
    return f"{move.change}{step}{f', {move.severity}' if move.severity else ''}"


def _of_move(move: Move, reply: AlertStory) -> str:
    """Why, and at what."""
    unit = unit_of(reply.alert.view.kind.value)
    of = f" of {amount(move.limit, unit)}" if move.limit and not move.span else ""
    value = f"{amount(move.value, unit)}{of}" if move.value else ""
    true = f"true since {_at(move.true_at, reply)}" if move.true_at < move.at else ""
    return ", ".join(filter(None, (move.reason.replace("_", " "), value, true)))


def _details(event: Event, subject: str, reply: AlertStory) -> str:
    where = safe(event.about, 200) if event.about and not subject else ""
    reason = safe(event.reason, 300) if event.reason else ""
    return ", ".join(filter(None, (where, _until(event.until, reply).strip(), reason)))


def _until(until: datetime | None, reply: AlertStory) -> str:
    return f" until {_at(until, reply)}" if until is not None else ""


def _at(instant: datetime, reply: AlertStory) -> str:
    return moment(instant, reply.zone, reply.freshness.asked_at)
