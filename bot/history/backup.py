"""Copies of the history that can be restored: of SQLite by its own means, of PostgreSQL by pg_dump."""

from __future__ import annotations

import shlex
import sqlite3
from contextlib import closing
from datetime import datetime
from pathlib import Path

from bot.history.address import Address
from bot.history.diagnosis import diagnose
from bot.history.engine import BUSY_SECONDS
from bot.history.errors import HistoryError
from bot.history.newfile import new_path
from bot.history.unusable import UnusableFileError


def back_up(url: str, target: Path, *, at: datetime, force: bool) -> Path:
    """Copy an SQLite history, as it is at one moment, into `target` (or into a new file in it, if it is a folder).

    The bot may run meanwhile, and is not held up. The copy is one file, checked, and readable by its owner alone.
    Blocks. Raises HistoryError, also for a history that is no SQLite file, and UnusableFileError.
    """
    address = Address.parse(url)
    if address.file is None:
        raise HistoryError("this history is no SQLite file", f"back it up by: {dump_command(address, target)}")
    if not address.file.exists():
        raise HistoryError(f"there is no history at {address.file}", "check DATABASE_URL")
    file = target / f"usage-{at:%Y%m%dT%H%M%SZ}.db" if target.is_dir() else target
    if file.exists() and file.samefile(address.file):
        raise UnusableFileError(file, "this is the history itself", "Choose another name")
    try:
        with new_path(file, force=force) as part:
            _copy(address.file, part)
            _check(part)
    except sqlite3.Error as error:
        raise diagnose(error) or error from error
    return file


def dump_command(address: Address, target: Path) -> str:
    """What to type for a history in PostgreSQL. It holds no password: pg_dump asks, or reads ~/.pgpass."""
    if address.is_sqlite:
        return "nothing: it is in memory"
    from psycopg.conninfo import make_conninfo  # noqa: PLC0415 - for PostgreSQL alone

    url = address.url
    where = {"host": url.host, "port": url.port, "user": url.username, "dbname": url.database}
    options = {name: value for name, value in url.query.items() if "password" not in name}
    conninfo = make_conninfo("", **{name: str(value) for name, value in {**where, **options}.items() if value})
    file = target / "usage.dump" if target.is_dir() else target
    return shlex.join(["pg_dump", "--format=custom", f"--file={file}", f"--dbname={conninfo}"])


def _copy(source: Path, part: Path) -> None:
    """All in one step, which is one snapshot: step by step, each write of the bot would begin it anew."""
    with (
        closing(sqlite3.connect(f"{source.absolute().as_uri()}?mode=rw", uri=True, timeout=BUSY_SECONDS)) as live,
        closing(sqlite3.connect(part)) as copy,
    ):
        live.backup(copy, pages=-1)
        copy.execute("PRAGMA journal_mode = DELETE")  # one file, with nothing beside it that could be forgotten


def _check(part: Path) -> None:
    with closing(sqlite3.connect(part)) as copy:
        [(verdict,), *_] = copy.execute("PRAGMA integrity_check(1)").fetchall()
        tables = {name for (name,) in copy.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    if verdict != "ok":
        raise HistoryError(f"the history is damaged: {verdict}", "restore the last good backup")
    if "alembic_version" not in tables:
        raise HistoryError("this is not a usagebot database", "check DATABASE_URL")
