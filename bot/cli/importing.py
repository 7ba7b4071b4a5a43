"""`usagebot history import`: files in, counts out."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.app.build import system_clock
from bot.app.options import pull_options, retention_options
from bot.app.past import opened
from bot.cli.exits import Exit
from bot.cli.progress import steps
from bot.cli.rejects import counted, refusals
from bot.cli.terminal import TERMINAL
from bot.domain.times import to_slot
from bot.history.files.form import FileForm, form_of
from bot.history.files.reading import read_rows
from bot.history.files.staging import staging
from bot.rules.model import Configuration
from bot.service.answers.phrases import count as number_of
from bot.service.import_history import Imported, ImportHistory, ImportOptions
from bot.service.import_rows import Grid
from bot.service.past import OnConflict, edges_of
from bot.service.ports import Stage
from bot.service.site_names import SiteNames
from bot.settings import Settings

UTC = ZoneInfo("UTC")


@dataclass(frozen=True, slots=True)
class Asked:
    """The command's arguments."""

    files: tuple[Path, ...]
    timezone: ZoneInfo | None
    on_conflict: OnConflict
    strict: bool
    dry_run: bool
    create_sites: bool
    rejects: Path | None
    force: bool


async def import_files(settings: Settings, configuration: Configuration, asked: Asked) -> Exit:
    """Import, say what came of it, and how to exit. Raises HistoryError, UnusableFileError."""
    keep, bucket = retention_options(settings), pull_options(settings).bucket
    now, options = to_slot(system_clock()), ImportOptions(bucket, keep, asked.on_conflict)
    async with opened(settings, configuration) as at:
        forms = [form_of(file, bucket) for file in asked.files]
        grids = [_grid(Grid(bucket, now, edges_of(keep, now), asked.timezone), form) for form in forms]
        is_of_utc = asked.timezone is None and all(form.is_of_utc for form in forms)
        with (
            refusals(asked.files, asked.rejects, is_of_utc=is_of_utc, force=asked.force) as refuse,
            staging() as stage,
        ):
            names = SiteNames(at.fleet, asked.create_sites)
            work = ImportHistory(at.history, names, system_clock, asyncio.sleep, options, refuse)
            await _read(work, stage, asked.files, grids)
            if not asked.dry_run and not (asked.strict and work.done.refused):
                await _write(work, stage)
            _summarise(work.done, len(stage), asked)
            _say_how_read(work.done, forms, asked)
    return Exit.NO if work.done.refused else Exit.OK


def _grid(grid: Grid, form: FileForm) -> Grid:
    zone = UTC if grid.zone is None and form.is_of_utc else grid.zone
    return replace(grid, zone=zone, length=form.length)


async def _read(work: ImportHistory, stage: Stage, files: tuple[Path, ...], grids: Sequence[Grid]) -> None:
    with steps("reading", None) as tell:
        for number, (file, grid) in enumerate(zip(files, grids, strict=True)):
            await work.stage(stage, number, read_rows(file, number), grid, tell)
        work.compare(stage)


async def _write(work: ImportHistory, stage: Stage) -> None:
    try:
        with steps("writing", len(stage)) as tell:
            await work.write(stage, tell)
    except asyncio.CancelledError:
        TERMINAL.complain(["Stopped. Run it again to finish: what was written is kept."], style="yellow")
        raise


def _say_how_read(done: Imported, forms: Sequence[FileForm], asked: Asked) -> None:
    """What the files left open, and was concluded."""
    if done.has_placed and asked.timezone is None:
        TERMINAL.say("Times without a zone were read as UTC; --timezone ZONE reads them as of another.")
    for minutes in sorted({form.length // 60 for form in forms if form.length is not None}):
        why = "as they are that far apart; a column `minutes` says otherwise"
        TERMINAL.say(f"Rows are taken as {minutes} minutes long, {why}.")


def _summarise(done: Imported, staged: int, asked: Asked) -> None:
    told = TERMINAL.say
    if not done.is_written:
        why = "dry run" if asked.dry_run else "--strict"
        told(f"Nothing was written ({why}): {staged:,} rows could be taken, {done.refused.total():,} are refused.")
    else:
        words = (
            ("new", "new"),
            ("same", "already there"),
            ("filled", "fuller than stored"),
            ("replaced", "replaced"),
            ("kept", "kept as stored"),
        )
        counts = ", ".join(
            f"{done.rows[key]:,} {text}" for key, text in words if done.rows[key] or key in {"new", "same"}
        )
        told(f"{counts}, {done.refused.total():,} refused; {number_of(len(done.sites), 'site')}.")
        if done.rows["kept"]:
            told("What the files say otherwise was not taken; --on-conflict replace takes it.")
        if done.created:
            told(f"Made: {number_of(done.created, 'site')}.")
    if done.rows["repeated"]:
        told(f"Said again by another row: {number_of(done.rows['repeated'], 'row')}.")
    for line in counted(done.refused):
        told(line)
