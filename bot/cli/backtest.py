"""`usagebot backtest`: what rules would have said of a past, before they wake anybody."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.check import rules_or_exit
from bot.cli.history import moment
from bot.cli.output import ClosedOutputError
from bot.cli.progress import steps
from bot.cli.setup import settings
from bot.cli.terminal import TERMINAL
from bot.domain.times import Slot, to_slot
from bot.rules.model import Configuration
from bot.settings import Settings

if TYPE_CHECKING:
    from bot.service.answers.backtest import Backtest

HELP = """What would these rules have said? Replays the stored history, or a file, as operation would have lived it.

A file is CSV or Parquet with the columns site,time_slot,in_bytes,out_bytes (UTC), and perhaps timezone and tags.
Nothing is sent, and nothing is written. docs/backtest.md says how to read the answer."""


class Format(StrEnum):
    """How it is printed."""

    TABLE = "table"
    JSONL = "jsonl"


def _format(text: str) -> Format:
    try:
        return Format(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is no format; use table or jsonl") from None


@dataclass(frozen=True, slots=True)
class Wanted:
    """The command's arguments. `history` is a file, or None for what is stored."""

    rules: Configuration
    against: Configuration | None
    start: Slot | None
    end: Slot | None
    history: Path | None
    form: Format


def backtest(
    rules: Annotated[Path | None, typer.Option("--rules", help="A folder or a file; RULES_PATH unless given.")] = None,
    *,
    against: Annotated[
        Path | None, typer.Option("--against", help="Older rules: show what is new, and what is no longer told.")
    ] = None,
    start: Annotated[
        datetime | None, typer.Option("--from", parser=moment, metavar="TIME", help="Show what came after; UTC.")
    ] = None,
    until: Annotated[
        datetime | None, typer.Option("--to", parser=moment, metavar="TIME", help="Judge up to then; UTC.")
    ] = None,
    history: Annotated[Path | None, typer.Option("--history", help="A file, instead of the stored history.")] = None,
    form: Annotated[
        Format,
        typer.Option("--format", parser=_format, metavar="[table|jsonl]", help="For people, or a transition a line."),
    ] = Format.TABLE,
) -> None:
    """The command; its help is `HELP`."""
    if start is not None and until is not None and start >= until:
        raise typer.BadParameter("--from must be before --to")
    from bot.cli.drawing import draw  # noqa: PLC0415 - slow to import, and --help need not wait for it
    from bot.service.answers.backtest import backtest_answer  # noqa: PLC0415 - as above

    loaded = settings()
    configuration = rules_or_exit(rules if rules is not None else loaded.rules_path)
    older = rules_or_exit(against) if against is not None else None
    wanted = Wanted(configuration, older, _slot(start), _slot(until), history, form)
    found = asyncio.run(_found(loaded, wanted))
    if form is Format.TABLE:
        draw(TERMINAL.out, backtest_answer(found))
    else:
        _print_lines(found)


async def _found(loaded: Settings, wanted: Wanted) -> Backtest:
    from bot.app.backtest import Asked, from_file, from_history, try_rules  # noqa: PLC0415 - slow to import

    with _share("reading") as tell:
        if wanted.history is not None:
            source = from_file(wanted.history, tell)
        else:
            source = await from_history(loaded, wanted.rules, wanted.end, tell)
    is_told = wanted.form is Format.TABLE
    with _share("replaying") as tell:
        return await try_rules(source, Asked(wanted.rules, wanted.against, wanted.start, wanted.end, is_told), tell)


@contextmanager
def _share(what: str) -> Iterator[Callable[[float], None]]:
    """A bar that is told the share that is done, 0 to 1."""
    with steps(what, 1) as advance:
        done = 0.0

        def tell(share: float) -> None:
            nonlocal done
            advance(max(0.0, share - done))
            done = max(done, share)

        yield tell


def _print_lines(found: Backtest) -> None:
    """Lines to standard output and nothing else; notes to standard error."""
    from bot.service.answers.backtest import lines_of  # noqa: PLC0415 - as above

    TERMINAL.complain(found.notes, style="dim")
    write = sys.stdout.write
    try:
        for line in lines_of(found):
            write(f"{line}\n")
        sys.stdout.flush()
    except BrokenPipeError:
        raise ClosedOutputError from None


def _slot(instant: datetime | None) -> Slot | None:
    return to_slot(instant) if instant is not None else None
