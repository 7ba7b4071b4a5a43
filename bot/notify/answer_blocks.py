"""An answer as Slack's blocks, within Slack's limits.

Answers hold names that others chose, so nothing of them is ever mrkdwn: plain_text and rich_text know no markup.
Tables become lists, one bullet a row with its cells named, which a phone and a screen reader can both show.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from bot.notify.blocks import escape, size
from bot.service.answers import Answer, Table

Block = dict[str, Any]

HEADER = 150
TEXT = 3000
BLOCKS = 50
SHOWN_ROWS = 25
_FIELD = 900
_MORE = "There is more than fits into a message."


def message(answer: Answer) -> dict[str, Any]:
    """`text` and `blocks`, for a message or a `response_url`."""
    blocks = [_title(answer.title), *_facts(answer.facts)]
    for table in answer.tables:
        blocks += _table(table)
    tail = [*map(_plain, answer.notes), *([_context(answer.freshness)] if answer.freshness else [])]
    room = BLOCKS - len(tail[:BLOCKS])
    if len(blocks) > room:
        blocks = [*blocks[: max(room - 1, 0)], _context(_MORE)]
    return {"text": escape(_cut(answer.title, HEADER)), "blocks": (blocks + tail)[:BLOCKS]}


def _title(text: str) -> Block:
    """A header, or bold text where it is too long for one."""
    if text and size(escape(text)) <= HEADER:
        return {"type": "header", "text": _plain_text(text)}
    return _rich([_section([_text(text, bold=True)])])


def _facts(facts: Sequence[tuple[str, str]]) -> list[Block]:
    lines = [[_text(f"{label}: ", bold=True), _text(value)] for label, value in facts]
    return [_rich([_section(list(_broken(lines)))])] if lines else []


def _broken(lines: Iterable[list[Block]]) -> Iterator[Block]:
    """The lines of one section, a line break between them."""
    for number, line in enumerate(lines):
        if number:
            yield _text("\n")
        yield from line


def _table(table: Table) -> list[Block]:
    """The title, then the rows; of very many the first, and how many there are besides."""
    rows = [_section(_row(table.columns, row)) for row in table.rows[:SHOWN_ROWS]]
    blocks = [_rich([_section([_text(table.title, bold=True)])])] if table.title else []
    blocks += [_rich([{"type": "rich_text_list", "style": "bullet", "elements": some}]) for some in _bounded(rows)]
    more = len(table.rows) - len(rows)
    return [*blocks, _context(f"+{more} more")] if more > 0 else blocks


def _row(columns: Sequence[str], row: Sequence[str]) -> list[Block]:
    """Two columns speak for themselves; of more, each cell says what it is."""
    first, rest = row[0], list(zip(columns[1:], row[1:], strict=True))
    words = [cell if len(columns) == 2 else f"{column}: {cell}" for column, cell in rest if cell]
    return [_text(first, bold=True), *([_text("  " + " · ".join(words))] if words else [])]


def _bounded(sections: Sequence[Block]) -> Iterator[list[Block]]:
    """Sections in order, together as many as stay within the length of a text."""
    some: list[Block] = []
    length = 0
    for section in sections:
        size = sum(len(element["text"]) for element in section["elements"])
        if some and length + size > TEXT:
            yield some
            some, length = [], 0
        some.append(section)
        length += size
    if some:
        yield some


def _plain(text: str) -> Block:
    return {"type": "section", "text": _plain_text(text)}


def _context(text: str) -> Block:
    return {"type": "context", "elements": [_plain_text(text)]}


def _plain_text(text: str) -> Block:
    """Emoji are off: `:fire:` in a name stays what it is. An escaped character is at most five long."""
    shown = text if size(escape(text)) <= TEXT else _cut(text, TEXT // 5)
    return {"type": "plain_text", "text": escape(shown) or " ", "emoji": False}


def _rich(elements: list[Block]) -> Block:
    return {"type": "rich_text", "elements": elements}


def _section(elements: list[Block]) -> Block:
    return {"type": "rich_text_section", "elements": elements}


def _text(text: str, *, bold: bool = False) -> Block:
    return {"type": "text", "text": _cut(text, _FIELD) or " ", **({"style": {"bold": True}} if bold else {})}


def _cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - 1] + "…"
