"""`usagebot history …`: usage of long ago, in and out."""

from __future__ import annotations

import asyncio
from datetime import datetime
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from bot.cli.check import rules_or_exit
from bot.cli.setup import settings
from bot.domain.times import Slot, to_slot
from bot.history.files.formats import Format
from bot.rules.model import Configuration
from bot.rules.problems import did_you_mean
from bot.rules.values import find_zone, zone_names
from bot.service.past import OnConflict
from bot.service.ports import Resolution
from bot.settings import Settings

history = typer.Typer(help="Usage of long ago: from files, to files, from the API.", no_args_is_help=True)

SiteOption = Annotated[
    list[str] | None,
    typer.Option("--site", metavar="SITE", help="Only this site: its name or UUID. Several times for several."),
]
ForceOption = Annotated[bool, typer.Option("--force", help="Overwrite a file that exists.")]


def moment(text: str) -> datetime:
    """An option's time: a date is its midnight, and without an offset it is of UTC."""
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is no date; write it like 2026-06-01 or 2026-06-01T08:00+02:00") from None
    return instant if instant.tzinfo is not None else instant.replace(tzinfo=ZoneInfo("UTC"))


def zone(text: str) -> ZoneInfo:
    found = find_zone(text)
    if found is None:
        meant = did_you_mean(text, zone_names())
        hint = f"; did you mean {meant}?" if meant else ""
        raise typer.BadParameter(f"{text!r} is not an IANA time zone, like Africa/Johannesburg{hint}")
    return found


def _check(start: datetime | None, until: datetime | None) -> None:
    if start is not None and until is not None and start >= until:
        raise typer.BadParameter("it is not before --until", param_hint="--from")


def _set_up() -> tuple[Settings, Configuration]:
    loaded = settings()
    return loaded, rules_or_exit(loaded.rules_path)


@history.command(name="import")
def import_(  # noqa: PLR0913 - a command's options
    files: Annotated[
        list[Path],
        typer.Argument(metavar="FILE...", help="CSV (also .gz) or Parquet; docs/operations.md has the format."),
    ],
    *,
    timezone: Annotated[
        ZoneInfo | None, typer.Option(parser=zone, metavar="ZONE", help="Zone of times that name none.")
    ] = None,
    on_conflict: Annotated[
        OnConflict, typer.Option(help="What becomes of rows that say otherwise than what is stored.")
    ] = OnConflict.KEEP,
    strict: Annotated[bool, typer.Option("--strict", help="Write nothing if any row is refused.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only read the files, and say what is wrong.")] = False,
    create_sites: Annotated[
        bool, typer.Option("--create-sites", help="Make sites whose UUID is not known yet.")
    ] = False,
    rejects: Annotated[Path | None, typer.Option(help="Write the refused rows to this CSV file.")] = None,
    force: ForceOption = False,
) -> None:
    """Take usage from files. Doing it again changes nothing; a running bot is not disturbed, and nobody is told of
    periods that are over. Exit 1 if rows were refused; the others are kept."""
    from bot.cli.importing import Asked, import_files  # noqa: PLC0415 - pyarrow is slow to import

    loaded, configuration = _set_up()
    asked = Asked(tuple(files), timezone, on_conflict, strict, dry_run, create_sites, rejects, force)
    raise typer.Exit(asyncio.run(import_files(loaded, configuration, asked)))


@history.command()
def export(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="Where to: .csv, .csv.gz or .parquet; - is standard output.")
    ],
    *,
    site: SiteOption = None,
    start: Annotated[
        datetime | None, typer.Option("--from", parser=moment, metavar="TIME", help="Only from then on; UTC.")
    ] = None,
    until: Annotated[
        datetime | None, typer.Option("--until", parser=moment, metavar="TIME", help="Only before then; UTC.")
    ] = None,
    resolution: Annotated[
        Resolution, typer.Option(help="Single buckets, or sums of hours or of UTC days.")
    ] = Resolution.RAW,
    form: Annotated[Format | None, typer.Option("--format", help="Whatever the file's name.")] = None,
    force: ForceOption = False,
) -> None:
    """Write stored usage to a file that `history import` reads."""
    from bot.cli.exporting import Asked, export_file  # noqa: PLC0415 - pyarrow is slow to import

    _check(start, until)
    loaded, configuration = _set_up()
    asked = Asked(file, tuple(site or ()), _slot(start), _slot(until), resolution, form, force)
    raise typer.Exit(asyncio.run(export_file(loaded, configuration, asked)))


@history.command()
def backfill(
    start: Annotated[datetime, typer.Option("--from", parser=moment, metavar="TIME", help="From when; UTC.")],
    *,
    until: Annotated[
        datetime | None, typer.Option("--until", parser=moment, metavar="TIME", help="Only before then; UTC.")
    ] = None,
    site: SiteOption = None,
    requests_per_minute: Annotated[
        int | None,
        typer.Option(
            min=1,
            metavar="NUMBER",
            help="Of each token. Unless given: a quarter of the budget while a bot runs, else all.",
        ),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say how many requests it takes.")] = False,
) -> None:
    """Ask the API for usage that is missing, newest first. It can be stopped, and goes on when it is run again."""
    from bot.cli.backfilling import Asked, backfill_history  # noqa: PLC0415 - the API's client is slow to import

    _check(start, until)
    loaded, configuration = _set_up()
    begin = _slot(start)
    assert begin is not None  # noqa: S101 - it is required
    asked = Asked(begin, _slot(until), tuple(site or ()), requests_per_minute, dry_run)
    raise typer.Exit(asyncio.run(backfill_history(loaded, configuration, asked)))


def _slot(instant: datetime | None) -> Slot | None:
    return to_slot(instant) if instant is not None else None
