"""An answer as Slack's blocks, within Slack's limits.

Answers hold names that others chose, so nothing of them is ever mrkdwn: plain_text, rich_text and cells of tables know
no markup. Tables that are to be compared become Slack's own where it has them; others lists, one bullet a row with its
cells named, which a phone and a screen reader can both show.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from bot.notify.action_blocks import button
from bot.notify.answer_pages import paged
from bot.notify.answer_rows import (
    HEADLINE,
    Layout,
    alert_row,
    bullet,
    cut,
    grid,
    layout_of,
    length,
    rich,
    section,
    text,
)
from bot.notify.blocks import escape, size
from bot.notify.buttons import Press
from bot.service.answers import Answer, Table

Block = dict[str, Any]

HEADER = 150
_MORE = "There is more than fits into a message"
LONGEST_WORDS = 300
"""Of a question that a button asks again; nobody writes a longer one."""
_LIST = 3000
"""Characters of a list, of which one block is made."""


@dataclass(frozen=True, slots=True)
class Asked:
    """How an answer was asked for. `words` ask for it again, without `page` and `public`; "" of what is not to be asked
    again, such as an order. `is_public`: all of the channel see the answer."""

    words: str = ""
    page: int = 1
    is_public: bool = False


def message(
    answer: Answer, asked: Asked | None = None, *, native: bool = False, image: Block | None = None
) -> dict[str, Any]:
    """`text` and `blocks`, for a message or a `response_url`: one page of the answer. `native` tables are Slack's own.
    `image` is a block that shows the answer's chart."""
    asked = asked or Asked()
    pages = paged(answer, native=native)
    page = pages[asked.page - 1] if 1 <= asked.page <= len(pages) else _beyond(answer, asked.page, len(pages))
    blocks = [_title(page.title), *_facts(page.facts), *([image] if image is not None and page.chart else [])]
    for table in page.tables:
        blocks += _table(table, page.title, native=native)
    blocks += [*_notes(page.notes), *_foot(page.freshness, asked, len(pages)), *_buttons(asked, len(pages))]
    return {"text": escape(cut(answer.title, HEADER)), "blocks": blocks}


def has_native(answer: Answer) -> bool:
    """Whether any of it would be one of Slack's own tables."""
    return any(layout_of(table, native=True) is Layout.GRID for table in answer.tables)


def _beyond(answer: Answer, page: int, pages: int) -> Answer:
    last = f"the last page is {pages}" if pages > 1 else "it has one page"
    return Answer(answer.title, notes=(f"There is no page {page:,} of this answer: {last}.",))


def _title(words: str) -> Block:
    """A header, or bold text where it is too long for one."""
    if words and size(escape(words)) <= HEADER:
        return {"type": "header", "text": _plain_text(words)}
    return rich([section([text(cut(words, HEADLINE), bold=True)])])


def _facts(facts: Sequence[tuple[str, str]]) -> list[Block]:
    lines = [[text(f"{label}: ", bold=True), text(value)] for label, value in facts]
    return [rich([section(list(_broken(lines)))])] if lines else []


def _notes(notes: Sequence[str]) -> list[Block]:
    return [rich([section(list(_broken([text(note)] for note in notes)))])] if notes else []


def _broken(lines: Iterable[list[Block]]) -> Iterator[Block]:
    """The lines of one section, a line break between them."""
    for number, line in enumerate(lines):
        if number:
            yield text("\n")
        yield from line


def _table(table: Table, title: str, *, native: bool) -> list[Block]:
    """The title, then the rows."""
    layout = layout_of(table, native=native)
    if layout is Layout.GRID:
        return [grid(table, table.title or title)]
    blocks = [rich([section([text(cut(table.title, HEADLINE), bold=True)])])] if table.title else []
    if layout is Layout.ALERTS:
        for row, alert in zip(table.rows, table.alerts, strict=True):
            blocks += alert_row(table.columns, row, alert)
        return blocks
    rows = [bullet(table.columns, row) for row in table.rows]
    return [*blocks, *(rich([{"type": "rich_text_list", "style": "bullet", "elements": some}]) for some in _some(rows))]


def _some(sections: Sequence[Block]) -> Iterator[list[Block]]:
    """Sections in order, together as many as make a list of a fair length."""
    some: list[Block] = []
    for one in sections:
        if some and length([*some, one]) > _LIST:
            yield some
            some = []
        some.append(one)
    if some:
        yield some


def _foot(freshness: str, asked: Asked, pages: int) -> list[Block]:
    """How fresh the answer is, and how much of it this is."""
    more = ""
    if pages > 1 and asked.page <= pages:
        more = f"Page {asked.page:,} of {pages:,}" if asked.words else _MORE
    words = " · ".join(filter(None, (more, freshness)))
    return [{"type": "context", "elements": [_plain_text(words)]}] if words else []


def _buttons(asked: Asked, pages: int) -> list[Block]:
    """Other pages, and the same for everybody."""
    words, page = asked.words, asked.page
    if not words or size(words) > LONGEST_WORDS:
        return []
    elements = []
    if page > 1:
        elements.append(button(Press.BACK, "Previous page", f"{words} page {min(page - 1, pages)}"))
    if page < pages:
        elements.append(button(Press.ASK, "Next page", f"{words} page {page + 1}"))
    if not asked.is_public and page <= pages:
        elements.append(button(Press.SHARE, "Show in channel", f"{words} page {page}" if page > 1 else words))
    return [{"type": "actions", "elements": elements}] if elements else []


def _plain_text(words: str) -> Block:
    """Emoji are off: `:fire:` in a name stays what it is."""
    return {"type": "plain_text", "text": escape(cut(words, HEADLINE)) or " ", "emoji": False}
