"""What was done, in words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.domain.moments import moment
from bot.domain.names import name as safe
from bot.service.actions.replies import Acknowledged, Done, Left, LeftAlone, QuietAlert, Silenced, Unsilenced
from bot.service.answers.model import Answer, Table
from bot.service.answers.phrases import count, listed
from bot.service.answers.silences import LONGEST_TEXT, author_words, ending_words, until_words
from bot.service.answers.tables import alert_tables, label_words, what
from bot.service.queries.replies import OpenAlert
from bot.service.queries.silence_replies import SilenceView

SHOWN = 10
"""Alerts that are named; of the others their number is."""
_KEPT = "What gets worse, or ends, is told all the same."
_TOLD = "What still fires when it ends, and was not told, is told then."


def done_answer(reply: Done, zone: ZoneInfo, prefix: str) -> Answer:
    """`zone` is for what concerns no single site."""
    match reply:
        case Acknowledged():
            return _acknowledged(reply, zone)
        case Silenced():
            return _silenced(reply, prefix)
        case Unsilenced():
            return _unsilenced(reply)


def _acknowledged(reply: Acknowledged, zone: ZoneInfo) -> Answer:
    rows = tuple(_left_row(one, reply.now) for one in reply.left[:SHOWN])
    left = (Table("Left as they were", ("Alert", "Site", "Why"), rows),) if rows else ()
    unknown = (f"There is no alert {listed(reply.unknown)} here.",) if reply.unknown else ()
    if not reply.taken:
        return Answer(_nothing_taken(reply.left, reply.now), tables=left if len(reply.left) > 1 else (), notes=unknown)
    named = _named(reply.taken[0]) if len(reply.taken) == 1 else count(len(reply.taken), "alert")
    return Answer(
        title=f"Acknowledged: {named}",
        facts=_facts(("By", safe(reply.by)), ("Until", _taken_until(reply, zone)), ("Reason", _text(reply.reason))),
        tables=(*_alerts("Firing, and taken", reply.taken, reply.now), *left),
        notes=(*unknown, f"Repeats and escalation stop. {_KEPT}", *_more(reply.taken)),
    )


def _taken_until(reply: Acknowledged, zone: ZoneInfo) -> str:
    if reply.until is None:
        return "it gets worse, or ends"
    zones = {one.view.zone for one in reply.taken}
    return f"{moment(reply.until, zones.pop() if len(zones) == 1 else zone, reply.now)}, unless it gets worse before"


def _nothing_taken(left: Sequence[LeftAlone], now: datetime) -> str:
    if len(left) != 1:
        return "Nothing was acknowledged"
    alert, site, why = _left_row(left[0], now)
    return f"{alert} ({site}) {why}"


def _left_row(one: LeftAlone, now: datetime) -> tuple[str, str, str]:
    zone = one.alert.view.zone
    since = moment(one.at, zone, now) if one.at is not None else ""
    why = {
        Left.TAKEN_BEFORE: f"has been acknowledged already, by {safe(one.by)}" + (f", {since}" if since else ""),
        Left.RESOLVED: "is over" + (f" since {since}" if since else ""),
        Left.NOT_FIRING: "does not fire yet: there is nothing to take",
    }[one.why]
    return one.alert.view.id, label_words(one.alert), why


def _silenced(reply: Silenced, prefix: str) -> Answer:
    silence, now = reply.silence, reply.now
    quiet = reply.firing[:SHOWN]
    notes = [_TOLD if reply.firing else f"Nothing of it fires now. {_TOLD}", *_more(reply.firing)]
    if reply.over is not None:
        alert, _, why = _left_row(reply.over, now)
        notes.insert(0, f"{alert} {why}; what comes like it is quiet.")
    return Answer(
        title=_silence_title(reply),
        facts=_facts(
            ("Keeps quiet", safe(silence.match, LONGEST_TEXT)),
            ("Sites", _sites(reply)),
            ("By", author_words(silence, now)),
            ("Reason", _text(silence.reason)),
        ),
        tables=(_quiet_table(quiet, now),) if quiet else (),
        notes=(*notes, f"To end it: {prefix} unsilence {silence.id}."),
    )


def _silence_title(reply: Silenced) -> str:
    silence, now = reply.silence, reply.now
    until = until_words(silence, now)
    if reply.was is not None:
        return f"{silence.id}: quiet until {until}, in place of {moment(reply.was, silence.zone, now)}"
    return f"{silence.id}: quiet until {until}" if reply.is_new else f"{silence.id} is in force already: until {until}"


def _sites(reply: Silenced) -> str:
    if not reply.sites:
        return "none: it is about the bot itself"
    some = [safe(label) for label in reply.some]
    more = reply.sites - len(some)
    named = f"{', '.join(some)} and {more:,} more" if more else listed(some, "and")
    return f"{count(reply.sites, 'site')}: {named}" if reply.sites > 1 else named


def _quiet_table(quiet: Sequence[QuietAlert], now: datetime) -> Table:
    rows = tuple(
        (one.alert.view.id, label_words(one.alert), what(one.alert.view), moment(one.until, one.alert.view.zone, now))
        for one in quiet
    )
    return Table("Firing, and quiet", ("Alert", "Site", "What", "At the latest until"), rows)


def _unsilenced(reply: Unsilenced) -> Answer:
    silence, now = reply.silence, reply.now
    if reply.was_over:
        return Answer(
            f"{silence.id} has been over since {moment(silence.ends_at, silence.zone, now)}", _described(silence, now)
        )
    if reply.firing:
        told = "What was held back of it is told now."
    elif reply.still_quiet:
        told = "Another silence keeps it quiet still."
    else:
        told = "Nothing that fires was quiet because of it."
    return Answer(
        title=f"{silence.id} is over",
        facts=_described(silence, now),
        tables=(
            *_alerts("Firing, and heard again", reply.firing, now),
            *_alerts("Firing, and quiet because of another silence", reply.still_quiet, now),
        ),
        notes=(told, *_more(reply.firing), *_more(reply.still_quiet)),
    )


def _described(silence: SilenceView, now: datetime) -> tuple[tuple[str, str], ...]:
    return _facts(
        ("Kept quiet", safe(silence.match, LONGEST_TEXT)),
        ("Was to end when", ending_words(silence)),
        ("By", author_words(silence, now)),
        ("Reason", _text(silence.reason)),
    )


def _named(one: OpenAlert) -> str:
    return f"{one.view.id}, {label_words(one)}"


def _alerts(title: str, alerts: Sequence[OpenAlert], now: datetime) -> tuple[Table, ...]:
    return alert_tables(title, alerts[:SHOWN], now)


def _more(alerts: Sequence[object]) -> tuple[str, ...]:
    return (f"And {count(len(alerts) - SHOWN, 'alert')} more.",) if len(alerts) > SHOWN else ()


def _text(text: str) -> str:
    return safe(text, LONGEST_TEXT) if text else ""


def _facts(*facts: tuple[str, str]) -> tuple[tuple[str, str], ...]:
    """Without those that have nothing to say."""
    return tuple((label, value) for label, value in facts if value)
