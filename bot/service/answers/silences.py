"""Silences in words."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from bot.domain.moments import moment
from bot.domain.names import name as safe
from bot.domain.units import format_percent
from bot.service.answers.model import Answer, Table
from bot.service.answers.phrases import ago, count
from bot.service.commands import Which
from bot.service.queries.silence_replies import Ends, SilenceList, SilenceView, Standing

LONGEST_TEXT = 300
COLUMNS = ("Silence", "Keeps quiet", "Until", "By", "Reason", "Now")
_TITLES = {
    Which.OPEN: ("No silence is in force", "in force or to come"),
    Which.ALL: ("No silence was in force in the last weeks", "in force, to come, or over"),
    Which.FORGOTTEN: ("No silence seems to be forgotten", "that may be forgotten"),
}


def silences_answer(reply: SilenceList, prefix: str) -> Answer:
    none, some = _TITLES[reply.which]
    rows = tuple(_row(one, reply.asked_at) for one in reply.silences)
    return Answer(
        title=f"{count(len(rows), 'silence')} {some}" if rows else none,
        tables=(Table("Silences", COLUMNS, rows),) if rows else (),
        notes=tuple(_notes(reply, prefix)),
    )


def _notes(reply: SilenceList, prefix: str) -> Iterator[str]:
    if reply.others:
        keep = "keeps" if reply.others == 1 else "keep"
        others = count(reply.others, "silence")
        yield f"{others} of the operators, about more than is seen here, {keep} alerts quiet, too."
    if any(one.standing is not Standing.OVER for one in reply.silences):
        yield f"To end one: {prefix} unsilence ID. To have it end later or sooner: {prefix} silence ID 2d."


def _row(one: SilenceView, now: datetime) -> tuple[str, ...]:
    return (
        one.id,
        safe(one.match, LONGEST_TEXT),
        until_words(one, now),
        author_words(one, now),
        safe(one.reason, LONGEST_TEXT) if one.reason else "",
        one.why or _now(one, now),
    )


def author_words(one: SilenceView, now: datetime) -> str:
    """Who set it, and how long ago, where that is known."""
    author = safe(one.author) if one.author else "unknown"
    return f"{author}, {ago(one.created_at, now)}" if one.created_at is not None else author


def _now(one: SilenceView, now: datetime) -> str:
    if one.standing is Standing.TO_COME:
        return f"begins {moment(one.starts_at, one.zone, now)}"
    if one.standing is Standing.OVER:
        return "over"
    return f"{count(one.quiet, 'alert')} quiet" if one.quiet else "nothing of it fires"


def until_words(one: SilenceView, now: datetime, at_latest: str = "at the latest ") -> str:
    """`"Wed 10 Jun 08:00 SAST"`, or what ends it and when at the latest."""
    end = moment(one.ends_at, one.zone, now)
    return f"{ending_words(one)}, {at_latest}{end}" if one.ends is not None else end


def ending_words(one: SilenceView) -> str:
    """What ends it before its time, of each alert by itself."""
    match one.ends:
        case Ends.PERIOD_RESETS:
            return "the billing period resets"
        case Ends.GETS_WORSE:
            return "it gets worse"
        case Ends.FORECAST_PASSES:
            percent = format_percent(one.percent) if one.percent is not None else "so much"
            return f"{percent} of the quota is expected to be used"
        case None:
            return ""
