"""The databases of the campaign: copies of one history that is read in already, on SQLite or PostgreSQL."""

from __future__ import annotations

import json
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import psycopg
from psycopg import sql

from tests.postgres import Postgres

Rows = Sequence[tuple[Any, ...]]


def normal(rows: Rows) -> Rows:
    """Alike on both databases: JSON as text."""
    return [tuple(json.dumps(cell) if isinstance(cell, (dict, list)) else cell for cell in row) for row in rows]


class Store(Protocol):
    """One history: where it is, and what is in it, asked past the bot."""

    @property
    def url(self) -> str: ...

    def ask(self, query: str) -> Rows: ...

    def locked(self) -> AbstractContextManager[None]:
        """Somebody else holds it, and nobody can write."""


@dataclass(frozen=True)
class SqliteStore:
    path: Path

    @property
    def url(self) -> str:
        return f"sqlite:///{self.path}"

    def ask(self, query: str) -> Rows:
        with closing(sqlite3.connect(self.path)) as database:
            return database.execute(query).fetchall()

    def is_locked(self) -> bool:
        """Whether somebody writes now."""
        try:
            with closing(sqlite3.connect(self.path, timeout=0, isolation_level=None)) as other:
                other.execute("BEGIN IMMEDIATE")
                other.execute("ROLLBACK")
        except sqlite3.OperationalError:
            return True
        return False

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Another program holds it for writing."""
        with closing(sqlite3.connect(self.path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            yield
            other.execute("ROLLBACK")


@dataclass(frozen=True)
class PostgresStore:
    server: Postgres
    url: str

    def ask(self, query: str) -> Rows:
        return self.server.ask(query, database=self.url.rpartition("/")[2])

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Somebody holds the tables that every stage writes to."""
        with psycopg.connect(self.url) as other:
            other.execute("LOCK TABLE progress, outbox, alerts IN ACCESS EXCLUSIVE MODE")
            yield


class Shelf(Protocol):
    """Where copies of a prepared history come from."""

    def blank(self) -> Store: ...

    def copy(self, template: Store, name: str) -> Store: ...

    def discard(self, store: Store) -> None: ...


@contextmanager
def small_disk(folder: Path, megabytes: int = 40) -> Iterator[bool]:
    """A file system of its own at the folder, which can be filled; whether it could be had."""
    mount = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(folder)]
    try:
        mounted = subprocess.run(mount, check=False, capture_output=True).returncode == 0
    except OSError:
        mounted = False
    try:
        yield mounted
    finally:
        if mounted:
            subprocess.run(["umount", "-l", str(folder)], check=True)


class SqliteShelf:
    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def blank(self) -> SqliteStore:
        return SqliteStore(self._folder / "template.db")

    def copy(self, template: Store, name: str) -> SqliteStore:
        assert isinstance(template, SqliteStore)
        folder = self._folder / name
        folder.mkdir()
        shutil.copy(template.path, folder / "usage.db")
        return SqliteStore(folder / "usage.db")

    def discard(self, store: Store) -> None:
        assert isinstance(store, SqliteStore)
        shutil.rmtree(store.path.parent)


class PostgresShelf:
    def __init__(self, server: Postgres) -> None:
        self._server = server

    def blank(self) -> PostgresStore:
        return PostgresStore(self._server, self._server.migrated())

    def copy(self, template: Store, name: str) -> PostgresStore:
        statement = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy")
        self._server.tell(statement.format(sql.Identifier(name), sql.Identifier(template.url.rpartition("/")[2])))
        return PostgresStore(self._server, self._server.url(name))

    def discard(self, store: Store) -> None:
        self._server.drop(store.url)
