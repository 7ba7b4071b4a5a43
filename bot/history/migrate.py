"""Bringing a database to the schema of this code, from any folder and from an installed wheel."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, select, table
from sqlalchemy.exc import DBAPIError

from bot.history.address import Address
from bot.history.diagnosis import diagnose
from bot.history.engine import blocking_engine
from bot.history.errors import HistoryError
from bot.history.sql import become_writer

PACKAGED = Path(__file__).parents[1] / "packaged" / "migrations"
IN_REPOSITORY = Path(__file__).parents[2] / "migrations"


def upgrade(url: str) -> None:
    """Make or renew the tables, all in one transaction; the file too, where there is none.

    Blocks: from a coroutine, call it in a thread. Raises HistoryError.
    """
    move(url, "head")


def upgrade_empty(url: str) -> None:
    """As `upgrade`, of a database in which nobody keeps anything. Raises HistoryError, with nothing changed, else."""
    with _connected(Address.parse(url)) as connection:
        inspector = inspect(connection)
        for schema in inspector.get_schema_names():
            if schema != "information_schema":
                _refuse_rows(connection, schema, inspector.get_table_names(schema))
    upgrade(url)


def _refuse_rows(connection: Connection, schema: str, tables: Sequence[str]) -> None:
    for name in tables:
        if (
            name != "alembic_version"
            and connection.execute(select(1).select_from(table(name, schema=schema)).limit(1)).first()
        ):
            raise HistoryError("this database is in use: it has rows in it", "name one without, made for the purpose")


def pending(url: str) -> bool:
    """Whether `upgrade` has something to do. Raises HistoryError, also for a schema newer than this code."""
    address = Address.parse(url)
    if address.file is not None and not address.file.exists():
        return True
    with _connected(address) as connection:
        return behind(connection)


def behind(connection: Connection) -> bool:
    """Whether this database's schema is older than the code. Raises HistoryError where it is newer."""
    script = ScriptDirectory.from_config(_config())
    current = MigrationContext.configure(connection).get_current_revision()
    _refuse_newer(script, current)
    return current != script.get_current_head()


def move(url: str, revision: str) -> None:
    """Upgrade to `revision`, or downgrade to "base". Raises HistoryError."""
    with _connected(Address.parse(url)) as connection:
        config = _config()
        config.attributes["connection"] = connection
        become_writer(connection)  # of two that start at once the second finds the work done
        behind(connection)
        if revision == "base":
            command.downgrade(config, revision)
        else:
            command.upgrade(config, revision)


def _refuse_newer(script: ScriptDirectory, current: str | None) -> None:
    known = {revision.revision for revision in script.walk_revisions()}
    if current is not None and current not in known:
        raise HistoryError(
            f"the history was made by a newer usagebot (its schema is {current})", "install that version or a later one"
        )


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(PACKAGED if PACKAGED.is_dir() else IN_REPOSITORY).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


@contextmanager
def _connected(address: Address) -> Iterator[Connection]:
    address.prepare()
    engine = blocking_engine(address)
    try:
        with engine.begin() as connection:
            yield connection
    except (DBAPIError, sqlite3.Error) as error:
        raise diagnose(error) or error from error
    finally:
        engine.dispose()
