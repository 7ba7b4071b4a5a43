"""Rows of an answer's tables as Slack's blocks: a bullet, a row of a native table, or an alert with its buttons.

Cells hold names that others chose, so nothing of them is ever mrkdwn: rich_text and cells of tables know no markup.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from enum import Enum, auto
from typing import Any

from bot.notify.action_blocks import actions
from bot.notify.blocks import size
from bot.notify.offers import offers_of
from bot.service.answers import Table
from bot.service.views import AlertView

Block = dict[str, Any]

CELL = 200
"""Characters of a cell in a native table: all of a message's together may be 10,000."""
FIELD = 900
HEADLINE = 300
"""Characters of a title, and of what is said at the foot."""
PAGE_SIZE = 10
"""Rows that Slack shows of a native table at once."""
_LEAST = 2
"""Rows of a native table: one alone reads better as a line."""
_NOTHING = "–"
_SINCE = "Since"
"""The one column of an alert that does not speak for itself."""


class Layout(Enum):
    """How a table is drawn."""

    LIST = auto()
    GRID = auto()
    ALERTS = auto()


def layout_of(table: Table, *, native: bool) -> Layout:
    """Native tables only where this Slack is known, or hoped, to take them."""
    if table.alerts:
        return Layout.ALERTS
    return Layout.GRID if native and table.grid and len(table.rows) >= _LEAST else Layout.LIST


def bullet(columns: Sequence[str], row: Sequence[str]) -> Block:
    """One row as a line. Two columns speak for themselves; of more, each cell says what it is."""
    first, rest = row[0], list(zip(columns[1:], row[1:], strict=True))
    words = [cell if len(columns) == 2 else f"{column}: {cell}" for column, cell in rest if cell]
    return section([text(first, bold=True), *([text("  " + " · ".join(words))] if words else [])])


def alert_row(columns: Sequence[str], row: Sequence[str], alert: AlertView) -> list[Block]:
    """An open alert and, below it, how to take it or keep it quiet; `why` and the like have words, and ten no room."""
    offers = offers_of((alert,))
    cells = [f"since {cell}" if column == _SINCE else cell for column, cell in zip(columns[1:], row[1:], strict=True)]
    words = section([text(row[0], bold=True), text("  " + " · ".join(filter(None, cells)))])
    return [rich([words]), *actions(replace(offers, more=()) if offers is not None else None)]


def grid(table: Table, caption: str) -> Block:
    """A native table, which sorts and turns pages by itself."""
    rows = [grid_header(table), *(grid_row(table, number) for number in range(len(table.rows)))]
    return {"type": "data_table", "caption": cut(caption, HEADLINE), "page_size": PAGE_SIZE, "rows": rows}


def grid_header(table: Table) -> list[Block]:
    return [_cell(column) for column in table.columns]


def grid_row(table: Table, number: int) -> list[Block]:
    return [
        _number(cell, table.numbers[column][number]) if column in table.numbers else _cell(cell)
        for column, cell in enumerate(table.rows[number])
    ]


def _cell(words: str) -> Block:
    return {"type": "raw_text", "text": cut(words, CELL) or _NOTHING}


def _number(words: str, value: int) -> Block:
    return {"type": "raw_number", "text": cut(words, CELL) or _NOTHING, "value": value}


def length(block: object) -> int:
    """Characters of it as JSON, as whoever counts the most of them does."""
    return size(json.dumps(block, ensure_ascii=False, separators=(",", ":")))


def rich(elements: list[Block]) -> Block:
    return {"type": "rich_text", "elements": elements}


def section(elements: list[Block]) -> Block:
    return {"type": "rich_text_section", "elements": elements}


def text(words: str, *, bold: bool = False) -> Block:
    return {"type": "text", "text": cut(words, FIELD) or " ", **({"style": {"bold": True}} if bold else {})}


def cut(words: str, limit: int) -> str:
    return words if len(words) <= limit else words[: limit - 1] + "…"
