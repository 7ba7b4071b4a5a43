"""How the store is, without touching it: nothing is made, migrated, locked for writing or written."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from enum import Enum
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import Connection, Engine, NullPool, create_engine
from sqlalchemy.exc import DBAPIError

from bot.domain.times import Slot
from bot.history.address import Address
from bot.history.diagnosis import diagnose
from bot.history.errors import HistoryError
from bot.history.migrate import behind

Ticks = Callable[[], float]
INSTRUCTIONS = 10_000
"""Steps of SQLite's machine between two looks at the clock."""
CONNECT_SECONDS = 5


class Schema(Enum):
    CURRENT = "current"
    OLDER = "older"
    """Older than this code, or not there at all."""
    NEWER = "newer"


class Check(Enum):
    """How SQLite's own check of its file ended."""

    SOUND = "sound"
    DAMAGED = "damaged"
    UNFINISHED = "unfinished"
    NOT_MADE = "not made"


@dataclass(frozen=True, slots=True)
class Told:
    """Since when something is wrong with the bot, and what was said of it: the headline, then the rest."""

    since: Slot
    note: str


@dataclass(frozen=True, slots=True)
class Vitals:
    """The store as it was found. `file` is None for PostgreSQL; `size` is bytes, with SQLite's log beside the file.

    `exists` is False of an SQLite file that nobody has made yet; then nothing else is known but `is_writable`.
    Of a damaged file the schema is not known either. `looked_at` is when a running bot last looked at itself, and
    `troubles` what its operators were told and is not over.
    `version` is SQLite's or the server's. `is_writable` is what rights and server say; nothing is tried.
    """

    file: Path | None
    exists: bool = True
    schema: Schema = Schema.CURRENT
    size: int = 0
    version: str = ""
    is_writable: bool = True
    check: Check = Check.NOT_MADE
    sites: int = 0
    looked_at: Slot | None = None
    troubles: tuple[Told, ...] = ()


def examine(url: str, *, check_for: float, ticks: Ticks = time.monotonic) -> Vitals:
    """Look at the store; SQLite's check of its file is given up after `check_for` seconds.

    Blocks: from a coroutine, call it in a thread. Raises HistoryError where it cannot be opened.
    """
    address = Address.parse(url)
    if address.is_sqlite:
        return _sqlite(address, check_for, ticks)
    with _connected(_postgres(address)) as connection:
        return _with_schema(_server(connection), connection)


def _sqlite(address: Address, check_for: float, ticks: Ticks) -> Vitals:
    if address.file is None:
        return Vitals(None, exists=False, version=sqlite3.sqlite_version)
    file = address.file
    found = Vitals(file, file.exists(), version=sqlite3.sqlite_version, is_writable=_may_write(file))
    if not found.exists:
        return found
    size = sum(_size(Path(f"{file}{suffix}")) for suffix in ("", "-wal"))
    with _connected(_read_only(file)) as connection:
        found = replace(found, size=size, check=_checked(connection, check_for, ticks))
        return found if found.check is Check.DAMAGED else _with_schema(found, connection)


def _read_only(file: Path) -> Engine:
    """An engine that cannot write. Where no log is beside the file nobody has it open, and no lock is taken either:
    a reader of a file in WAL mode would make a log and take it away again."""
    mode = "mode=ro" if Path(f"{file}-wal").exists() else "mode=ro&immutable=1"
    name = f"file:{quote(str(file.absolute()))}?{mode}"
    return create_engine(
        "sqlite+pysqlite://", creator=lambda: sqlite3.connect(name, uri=True, timeout=2), poolclass=NullPool
    )


def _postgres(address: Address) -> Engine:
    arguments: dict[str, Any] = {"connect_timeout": CONNECT_SECONDS, "options": "-c default_transaction_read_only=on"}
    return create_engine(address.blocking, connect_args=arguments, poolclass=NullPool, hide_parameters=True)


def _server(connection: Connection) -> Vitals:
    query = """
    SELECT current_setting('server_version'), pg_database_size(current_database()), pg_is_in_recovery(),
           has_database_privilege(current_database(), 'CONNECT'),
           to_regclass('buckets') IS NULL OR has_table_privilege(to_regclass('buckets'), 'INSERT')
    """
    version, size, is_standby, may_connect, may_write = connection.exec_driver_sql(query).one()
    return Vitals(None, version=version, size=size, is_writable=bool(may_connect and may_write and not is_standby))


def _with_schema(found: Vitals, connection: Connection) -> Vitals:
    try:
        schema = Schema.OLDER if behind(connection) else Schema.CURRENT
    except HistoryError:
        schema = Schema.NEWER
    found = replace(found, schema=schema)
    return _with_contents(found, connection) if schema is Schema.CURRENT else found


def _with_contents(found: Vitals, connection: Connection) -> Vitals:
    sites = int(connection.exec_driver_sql("SELECT count(*) FROM sites").scalar_one())
    looked_at = connection.exec_driver_sql("SELECT max(at) FROM pulse").scalar_one()
    told = connection.exec_driver_sql(
        "SELECT fired_at, note FROM alerts WHERE kind = 'self' AND state = 'firing' ORDER BY fired_at, id"
    )
    return replace(found, sites=sites, looked_at=looked_at, troubles=tuple(Told(*row) for row in told))


def _checked(connection: Connection, seconds: float, ticks: Ticks) -> Check:
    driver: Any = connection.connection.driver_connection
    end = ticks() + seconds
    driver.set_progress_handler(lambda: ticks() > end, INSTRUCTIONS)
    try:
        rows = driver.execute("PRAGMA quick_check(1)").fetchall()
    except sqlite3.OperationalError as error:
        return Check.UNFINISHED if "interrupted" in str(error) else Check.DAMAGED
    except sqlite3.DatabaseError as error:
        if "not a database" in str(error):
            raise
        return Check.DAMAGED
    finally:
        driver.set_progress_handler(None, 0)
    return Check.SOUND if rows == [("ok",)] else Check.DAMAGED


def _may_write(file: Path) -> bool:
    """SQLite writes beside the file too."""
    return os.access(file.parent, os.W_OK) and (not file.exists() or os.access(file, os.W_OK))


def _size(file: Path) -> int:
    with suppress(OSError):
        return file.stat().st_size
    return 0


@contextmanager
def _connected(engine: Engine) -> Iterator[Connection]:
    try:
        with engine.connect() as connection:
            yield connection
    except (DBAPIError, sqlite3.Error) as error:
        raise diagnose(error) or error from error
    finally:
        engine.dispose()
