"""The frame that everything which is told in a terminal stands in."""

from __future__ import annotations

from collections.abc import Iterable

from rich.box import ROUNDED
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.panel import Panel
from rich.text import Text

FRAME = 6
"""Columns that the frame and the space inside it take."""


def framed(parts: Iterable[RenderableType], style: str, status: str, footer: str, width: int) -> Panel:
    """The parts below each other, the status above them in the frame's colour, and the footer beneath."""
    return Panel(
        Group(*parts),
        box=ROUNDED,
        border_style=style,
        title=Text(f" {status} ", style=f"bold {style}"),
        title_align="left",
        subtitle=Text(f" {footer} ", style="dim"),
        subtitle_align="left",
        padding=(1, 2),
        width=width,
    )


def below(part: RenderableType) -> Padding:
    """With a line of space before it."""
    return Padding(part, (1, 0, 0, 0))
