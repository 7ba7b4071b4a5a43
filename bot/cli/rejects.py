"""Rows that are not taken: the first on the terminal, all of them in a file."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from io import TextIOWrapper
from pathlib import Path

from bot.cli.terminal import TERMINAL
from bot.history.newfile import new_file
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
    told = Counter[str]()

    def tell(refused: Refused) -> None:
        told["rows"] += 1
        if told["rows"] <= SHOWN:
            place = f"{files[refused.file]}:{refused.line}"
            TERMINAL.complain([f"{place}: {refused.why}: {refused.detail}"])
        elif told["rows"] == SHOWN + 1:
            where = f"all of them are in {rejects}" if rejects else "--rejects FILE keeps all of them"
            TERMINAL.complain([f"… more rows are refused; {where}"])

    if rejects is None:
        yield tell
        return
    with new_file(rejects, force=force) as opened:
        text = TextIOWrapper(opened, "utf-8", newline="")
        writer = csv.writer(text)
        names = ("time_slot" if field == "time" and is_of_utc else field for field in RowText._fields)
        writer.writerow([*COLUMNS, *names])

        def keep(refused: Refused) -> None:
            tell(refused)
            place = (str(files[refused.file]), refused.line, refused.why, refused.detail)
            writer.writerow([*place, *map(_harmless, refused.row)])

        try:
            yield keep
        finally:
            text.detach()  # flushed, and not closed with it


def _harmless(cell: str) -> str:
    """No spreadsheet is to run what a file brings."""
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell


def counted(refused: Counter[Why]) -> list[str]:
    return [f"  {count} {why}" for why, count in refused.most_common()]
