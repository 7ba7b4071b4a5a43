"""Migrations and the tables of the code say the same."""

from __future__ import annotations

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
from bot.history.tables import METADATA


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'usage.db'}"


def test_an_upgraded_database_has_exactly_the_tables_of_the_code(url: str) -> None:
    upgrade(url)
    engine = blocking_engine(Address.parse(url))
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, METADATA) == []
        (table,) = connection.exec_driver_sql("SELECT sql FROM sqlite_schema WHERE name = 'buckets'").scalars()
    engine.dispose()
    assert "WITHOUT ROWID" in table


def test_a_downgrade_to_nothing_leaves_nothing(url: str) -> None:
    upgrade(url)
    move(url, "base")
    engine = blocking_engine(Address.parse(url))
    assert inspect(engine).get_table_names() == ["alembic_version"]
    engine.dispose()
    upgrade(url)
    assert not pending(url)


def test_an_upgrade_is_pending_until_it_was_made(url: str, tmp_path: Path) -> None:
    assert pending(url)
    assert not (tmp_path / "usage.db").exists()
    upgrade(url)
    assert not pending(url)
    upgrade(url)


def test_an_upgrade_works_from_any_folder(tmp_path: Path) -> None:
    repository = str(Path(__file__).parents[2])
    code = f"import sys; sys.path.insert(0, {repository!r}); from bot.history.migrate import upgrade"
    subprocess.run([sys.executable, "-c", f"{code}; upgrade('sqlite:///here.db')"], cwd=tmp_path, check=True)
    assert (tmp_path / "here.db").stat().st_size > 0


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(HistoryError, match="does not exist"):
        upgrade(f"sqlite:///{tmp_path / 'none' / 'usage.db'}")
