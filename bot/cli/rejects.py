"""Rows that are not taken: the first on the terminal, all of them in a file."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import TextIOWrapper
from pathlib import Path

from bot.cli.terminal import TERMINAL
from bot.history.newfile import new_file
from bot.service.answers.phrases import count
from bot.service.import_rows import Refused, RowText, Why

SHOWN = 20
COLUMNS = ("file", "line", "why", "detail")


@contextmanager
def refusals(
    files: Sequence[Path], rejects: Path | None, *, is_of_utc: bool, force: bool
) -> Iterator[Callable[[Refused], None]]:
    """A function to be told of each refused row. `rejects` can be imported again when what is wrong was mended.

    `is_of_utc`: all files are of the form whose times are of UTC, so `rejects` may be too.
    """
    told = _Told(files)
    if rejects is None:
        yield told.tell
        told.end("--rejects FILE keeps all of them")
        return
    with new_file(rejects, force=force) as opened:
        text = TextIOWrapper(opened, "utf-8", newline="")
        writer = csv.writer(text)
        names = ("time_slot" if field == "time" and is_of_utc else field for field in RowText._fields)
        writer.writerow([*COLUMNS, *names])

        def keep(refused: Refused) -> None:
            told.tell(refused)
            place = (str(files[refused.file]), refused.line, refused.why, refused.detail)
            writer.writerow([*place, *map(_harmless, refused.row)])

        try:
            yield keep
        finally:
            text.detach()  # flushed, and not closed with it
    told.end(f"all of them are in {rejects}")


@dataclass
class _Told:
    """The first refused rows on the terminal, of each unknown site one, and how many others there are."""

    files: Sequence[Path]
    sites: set[str] = field(default_factory=set)
    shown: int = 0
    others: int = 0

    def tell(self, refused: Refused) -> None:
        if self.shown >= SHOWN or refused.detail in self.sites:
            self.others += 1
            return
        self.shown += 1
        if refused.why is Why.SITE:
            self.sites.add(refused.detail)
        place = f"{self.files[refused.file]}:{refused.line}"
        TERMINAL.complain([f"{place}: {refused.why}: {refused.detail}"])

    def end(self, where: str) -> None:
        if self.others:
            TERMINAL.complain([f"… and {count(self.others, 'more row')}; {where}"])


def _harmless(cell: str) -> str:
    """No spreadsheet is to run what a file brings."""
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell


def counted(refused: Counter[Why]) -> list[str]:
    return [f"  {rows:,} {why}" for why, rows in refused.most_common()]
