"""Answers in a terminal: whatever their text holds, it is drawn as text."""

from __future__ import annotations

from collections.abc import Iterable

from rich.box import SIMPLE_HEAD
from rich.cells import cell_len
from rich.console import Console, ConsoleRenderable, Group, RenderableType
from rich.padding import Padding
from rich.table import Table as Grid
from rich.text import Text

from bot.cli.terminal import visible
from bot.notify.terminal_chart import text_chart
from bot.service.answers.model import Answer, Table

GAP = 2
"""Columns between the columns of a table."""


def draw(console: Console, answer: Answer) -> None:
    """Print an answer within the console's width; on a terminal with its chart, whose gist the words say as well."""
    chart = text_chart(answer.chart, console.width) if answer.chart is not None and console.is_terminal else None
    for part in _parts(answer, console.width, chart):
        console.print(part)


def _parts(answer: Answer, width: int, chart: RenderableType | None) -> Iterable[RenderableType]:
    yield _text(answer.title, "bold")
    if answer.facts:
        yield _facts(answer.facts)
    if chart is not None:
        yield Text()
        yield chart
    for table in answer.tables:
        yield Text()
        yield _text(table.title, "bold")
        yield _grid(table) if _fits(table, width) else _cards(table)
    if answer.notes:
        yield Text()
    yield from (_text(note) for note in answer.notes)
    if answer.freshness:
        yield Text()
        yield _text(answer.freshness, "dim")


def _text(text: str, style: str = "") -> Text:
    """Never markup; lines that are too long are folded, and nothing is cut away."""
    return Text(visible(text), style=style, overflow="fold")


def _facts(facts: Iterable[tuple[str, str]]) -> Grid:
    grid = Grid.grid(padding=(0, GAP, 0, 0))
    grid.add_column(no_wrap=True)
    grid.add_column(overflow="fold")
    for label, value in facts:
        grid.add_row(_text(label, "dim"), _text(value))
    return grid


def _fits(table: Table, width: int) -> bool:
    """Whether it can be read as a table: no word is broken, and rows are folded once at the most, by and large."""
    columns = [[visible(cell) for cell in column] for column in zip(table.columns, *table.rows, strict=True)]
    least = sum(max(map(_longest_word, column)) + GAP for column in columns)
    natural = sum(max(map(cell_len, column)) + GAP for column in columns)
    return least <= width and natural <= width * 7 // 4


def _longest_word(text: str) -> int:
    return max((cell_len(word) for word in text.split()), default=0)


def _grid(table: Table) -> Grid:
    grid = Grid(box=SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1), header_style="dim")
    for place, column in enumerate(table.columns):
        # Rich takes from the widest columns first, and would break words of others rather than fold a cell once more.
        least = max(map(_longest_word, map(visible, (column, *(row[place] for row in table.rows)))))
        grid.add_column(_text(column), overflow="fold", min_width=least)
    for row in table.rows:
        grid.add_row(*map(_text, row))
    return grid


def _cards(table: Table) -> Group:
    """Each row below the other, where the columns have no room beside each other."""
    blocks: list[ConsoleRenderable] = []
    for first, *rest in table.rows:
        told = [(column, cell) for column, cell in zip(table.columns[1:], rest, strict=True) if cell]
        blocks += [_text(first), Padding(_facts(told), (0, 0, 0, GAP))]
    return Group(*blocks)
