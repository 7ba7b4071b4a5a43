"""Where the history is: DATABASE_URL, read once, and the file behind it."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from bot.history.errors import HistoryError

KINDS = {
    # what DATABASE_URL may begin with: the database
    "sqlite": "sqlite",
    "postgresql": "postgresql",
    "postgres": "postgresql",
    "postgresql+psycopg": "postgresql",
}
DRIVERS = {
    # database: (driver that blocks, driver for asyncio)
    "sqlite": ("sqlite+pysqlite", "sqlite+aiosqlite"),
    "postgresql": ("postgresql+psycopg", "postgresql+psycopg"),
}
EXAMPLE = "write DATABASE_URL like sqlite:///usage.db or postgresql://user:password@host/usage"
ENCODE = "write / ? # of a password as %2F %3F %23, and % as %25"


@dataclass(frozen=True, slots=True)
class Address:
    """A parsed DATABASE_URL. `file` is None for PostgreSQL and for SQLite in memory."""

    url: URL
    file: Path | None

    @classmethod
    def parse(cls, text: str) -> Address:
        """Raises HistoryError, without the text (it may hold a password), where it is no address of ours."""
        scheme, separator, _ = text.partition("://")
        if not separator:
            raise HistoryError("DATABASE_URL is not a database address", EXAMPLE)
        if scheme not in KINDS:  # which is not quoted: it may be a part of a password
            raise HistoryError("DATABASE_URL names a kind of database that usagebot cannot use", EXAMPLE)
        return _postgresql(text) if KINDS[scheme] == "postgresql" else _sqlite(text)

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


def _sqlite(text: str) -> Address:
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        raise HistoryError("DATABASE_URL is not a database address", EXAMPLE) from None
    if url.host or url.username or url.password or url.port:
        raise HistoryError("DATABASE_URL names a host, and SQLite has none (a slash too few?)", EXAMPLE)
    in_memory = url.database in {None, "", ":memory:"}
    return Address(url, None if in_memory else Path(url.database or ""))


def _postgresql(text: str) -> Address:
    """Passwords may hold @ and : as they are, which SQLAlchemy's own reading of addresses refuses."""
    try:
        parts = urlsplit(text)
        port = parts.port
        query = make_url(f"postgresql:///?{parts.query}").query
    except (ArgumentError, ValueError):
        raise HistoryError("the host, port or options of DATABASE_URL cannot be read", ENCODE) from None
    if "@" in parts.path or parts.fragment:
        raise HistoryError("DATABASE_URL holds a character that ends its password too early", ENCODE)
    _refuse_unknown(query)
    user, password = (None if name is None else unquote(name) for name in (parts.username, parts.password))
    database = unquote(parts.path.removeprefix("/")) or None
    return Address(URL.create("postgresql", user, password, parts.hostname, port, database, query), None)


def _refuse_unknown(options: Iterable[str]) -> None:
    from psycopg.pq import Conninfo  # noqa: PLC0415 - slow to import, and SQLite needs none of it

    known = {option.keyword.decode() for option in Conninfo.get_defaults()}
    for option in options:
        if option not in known:
            why = f"DATABASE_URL has an option that PostgreSQL does not know: {option[:30]!r}"
            raise HistoryError(why, "leave it out; sslmode=require and connect_timeout=5 are two that it knows")


def missing_file(text: str) -> Path | None:
    """The file of a DATABASE_URL, where it has one that does not exist. Raises HistoryError as `Address.parse` does."""
    file = Address.parse(text).file
    return file if file is not None and not file.exists() else None
