"""The audit for people and for programs. Names and reasons are other people's text everywhere."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rich.console import Console

from bot.cli.drawing import draw
from bot.domain.times import iso, to_instant
from bot.service.answers.model import Answer, Table
from bot.service.ports import AuditEntry

COLUMNS = ("When (UTC)", "Who", "Via", "What", "To", "Workspace", "Details")
LONGEST = 300


def draw_audit(console: Console, found: Sequence[AuditEntry], *, is_cut: bool) -> None:
    """A table; what is cut off is older."""
    rows = tuple(
        (
            to_instant(one.at).strftime("%Y-%m-%d %H:%M:%S"),
            one.actor,
            one.via,
            one.action,
            one.subject,
            one.workspace,
            _words(_told(one.detail)),
        )
        for one in found
    )
    notes = (f"Only the latest {len(found)} are shown; --format jsonl has all.",) if is_cut else ()
    title = f"{len(found):,} {'entry' if len(found) == 1 else 'entries'}" if found else "Nothing was done."
    draw(console, Answer(title, tables=(Table("", COLUMNS, rows),) if rows else (), notes=notes))


def to_json_lines(found: Sequence[AuditEntry]) -> Iterator[str]:
    """In ASCII: nothing in foreign text reaches a terminal as it is."""
    for one in found:
        told = {
            "at": iso(one.at),
            "actor": one.actor,
            "via": one.via,
            "action": one.action,
            "subject": one.subject,
            "workspace": one.workspace,
            "detail": _told(one.detail),
        }
        yield json.dumps(told)


def _told(detail: Mapping[str, Any]) -> dict[str, Any]:
    """Without what is not said, and instants as such."""
    return {key: _instant(key, value) for key, value in detail.items() if value not in (None, "")}


def _instant(key: str, value: Any) -> Any:
    is_time = isinstance(value, int) and not isinstance(value, bool) and key.endswith(("_at", "until"))
    return iso(value) if is_time else value


def _words(detail: Mapping[str, Any]) -> str:
    """`reason: maintenance; until: 2026-06-01T06:40:00Z`."""
    text = "; ".join(f"{key}: {_plain(value)}" for key, value in detail.items())
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def _plain(value: Any) -> str:
    match value:
        case dict():
            return ", ".join(f"{key} {_plain(one)}" for key, one in value.items())
        case list():
            return ", ".join(map(_plain, value))
        case _:
            return str(value)
