"""Progress bars: on standard error, and on terminals only."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from bot.cli.terminal import TERMINAL


@contextmanager
def steps(what: str, total: float) -> Iterator[Callable[[float], None]]:
    """A function to be told of so many more steps that are done."""
    console = TERMINAL.err
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:>3.0f} %"))
    with Progress(*columns, TimeRemainingColumn(), console=console, disable=not console.is_terminal) as bar:
        task = bar.add_task(what, total=total or 1)
        yield lambda done: bar.advance(task, done)
