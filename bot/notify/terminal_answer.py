"""A digest in a terminal, in a frame like an alert's. Whatever its text holds, it is drawn as text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.box import ROUNDED, SIMPLE_HEAD
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.panel import Panel
from rich.table import Table as Grid
from rich.text import Text

from bot.notify.terminal_chart import text_chart
from bot.service.answers.model import Answer, Table

FRAME = 6
"""Columns that the frame and the space inside it take."""
STYLE = "blue"


def answer_panel(answer: Answer, status: str, footer: str, width: int) -> Panel:
    """The whole answer with its chart."""
    return Panel(
        Group(*_parts(answer, width)),
        box=ROUNDED,
        border_style=STYLE,
        title=Text(f" {status} ", style=f"bold {STYLE}"),
        title_align="left",
        subtitle=Text(f" {footer} ", style="dim"),
        subtitle_align="left",
        padding=(1, 2),
        width=width,
    )


def _parts(answer: Answer, width: int) -> Iterator[RenderableType]:
    yield Text(answer.title, style="bold")
    yield from (Text(note) for note in answer.notes)
    if answer.facts:
        yield _below(_facts(answer.facts))
    chart = text_chart(answer.chart, width - FRAME) if answer.chart is not None else None
    if chart is not None:
        yield _below(chart)
    for table in answer.tables:
        yield _below(Text(table.title, style="bold"))
        yield _grid(table)
    if answer.freshness:
        yield _below(Text(answer.freshness, style="dim"))


def _below(part: RenderableType) -> Padding:
    return Padding(part, (1, 0, 0, 0))


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
