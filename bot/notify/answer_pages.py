"""A long answer as pages, each of which fits into a Slack message.

A message holds 50 blocks and, though that is not documented, some 13,000 characters of JSON. What can be many (facts,
rows, notes) is taken in order, as much a page as there is room for.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from bot.notify.answer_rows import HEADLINE, Layout, alert_row, bullet, grid_header, grid_row, layout_of, length, text
from bot.notify.blocks import escape
from bot.service.answers import Answer, Table

ROOM = 11_500
"""Characters of JSON that a page may have, without the buttons at its foot and what is around its blocks."""
BLOCKS = 36
"""Of the 50 as well; a long list takes some more."""
ROWS = {Layout.LIST: 25, Layout.GRID: 100, Layout.ALERTS: 10}
"""Rows that a page holds at the most: what a reader, or Slack, takes at once."""
LABELLED = 60
"""The same of tables with two columns, such as words and what they mean: those are short."""
_LABELLED_COLUMNS = 2
_AROUND = 200
"""Of a table, what is around its title and rows."""


@dataclass(frozen=True, slots=True)
class _Part:
    """One fact, row (by its number, of a table by its own) or note, and how long it is as JSON. `blocks` are its own.
    Where nothing of its table is on the page yet, `head` and `begins` come on top: JSON and blocks of the table's."""

    cost: int
    fact: tuple[str, str] | None = None
    note: str | None = None
    table: int | None = None
    row: int = 0
    most: int = 0
    blocks: int = 0
    begins: int = 0
    head: int = 0


@dataclass(slots=True)
class _Page:
    """What is on a page so far, and what there is room for."""

    room: int
    blocks: int = BLOCKS
    rows: int = 0
    parts: list[_Part] = field(default_factory=list)

    def takes(self, part: _Part) -> bool:
        """Whether it fits; the first does in any case."""
        begins = self._begins(part)
        fits = part.cost + begins * part.head <= self.room and part.blocks + begins * part.begins <= self.blocks
        return not self.parts or (fits and (part.table is None or self.rows < part.most))

    def take(self, part: _Part) -> None:
        begins = self._begins(part)
        self.room -= part.cost + begins * part.head
        self.blocks -= part.blocks + begins * part.begins
        self.rows += part.table is not None
        self.parts.append(part)

    def _begins(self, part: _Part) -> bool:
        return part.table is not None and all(one.table != part.table for one in self.parts)


def paged(answer: Answer, *, native: bool) -> tuple[Answer, ...]:
    """The same in one or more answers, each of which fits; every one has the title and the freshness, the first the
    chart."""
    room = ROOM - length([escape(answer.title[:HEADLINE]), escape(answer.freshness[:HEADLINE])])
    pages = [_Page(room)]
    for part in _parts(answer, native=native):
        if not pages[-1].takes(part):
            pages.append(_Page(room))
        pages[-1].take(part)
    return tuple(_answer(answer, page.parts, is_first=not number) for number, page in enumerate(pages))


def _parts(answer: Answer, *, native: bool) -> Iterator[_Part]:
    for fact in answer.facts:
        yield _Part(length([text(f"{fact[0]}: ", bold=True), text(fact[1])]), fact=fact)
    for number, table in enumerate(answer.tables):
        layout = layout_of(table, native=native)
        own, begins = (2, 1) if layout is Layout.ALERTS else (0, 2)
        head = _AROUND + length([table.title[:HEADLINE], grid_header(table) if layout is Layout.GRID else ""])
        most = LABELLED if layout is Layout.LIST and len(table.columns) <= _LABELLED_COLUMNS else ROWS[layout]
        for row in range(len(table.rows)):
            cost = _cost(table, row, layout)
            yield _Part(cost, table=number, row=row, most=most, blocks=own, begins=begins, head=head)
    for note in answer.notes:
        yield _Part(length(text(note)), note=note)


def _cost(table: Table, row: int, layout: Layout) -> int:
    match layout:
        case Layout.GRID:
            return length(grid_row(table, row))
        case Layout.ALERTS:
            return length(alert_row(table.columns, table.rows[row], table.alerts[row]))
        case Layout.LIST:
            return length(bullet(table.columns, table.rows[row]))


def _answer(answer: Answer, parts: Sequence[_Part], *, is_first: bool) -> Answer:
    rows = {number: [part.row for part in parts if part.table == number] for number in range(len(answer.tables))}
    return replace(
        answer,
        facts=tuple(part.fact for part in parts if part.fact is not None),
        tables=tuple(_slice(table, rows[number]) for number, table in enumerate(answer.tables) if rows[number]),
        notes=tuple(part.note for part in parts if part.note is not None),
        chart=answer.chart if is_first else None,
    )


def _slice(table: Table, rows: Sequence[int]) -> Table:
    """Some of its rows, which follow each other."""
    return replace(
        table,
        rows=tuple(table.rows[row] for row in rows),
        alerts=tuple(table.alerts[row] for row in rows) if table.alerts else (),
        numbers={column: tuple(values[row] for row in rows) for column, values in table.numbers.items()},
    )
