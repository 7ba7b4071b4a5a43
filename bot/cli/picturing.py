"""An answer's chart, written to a file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bot.cli.exits import Exit
from bot.cli.terminal import TERMINAL, visible
from bot.service.answers import Answer

PNG = ".png"


def picture_file(text: str) -> Path:
    """Where a picture is to go, by its name a PNG. Before anything is asked: a mistake need not wait for an answer."""
    file = Path(text)
    if file.suffix.lower() != PNG:
        raise typer.BadParameter(f"{visible(text)!r} is no name for a picture; let it end in {PNG}")
    return file


ChartOption = Annotated[
    Path | None,
    typer.Option(
        "--chart", parser=picture_file, metavar="FILE.png", help="Write the answer's chart as well, over an older one."
    ),
]


def write_chart(answer: Answer, file: Path) -> None:
    """Exits with 1 where the answer has no chart. Raises UnusableFileError."""
    if answer.chart is None:
        TERMINAL.complain(
            ["this answer has no chart: nothing is known of what it is about, or there is nothing to draw"]
        )
        raise typer.Exit(Exit.NO)
    from bot.history.newfile import new_file  # noqa: PLC0415 - as below
    from bot.notify.charts.library import keep_to_a_temporary_folder  # noqa: PLC0415 - as below
    from bot.notify.charts.painter import paint  # noqa: PLC0415 - drawing is slow to load, and most answers need none

    with new_file(file, force=True) as opened:
        keep_to_a_temporary_folder()
        opened.write(paint(answer.chart).png)
    TERMINAL.complain([f"wrote {file}"], style="dim")
