"""Where the history is: DATABASE_URL, read once, and the file behind it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from bot.history.errors import HistoryError

DRIVERS = {
    # backend: (driver that blocks, driver for asyncio)
    "sqlite": ("sqlite+pysqlite", "sqlite+aiosqlite"),
    "postgresql": ("postgresql+psycopg", "postgresql+psycopg"),
}
EXAMPLE = "write DATABASE_URL like sqlite:///usage.db or postgresql://user@host/usage"


@dataclass(frozen=True, slots=True)
class Address:
    """A parsed DATABASE_URL. `file` is None for PostgreSQL and for SQLite in memory."""

    url: URL
    file: Path | None

    @classmethod
    def parse(cls, text: str) -> Address:
        """Raises HistoryError, without the text (it may hold a password), where it is no address of ours."""
        try:
            url = make_url(text)
        except ArgumentError:
            raise HistoryError("DATABASE_URL is not a database address", EXAMPLE) from None
        backend = {"postgres": "postgresql"}.get(url.get_backend_name(), url.get_backend_name())
        if backend not in DRIVERS:
            raise HistoryError(f"DATABASE_URL names {backend!r}, which usagebot cannot use", EXAMPLE)
        if backend == "sqlite" and (url.host or url.username or url.password or url.port):
            raise HistoryError("DATABASE_URL names a host, and SQLite has none (a slash too few?)", EXAMPLE)
        if backend == "postgresql" and find_spec("psycopg") is None:
            raise HistoryError("this installation has no driver for PostgreSQL", "use DATABASE_URL=sqlite:///usage.db")
        in_memory = url.database in {None, "", ":memory:"}
        file = Path(url.database or "") if backend == "sqlite" and not in_memory else None
        return cls(url.set(drivername=backend), file)

    @property
    def is_sqlite(self) -> bool:
        return self.url.drivername == "sqlite"

    @property
    def in_memory(self) -> bool:
        return self.is_sqlite and self.file is None

    @property
    def blocking(self) -> URL:
        return self.url.set(drivername=DRIVERS[self.url.drivername][0])

    @property
    def asynchronous(self) -> URL:
        return self.url.set(drivername=DRIVERS[self.url.drivername][1])

    def prepare(self) -> None:
        """Make the file, readable by its owner alone: it holds names of sites. Raises HistoryError."""
        if self.file is None:
            return
        if not self.file.parent.is_dir():
            raise HistoryError(f"the folder {self.file.parent} does not exist", "make it, or change DATABASE_URL")
        try:
            os.close(os.open(self.file, os.O_CREAT | os.O_RDWR, 0o600))
        except OSError as error:
            why = f"the history {self.file} cannot be opened ({error.strerror})"
            raise HistoryError(why, "check that this user may read and write the file and its folder") from error


def missing_file(text: str) -> Path | None:
    """The file of a DATABASE_URL, where it has one that does not exist. Raises HistoryError as `Address.parse` does."""
    file = Address.parse(text).file
    return file if file is not None and not file.exists() else None
