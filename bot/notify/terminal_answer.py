"""A digest in a terminal, in a frame like an alert's. Whatever its text holds, it is drawn as text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.box import SIMPLE_HEAD
from rich.console import RenderableType
from rich.panel import Panel
from rich.table import Table as Grid
from rich.text import Text

from bot.notify.frames import FRAME, below, framed
from bot.notify.terminal_chart import text_chart
from bot.service.answers.model import Answer, Table

STYLE = "blue"


def answer_panel(answer: Answer, status: str, footer: str, width: int) -> Panel:
    """The whole answer with its chart."""
    return framed(_parts(answer, width), STYLE, status, footer, width)


def _parts(answer: Answer, width: int) -> Iterator[RenderableType]:
    yield Text(answer.title, style="bold")
    yield from (Text(note) for note in answer.notes)
    if answer.facts:
        yield below(_facts(answer.facts))
    chart = text_chart(answer.chart, width - FRAME) if answer.chart is not None else None
    if chart is not None:
        yield below(chart)
    for table in answer.tables:
        yield below(Text(table.title, style="bold"))
        yield _grid(table)
    if answer.freshness:
        yield below(Text(answer.freshness, style="dim"))


def _facts(facts: Sequence[tuple[str, str]]) -> Grid:
    grid = Grid.grid(padding=(0, 3, 0, 0))
    grid.add_column(style="dim", no_wrap=True)
    grid.add_column(ratio=1)
    for label, value in facts:
        grid.add_row(Text(label), Text(value))
    return grid


def _grid(table: Table) -> Grid:
    """Cells are folded where the frame is narrow, and none is cut."""
    grid = Grid(box=SIMPLE_HEAD, pad_edge=False, header_style="dim")
    for column in table.columns:
        grid.add_column(Text(column), overflow="fold")
    for row in table.rows:
        grid.add_row(*map(Text, row))
    return grid
