"""Migrations and the tables of the code say the same."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import inspect

from bot.history.address import Address
from bot.history.engine import blocking_engine
from bot.history.errors import HistoryError
from bot.history.migrate import move, pending, upgrade
from bot.history.rows import group_of
from bot.history.tables import METADATA
from tests.postgres import Postgres

REPOSITORY = Path(__file__).parents[2]


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database without tables."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'usage.db'}"
    empty: str = request.getfixturevalue("empty_postgres")
    return empty


def test_an_upgraded_database_has_exactly_the_tables_of_the_code(url: str) -> None:
    upgrade(url)
    engine = blocking_engine(Address.parse(url))
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, METADATA) == []
    engine.dispose()


def test_the_large_tables_of_sqlite_have_no_row_numbers(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'usage.db'}"
    upgrade(url)
    with sqlite3.connect(tmp_path / "usage.db") as connection:
        ((table,),) = connection.execute("SELECT sql FROM sqlite_schema WHERE name = 'buckets'")
    connection.close()
    assert "WITHOUT ROWID" in table


def test_every_number_on_postgresql_has_room(migrated_postgres: str, postgres: Postgres) -> None:
    """Bytes, slots and keys; only counts of one request's rows and of attempts are short."""
    query = """
        SELECT table_name || '.' || column_name FROM information_schema.columns
        WHERE table_schema = 'public' AND data_type IN ('integer', 'smallint', 'numeric', 'real', 'double precision')
    """
    short = {row[0] for row in postgres.ask(query, database=migrated_postgres.rpartition("/")[2])}
    assert short == {"pulls.row_count", "pulls.refused", "outbox.attempts", "alerts.flapping"}


def test_a_downgrade_to_nothing_leaves_nothing(url: str) -> None:
    upgrade(url)
    move(url, "base")
    engine = blocking_engine(Address.parse(url))
    assert inspect(engine).get_table_names() == ["alembic_version"]
    engine.dispose()
    upgrade(url)
    assert not pending(url)


def test_an_upgrade_is_pending_until_it_was_made(url: str) -> None:
    assert pending(url)
    upgrade(url)
    assert not pending(url)
    upgrade(url)


def test_asking_whether_an_upgrade_is_pending_makes_no_file(tmp_path: Path) -> None:
    assert pending(f"sqlite:///{tmp_path / 'usage.db'}")
    assert not (tmp_path / "usage.db").exists()


UPGRADE = """
import sys
from bot.history.migrate import pending, upgrade
pending(sys.argv[1])
print("ready", flush=True)
sys.stdin.readline()
upgrade(sys.argv[1])
"""


def test_replicas_that_upgrade_at_once_do_not_collide(url: str) -> None:
    pipe = subprocess.PIPE
    command = [sys.executable, "-c", UPGRADE, url]
    replicas = [subprocess.Popen(command, cwd=REPOSITORY, stdin=pipe, stdout=pipe, text=True) for _ in range(3)]
    for replica in replicas:
        assert replica.stdout is not None
        assert replica.stdout.readline() == "ready\n"
    for replica in replicas:
        assert replica.stdin is not None
        replica.stdin.write("go\n")
        replica.stdin.flush()
    for replica in replicas:
        replica.communicate(timeout=60)
    assert [replica.returncode for replica in replicas] == [0, 0, 0]
    assert not pending(url)


def test_messages_of_the_version_before_are_no_digests(url: str) -> None:
    move(url, "0004")
    engine = blocking_engine(Address.parse(url))
    row = "'noc', 'slack', '[\"#noc\"]', 'default/lte', 1, 1"
    with engine.begin() as connection:
        names = "receiver, medium, addresses, name, opened_at, notified_at"
        connection.exec_driver_sql(f"INSERT INTO groups ({names}) VALUES ({row})")  # noqa: S608 - our own words
    upgrade(url)
    with engine.connect() as connection:
        (before,) = connection.execute(METADATA.tables["groups"].select())
    engine.dispose()
    assert group_of(before, frozenset()).digest is None


def test_an_upgrade_that_fails_leaves_no_table_behind(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError

    with monkeypatch.context() as patched:
        patched.setattr("alembic.op.create_index", fail)
        with pytest.raises(RuntimeError):
            upgrade(url)
    engine = blocking_engine(Address.parse(url))
    assert inspect(engine).get_table_names() == []
    engine.dispose()


def test_an_upgrade_works_from_any_folder(tmp_path: Path) -> None:
    code = f"import sys; sys.path.insert(0, {str(REPOSITORY)!r}); from bot.history.migrate import upgrade"
    subprocess.run([sys.executable, "-c", f"{code}; upgrade('sqlite:///here.db')"], cwd=tmp_path, check=True)
    assert (tmp_path / "here.db").stat().st_size > 0


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(HistoryError, match="does not exist"):
        upgrade(f"sqlite:///{tmp_path / 'none' / 'usage.db'}")
