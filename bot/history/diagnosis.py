"""What drivers' errors say of the store, and what to do about it."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Sequence

from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, ProgrammingError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from bot.history.errors import HistoryError

LOCKED = "another program holds the history"

Sign = tuple[str, str, str]
"""What to look for, why, and the remedy. In a list of them the first that fits counts."""

UPGRADE = "run `usagebot db upgrade`"
CORRUPT = "the history is damaged or is not a usagebot database"
RESTORE = "check DATABASE_URL, or restore a backup"
NO_TABLES = "the history has no tables, or not all of them"
OLDER = "the history is older than this usagebot"
CREDENTIALS = ("the database refuses the credentials", "check the user and password of DATABASE_URL")
UNREACHABLE = ("the database cannot be reached", "check host and port of DATABASE_URL, and that the server runs")
TOO_MANY = ("the database has no connection left", "raise its max_connections, or run fewer replicas")
NO_DATABASE = ("the database does not exist", "create it, or check the name at the end of DATABASE_URL")
STANDBY = ("the database is read-only", "name the primary server in DATABASE_URL, not a standby")
BUSY = "the database is starting or stopping"
BY_ITSELF = "nothing was written; a running usagebot tries again by itself"

WORDS_OF_SQLITE: Sequence[Sign] = (
    ("locked", LOCKED, "stop the other usagebot, or use PostgreSQL for several replicas"),
    ("not a database", CORRUPT, RESTORE),
    ("malformed", CORRUPT, RESTORE),
    ("unable to open", "the history cannot be opened", "check that this user may read and write the file and folder"),
    ("readonly", "the history cannot be written", "check that this user may write the file and its folder"),
    ("disk is full", "the disk is full", "make room; nothing that was committed is lost"),
    ("disk i/o", "the disk failed to read or write the history", "check the disk, then restore a backup if need be"),
    ("no such table", NO_TABLES, UPGRADE),
    ("no such column", OLDER, UPGRADE),
)
STATES_OF_POSTGRESQL: Sequence[Sign] = (
    # SQLSTATE, or the beginning of several: https://www.postgresql.org/docs/current/errcodes-appendix.html
    ("0A000", *STANDBY),  # what a standby says to a transaction that wants to write from its beginning
    ("25006", *STANDBY),
    ("25P03", "a transaction stood still and the database ended it", BY_ITSELF),
    ("28", *CREDENTIALS),
    ("3D000", *NO_DATABASE),
    ("3F000", NO_TABLES, UPGRADE),
    ("40", "another program changed the same rows", BY_ITSELF),
    ("42501", "the database's user may not do this", "make it the owner of the tables, or grant it what it needs"),
    ("42703", OLDER, UPGRADE),
    ("42P01", NO_TABLES, UPGRADE),
    ("53100", "the database's disk is full", "make room; nothing that was committed is lost"),
    ("53300", *TOO_MANY),
    ("53", "the database is short of memory or other resources", "look into its log, and give it more"),
    ("55P03", LOCKED, "another usagebot writes for long, or hangs; a running usagebot tries again by itself"),
    ("57014", "the database took too long over a statement", f"look at its load; {BY_ITSELF}"),
    ("57P", BUSY, "wait for it; a running usagebot tries again by itself"),
    ("58", "the database failed to read or write a file", "check its disk and its log"),
    ("XX00", CORRUPT, "look into the database's log, then restore a backup if need be"),
    ("08", *UNREACHABLE),
)
WORDS_ON_CONNECTING: Sequence[Sign] = (
    # Until a connection stands there are no SQLSTATEs, only the server's and the driver's words.
    (r"pg_hba", "the database lets nobody in from here", "allow it in its pg_hba.conf, or try sslmode=require"),
    (r"fatal: +(password|role|.*authentication)|no password", *CREDENTIALS),
    (r'fatal: +database ".*" does not exist', *NO_DATABASE),
    (r"fatal: +(sorry, )?(too many|remaining connection)", *TOO_MANY),
    (r"fatal: +(permission denied)", *CREDENTIALS),
    (r"fatal: +the database system is", BUSY, "wait for it; a running usagebot tries again by itself"),
    (r"invalid .* value|invalid integer|invalid connection option", "DATABASE_URL has an option with a wrong value",
     "correct what stands behind its question mark"),
    (r"ssl|certificate", "no secure connection to the database", "check sslmode and certificates of DATABASE_URL"),
    (r"resolve host|translate host|name or service", "the database's host is not known",
     "check the host of DATABASE_URL"),
)  # fmt: skip


def diagnose(error: DBAPIError | sqlite3.Error | PoolTimeoutError) -> HistoryError | None:
    """What a driver's error says about the store; None where it is rather a mistake in our own statements."""
    if isinstance(error, PoolTimeoutError):
        return HistoryError("every connection of this process to the database is busy", BY_ITSELF)
    cause = error.orig if isinstance(error, DBAPIError) else error
    state = getattr(cause, "sqlstate", None)
    if isinstance(error, DataError | IntegrityError | ProgrammingError) and state is None:
        return None
    if cause is not None and hasattr(cause, "sqlstate"):
        return of_postgresql(cause, state)
    words = str(cause).lower()
    return next((HistoryError(why, remedy) for sign, why, remedy in WORDS_OF_SQLITE if sign in words), None)


def of_postgresql(cause: BaseException, state: str | None) -> HistoryError | None:
    """The same for an error of PostgreSQL's driver. Without a state it is one of the connection itself."""
    if state is not None:
        found = (HistoryError(why, remedy) for sign, why, remedy in STATES_OF_POSTGRESQL if state.startswith(sign))
        return next(found, None)
    words = str(cause).lower()
    found = (HistoryError(why, remedy) for sign, why, remedy in WORDS_ON_CONNECTING if re.search(sign, words))
    return next(found, HistoryError(*UNREACHABLE))
