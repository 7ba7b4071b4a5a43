"""Looking at a store without touching it."""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Iterator
from dataclasses import replace
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from bot.alerts.model import Alert, AlertKey, Kind, State
from bot.domain.times import Slot
from bot.history.address import Address
from bot.history.engine import blocking_engine
from bot.history.errors import HistoryError
from bot.history.migrate import upgrade
from bot.history.store import SqlHistory
from bot.history.vitals import Check, Schema, Told, _read_only, examine
from bot.rules.model import Severity
from bot.rules.sites import ListedSite


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "usage.db"


@pytest.fixture
def url(file: Path) -> str:
    upgrade(f"sqlite:///{file}")
    return f"sqlite:///{file}"


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


async def test_a_store_is_described(url: str) -> None:
    history = SqlHistory(url)
    await history.open()
    async with history.writing() as t:
        await t.sites.save([ListedSite("north", "a"), ListedSite("north", "b")], Slot(0))
    await history.close()
    found = examine(url, check_for=60)
    assert (found.exists, found.schema, found.check, found.sites) == (True, Schema.CURRENT, Check.SOUND, 2)
    assert found.size > 4096
    assert found.version == sqlite3.sqlite_version


def test_looking_changes_nothing_in_the_folder(url: str, file: Path) -> None:
    before, touched = contents(file.parent), file.parent.stat().st_mtime_ns
    examine(url, check_for=60)
    assert contents(file.parent) == before
    assert file.parent.stat().st_mtime_ns == touched, "a file was made and taken away again"


@pytest.mark.parametrize("is_open", [False, True])
def test_the_connection_could_not_write_if_it_wanted_to(is_open: bool, url: str, file: Path) -> None:
    other = sqlite3.connect(file)
    if is_open:
        other.execute("UPDATE alembic_version SET version_num = version_num")
        other.commit()
    assert Path(f"{file}-wal").exists() is is_open
    with pytest.raises(OperationalError, match="readonly"), _read_only(file).connect() as connection:
        connection.exec_driver_sql("CREATE TABLE x (y)")
    other.close()


async def test_a_store_in_use_is_seen_with_what_was_just_written(url: str) -> None:
    history = SqlHistory(url)
    await history.open()
    async with history.writing() as t:
        await t.sites.save([ListedSite("north", "a")], Slot(0))
    found = examine(url, check_for=60)
    await history.close()
    assert found.sites == 1


def test_a_store_that_nobody_has_made_is_not_made_by_looking(file: Path) -> None:
    found = examine(f"sqlite:///{file}", check_for=60)
    assert (found.exists, found.is_writable) == (False, True)
    assert not file.exists()


def test_an_empty_file_has_an_older_schema(file: Path) -> None:
    file.touch()
    assert examine(f"sqlite:///{file}", check_for=60).schema is Schema.OLDER
    assert file.stat().st_size == 0


def test_a_newer_schema_is_told_from_an_older_one(url: str) -> None:
    engine = blocking_engine(Address.parse(url))
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()
    assert examine(url, check_for=60).schema is Schema.NEWER


def test_a_damaged_file_is_found_out(url: str, file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[3 * 4096 : 12 * 4096] = b"\xff" * (9 * 4096)
    file.write_bytes(content)
    assert examine(url, check_for=60).check is Check.DAMAGED


def test_what_is_no_database_says_so(file: Path) -> None:
    file.write_bytes(b"no database at all" * 400)
    with pytest.raises(HistoryError, match="damaged or is not a usagebot database"):
        examine(f"sqlite:///{file}", check_for=60)


def test_a_check_that_takes_too_long_is_given_up(url: str) -> None:
    connection = sqlite3.connect(url.removeprefix("sqlite:///"))
    connection.execute("CREATE TABLE ballast (x PRIMARY KEY)")
    connection.executemany("INSERT INTO ballast VALUES (?)", ((n,) for n in range(50_000)))
    connection.commit()
    connection.close()
    ticks: Iterator[float] = map(float, count())
    assert examine(url, check_for=0.5, ticks=lambda: next(ticks)).check is Check.UNFINISHED


@pytest.mark.skipif(sys.platform == "win32", reason="names of files")
def test_any_name_of_a_file_is_opened_as_it_is(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'a b%20c#d.db'}"
    upgrade(url)
    assert examine(url, check_for=60).exists


async def test_a_server_is_described(migrated_postgres: str) -> None:
    history = SqlHistory(migrated_postgres)
    await history.open()
    async with history.writing() as t:
        await t.sites.save([ListedSite("north", "a"), ListedSite("north", "b")], Slot(0))
    await history.close()
    found = examine(migrated_postgres, check_for=60)
    assert (found.file, found.schema, found.check, found.sites) == (None, Schema.CURRENT, Check.NOT_MADE, 2)
    assert found.is_writable
    assert found.size > 4096
    assert found.version.startswith("16")


def test_a_server_without_our_tables_has_an_older_schema(empty_postgres: str) -> None:
    found = examine(empty_postgres, check_for=60)
    assert (found.schema, found.sites) == (Schema.OLDER, 0)


async def test_what_a_running_bot_last_wrote_of_itself_is_read(url: str) -> None:
    history = SqlHistory(url)
    await history.open()
    key = AlertKey("", "usagebot:disk", Kind.SELF, None)
    disk = Alert(key, State.FIRING, Slot(5), Severity.WARNING, fired_at=Slot(9), note="nearly full\nMake room")
    async with history.writing() as t:
        await t.pulse.beat(Slot(100))
        await t.alerts.save([disk, replace(disk, state=State.RESOLVED), replace(disk, state=State.PENDING)])
    await history.close()
    found = examine(url, check_for=60)
    assert (found.looked_at, found.troubles) == (100, (Told(Slot(9), "nearly full\nMake room"),))
