"""Progress bars: on standard error, and on terminals only."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from bot.cli.terminal import TERMINAL


@contextmanager
def steps(what: str, total: float | None) -> Iterator[Callable[[float], None]]:
    """A function to be told of so many more steps that are done; they are counted where `total` is not known."""
    console = TERMINAL.err
    done = "{task.completed:,.0f}" if total is None else "{task.percentage:>3.0f} %"
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn(done))
    with Progress(*columns, TimeRemainingColumn(), console=console, disable=not console.is_terminal) as bar:
        task = bar.add_task(what, total=total)
        yield lambda done: bar.advance(task, done)
