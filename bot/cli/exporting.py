"""`usagebot history export`: stored usage to a file."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from bot.app.past import opened
from bot.cli.choosing import chosen
from bot.cli.exits import Exit
from bot.cli.progress import steps
from bot.cli.terminal import TERMINAL
from bot.domain.times import Slot
from bot.history.files.formats import Format
from bot.history.files.writing import row_writer
from bot.history.newfile import new_file
from bot.history.unusable import UnusableFileError
from bot.rules.model import Configuration
from bot.service.answers.phrases import count as number_of
from bot.service.export_history import export_history, span_of
from bot.service.ports import Resolution
from bot.settings import Settings

STDOUT = Path("-")


@dataclass(frozen=True, slots=True)
class Asked:
    """The command's arguments."""

    file: Path
    sites: Sequence[str]
    start: Slot | None
    until: Slot | None
    resolution: Resolution
    form: Format | None
    force: bool


async def export_file(settings: Settings, configuration: Configuration, asked: Asked) -> Exit:
    """Raises HistoryError, UnusableFileError."""
    form, count = _format(asked), 0
    async with opened(settings, configuration) as at:
        sites = chosen(at.fleet, asked.sites)
        window = await span_of(at.history, asked.resolution, (asked.start, asked.until))
        is_gzip = asked.file.suffix.lower() == ".gz"
        with _target(asked, form) as target, row_writer(target, form, asked.resolution, is_gzip=is_gzip) as writer:
            if window is not None:
                with steps("writing", window.end - window.start) as tell:
                    before = window.start
                    parts = export_history(
                        at.history, sites, window, asked.resolution, at.fleet.bucket, is_all=not asked.sites
                    )
                    async for rows, until in parts:
                        writer.write(rows)
                        count += len(rows)
                        tell(until - before)
                        before = until
    if asked.file != STDOUT:
        TERMINAL.say(f"Wrote {number_of(count, 'row')} to {asked.file}.")
    return Exit.OK


def _format(asked: Asked) -> Format:
    form = asked.form or (Format.CSV if asked.file == STDOUT else Format.of(asked.file))
    if form is None:
        why = "its name does not say what it is to be"
        raise UnusableFileError(asked.file, why, "Let it end in .csv, .csv.gz or .parquet, or say --format")
    return form


@contextmanager
def _target(asked: Asked, form: Format) -> Iterator[BinaryIO]:
    if asked.file != STDOUT:
        with new_file(asked.file, force=asked.force) as opened_file:
            yield opened_file
        return
    if form is Format.PARQUET and sys.stdout.isatty():
        raise UnusableFileError("-", "Parquet is not for terminals", "Name a file, or pipe it on")
    yield sys.stdout.buffer
    sys.stdout.buffer.flush()
