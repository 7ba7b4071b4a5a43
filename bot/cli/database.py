"""`usagebot db …`: the history's tables."""

from __future__ import annotations

import typer

from bot.cli.setup import settings
from bot.cli.terminal import TERMINAL

db = typer.Typer(help="The database with history and alerts.", no_args_is_help=True)


@db.callback()
def _group() -> None:
    """Keep `upgrade` a word of its own, although it is the only one."""


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
