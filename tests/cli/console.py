"""What a run of the console script left behind."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass

from rich.console import Console


@dataclass(frozen=True)
class Ran:
    """How a command ended, and what it printed."""

    code: int
    out: str
    err: str


def drawn_on(draw: Callable[[Console], None], *, terminal: bool = False, width: int = 100) -> str:
    """What is printed on a console of this width."""
    stream = io.StringIO()
    draw(Console(file=stream, width=width, force_terminal=terminal, highlight=False, _environ={"TERM": "xterm"}))
    return stream.getvalue()


Usagebot = Callable[..., Ran]
