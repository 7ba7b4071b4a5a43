"""A message as a small HTML page for mail: styles inlined, no pictures, no links, readable on dark and light."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from bot.notify.facts import Fact, Row
from bot.notify.plain import listed
from bot.notify.wording import Message

SHOWN_ROWS = 100
_FONT = "font-family:-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif;font-size:15px;line-height:1.45"
_LABEL = "padding:2px 16px 2px 0;opacity:.7;vertical-align:top;white-space:nowrap"
_CELL = "padding:2px 16px 2px 0;vertical-align:top"
_SMALL = "margin:16px 0 0;font-size:13px;opacity:.7"


def html(message: Message) -> str:
    """The whole page. Every text is escaped, wherever it comes from."""
    body = [
        f'<h1 style="margin:0 0 4px;font-size:20px;line-height:1.3">{escape(message.headline)}</h1>',
        f'<p style="margin:0 0 12px;opacity:.7">{escape(message.status)}</p>',
        *(_paragraph(line) for line in message.detail.splitlines()),
        *(_paragraph(line) for line in listed(message.told, SHOWN_ROWS)),
        _facts(message.facts),
        _rows(message.rows),
        _paragraph(message.next) if message.rows and message.next else "",
        f'<p style="{_SMALL}">{escape(message.footer)}</p>',
    ]
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="color-scheme" content="light dark"></head><body>'
        f'<div style="{_FONT};max-width:640px;border-left:4px solid {message.tone.colour};padding:4px 0 4px 16px">'
        f"{''.join(body)}</div></body></html>\n"
    )


def _paragraph(text: str) -> str:
    return f'<p style="margin:0 0 8px">{escape(text)}</p>'


def _facts(facts: Sequence[Fact]) -> str:
    rows = (
        f'<tr><td style="{_LABEL}">{escape(fact.label)}</td><td style="{_CELL}">{escape(fact.value)}</td></tr>'
        for fact in facts
    )
    return _table("".join(rows))


def _rows(rows: Sequence[Row]) -> str:
    lines = (
        f'<tr><td style="{_CELL}"><b>{escape(row.site)}</b></td><td style="{_CELL}">{escape(row.state)}</td>'
        f'<td style="{_CELL}">{escape(row.numbers)}</td><td style="{_LABEL}">{escape(row.alert)}</td></tr>'
        for row in rows[:SHOWN_ROWS]
    )
    more = len(rows) - SHOWN_ROWS
    return _table("".join(lines)) + (_paragraph(f"+{more} more, in the plain text of this mail") if more > 0 else "")


def _table(rows: str) -> str:
    style = "margin:0 0 12px;border-collapse:collapse;font-variant-numeric:tabular-nums"
    return f'<table role="presentation" style="{style}">{rows}</table>' if rows else ""
