"""Notifications for people and for programs. Names and reasons are other people's text everywhere."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any
from zoneinfo import ZoneInfo

from rich.console import Console

from bot.cli.drawing import draw
from bot.domain.times import Slot, iso, to_instant
from bot.domain.units import format_duration
from bot.service.answers.model import Answer, Table
from bot.service.answers.phrases import ago, count
from bot.service.outgoing import Outgoing
from bot.service.ports import Digested, OutboxRow, Standing

NAMED = 3
COLUMNS = ("Notification", "To", "About", "Made", "State")


def draw_outbox(console: Console, found: Sequence[Outgoing], now: Slot, *, is_cut: bool, refused: int) -> None:
    """A table; `refused` are those beside it that were rejected lately."""
    rows = tuple(
        (
            one.row.short_id,
            _to(one),
            _about(one),
            ago(to_instant(one.row.created_at), to_instant(now)),
            _state(one, now),
        )
        for one in found
    )
    notes = (
        *([f"Only the latest {len(found)} are shown; --format json has all."] if is_cut else []),
        *(
            [f"{count(refused, 'notification')} could not be delivered lately: --rejected shows why."]
            if refused
            else []
        ),
    )
    title = count(len(found), "notification") if found else "No notifications."
    draw(console, Answer(title, tables=(Table("", COLUMNS, rows),) if rows else (), notes=notes))


def _to(one: Outgoing) -> str:
    return f"{one.group.receiver} ({one.group.endpoint})"


def _about(one: Outgoing) -> str:
    """`lte: A17 fired, A18 fired and 3 more`, or whose message is only edited; or which digest."""
    if one.group.digest is not None:
        return _digest_words(one.group.digest)
    rules = ", ".join(dict.fromkeys(move.alert.key.rule for move in one.moves))
    told = [f"{move.alert.short_id} {move.change.value}" for move in one.moves]
    more = f" and {len(told) - NAMED} more" if len(told) > NAMED else ""
    said = f"{rules}: {', '.join(told[:NAMED])}{more}" if told else one.group.name.partition("/")[2]
    return said if one.row.loud else f"{said} (edit only)"


def _digest_words(digest: Digested) -> str:
    """`digest weekly, 2026-11-16 to 2026-11-22`: days of its own zone."""
    zone, window = ZoneInfo(digest.zone), digest.window
    first, last = (to_instant(slot).astimezone(zone).date() for slot in (window.start, window.end - 1))
    return f"digest {digest.report}, {first} to {last}"


def _state(one: Outgoing, now: Slot) -> str:
    row = one.row
    if row.standing is not Standing.WAITING:
        when = f" {ago(to_instant(row.settled_at), to_instant(now))}" if row.settled_at is not None else ""
        return f"{row.standing.value}{when}" + (f": {row.why}" if row.why else "")
    if row.is_leased(now):
        return "is being sent"
    due = f"waits {_ahead(row, now)}"
    tried = f", tried {count(row.attempts, 'time')}" if row.attempts else ""
    return due + tried + (f": {row.why}" if row.why else "")


def _ahead(row: OutboxRow, now: Slot) -> str:
    """Until when it waits."""
    if row.due_at <= now:
        return "for its turn"
    return f"for {format_duration(to_instant(row.due_at) - to_instant(now))}"


def to_json(found: Sequence[Outgoing]) -> str:
    """In ASCII: nothing in foreign text reaches a terminal as it is."""
    return json.dumps({"notifications": [_as_json(one) for one in found]}, indent=2)


def _as_json(one: Outgoing) -> dict[str, Any]:
    row, group = one.row, one.group
    return {
        "id": row.short_id,
        "standing": row.standing.value,
        "receiver": group.receiver,
        "endpoint": str(group.endpoint),
        "workspace": group.name.partition("/")[0],
        "message": group.id,
        "loud": row.loud,
        "news": [
            {"alert": m.alert.short_id, "rule": m.alert.key.rule, "transition": m.change.value} for m in one.moves
        ],
        "digest": _digest_json(group.digest) if group.digest is not None else None,
        "created_at": iso(row.created_at),
        "due_at": iso(row.due_at),
        "attempts": row.attempts,
        "attempted_at": _iso(row.attempted_at),
        "leased_until": _iso(row.leased_until),
        "settled_at": _iso(row.settled_at),
        "why": row.why,
    }


def _digest_json(digest: Digested) -> dict[str, Any]:
    return {
        "report": digest.report,
        "rhythm": digest.rhythm.value,
        "start": iso(digest.window.start),
        "end": iso(digest.window.end),
        "workspaces": list(digest.workspaces),
    }


def _iso(slot: Slot | None) -> str | None:
    return iso(slot) if slot is not None else None
