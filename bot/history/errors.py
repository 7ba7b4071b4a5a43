"""What can be wrong with the store itself, and what to do about it."""

from __future__ import annotations

import sqlite3

from sqlalchemy.exc import DataError, DBAPIError, IntegrityError

LOCKED = "another program holds the history"
CORRUPT = "the history is damaged or is not a usagebot database"


class HistoryError(Exception):
    """The store cannot be used. `why` and `remedy` are for people and never hold the database's credentials."""

    def __init__(self, why: str, remedy: str) -> None:
        super().__init__(f"{why}; {remedy}")
        self.why = why
        self.remedy = remedy


REMEDIES = (
    # (words of the driver, why, remedy): the first that matches counts.
    ("locked", LOCKED, "stop the other usagebot, or use PostgreSQL for several replicas"),
    ("not a database", CORRUPT, "check DATABASE_URL, or restore a backup"),
    ("malformed", CORRUPT, "check DATABASE_URL, or restore a backup"),
    ("unable to open", "the history cannot be opened", "check that this user may read and write the file and folder"),
    ("readonly", "the history cannot be written", "check that this user may write the file and its folder"),
    ("disk is full", "the disk is full", "make room; nothing that was committed is lost"),
    ("disk i/o", "the disk failed to read or write the history", "check the disk, then restore a backup if need be"),
    ("no such table", "the history has no tables, or not all of them", "run `usagebot db upgrade`"),
    ("does not exist", "the history has no tables, or not all of them", "run `usagebot db upgrade`"),
    ("no such column", "the history is older than this usagebot", "run `usagebot db upgrade`"),
    ("authentication", "the database refuses the credentials", "check the user and password of DATABASE_URL"),
    ("connect", "the database cannot be reached", "check host, port and network of DATABASE_URL"),
)


def diagnose(error: DBAPIError | sqlite3.Error) -> HistoryError | None:
    """What a driver's error says about the store; None where it is rather a mistake in our own statements."""
    if isinstance(error, DataError | IntegrityError):
        return None
    words = str(error.orig if isinstance(error, DBAPIError) else error).lower()
    return next((HistoryError(why, remedy) for sign, why, remedy in REMEDIES if sign in words), None)
