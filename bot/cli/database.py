"""`usagebot db …`: the history's tables, and copies of them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bot.cli.setup import settings
from bot.cli.terminal import TERMINAL

db = typer.Typer(help="The database with history and alerts.", no_args_is_help=True)


@db.command()
def upgrade() -> None:
    """Bring the database to the tables of this version; make it, where there is none."""
    from bot.history import migrate  # noqa: PLC0415 - Alembic is slow to import, and --help need not wait for it

    url = settings().database_url.get_secret_value()
    if not migrate.pending(url):
        TERMINAL.say("The database is up to date.")
        return
    migrate.upgrade(url)
    TERMINAL.say("The database was upgraded.")


@db.command()
def backup(
    target: Annotated[Path, typer.Argument(help="A file, or a folder, in which the file gets the time as its name.")],
    *,
    force: Annotated[bool, typer.Option("--force", help="Overwrite a file that exists.")] = False,
) -> None:
    """Copy an SQLite database while the bot runs, and check the copy. Of PostgreSQL it says how."""
    from bot.app.build import system_clock  # noqa: PLC0415 - as above
    from bot.history.backup import back_up  # noqa: PLC0415

    url = settings().database_url.get_secret_value()
    file = back_up(url, target, at=system_clock(), force=force)
    TERMINAL.say(f"The database was copied to {file} ({file.stat().st_size / 10**6:.1f} MB) and checked.")
