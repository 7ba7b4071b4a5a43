"""`usagebot history import` and `export` on PostgreSQL leave what they leave on SQLite."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.cli.exits import Exit
from bot.domain.times import DAY
from tests.cli.console import Usagebot
from tests.cli.test_history_commands import RULES, TODAY, Table, lines, stored, write
from tests.postgres import Postgres


def in_postgresql(postgres: Postgres, url: str) -> dict[str, Table]:
    order, name = {"buckets": "slot", "hourly": "hour", "daily": "day"}, url.rpartition("/")[2]
    return {t: postgres.ask(f"SELECT * FROM {t} ORDER BY {slot}, site", database=name) for t, slot in order.items()}  # noqa: S608


@pytest.fixture
def file(tmp_path: Path) -> str:
    """A day of each age: kept as buckets, as hours and as a day."""
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "fleet.yaml").write_text(RULES)
    days = [lines(1, newest=TODAY - age * DAY) for age in (0, 60, 500)]
    return write(tmp_path / "old.csv", [line for day in days for line in day])


def test_what_is_imported_twice_and_replaced_is_the_same_in_both(
    usagebot: Usagebot, migrated_postgres: str, postgres: Postgres, file: str, tmp_path: Path
) -> None:
    other = write(
        tmp_path / "other.csv", [line.rpartition(",")[0] + ",7" for line in lines(1, newest=TODAY - 60 * DAY)]
    )
    usagebot("db", "upgrade")
    for settings in ({}, {"DATABASE_URL": migrated_postgres}):
        ran = usagebot("history", "import", file, **settings)
        assert (ran.code, ran.err) == (Exit.OK, "")
        assert "864 new" in ran.out
        assert "864 already there" in usagebot("history", "import", file, **settings).out
        assert "288 kept" in usagebot("history", "import", other, **settings).out
        assert "288 replaced" in usagebot("history", "import", other, "--on-conflict", "replace", **settings).out
    tables = stored(tmp_path)
    assert in_postgresql(postgres, migrated_postgres) == tables
    assert [len(table) for table in tables.values()] == [288, 48, 3]


def test_what_is_exported_from_one_is_imported_into_the_other(
    usagebot: Usagebot, migrated_postgres: str, postgres: Postgres, file: str, tmp_path: Path
) -> None:
    usagebot("history", "import", file, DATABASE_URL=migrated_postgres)
    usagebot("db", "upgrade")
    for resolution in ("raw", "hour", "day"):
        out = f"{resolution}.parquet"
        ran = usagebot("history", "export", out, "--resolution", resolution, DATABASE_URL=migrated_postgres)
        assert ran.code == Exit.OK, ran.err
    for resolution in ("day", "hour", "raw"):
        usagebot("history", "import", f"{resolution}.parquet")
    assert stored(tmp_path) == in_postgresql(postgres, migrated_postgres)
