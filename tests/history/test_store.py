"""Opening, transactions, and what goes wrong with files."""

from __future__ import annotations

import asyncio
import signal
import sqlite3
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from bot.domain.times import Slot
from bot.domain.usage import Usage
from bot.history.errors import HistoryError
from bot.history.migrate import upgrade
from bot.history.store import SqlHistory
from tests.history.given import NEVER, STEP, even, slot, window, write


async def known(history: SqlHistory, buckets: int = 20_000) -> Usage:
    async with history.reading() as t:
        return (await t.buckets.usage([1], window(0, buckets), STEP))[1]


async def test_what_fails_leaves_nothing_behind(history: SqlHistory) -> None:
    await write(history, even(1, [0]))

    async def fail() -> None:
        async with history.writing() as t:
            await t.buckets.write([even(1, range(9))], Slot(0), NEVER)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await fail()
    assert (await known(history)).known == 1


async def test_a_cancelled_transaction_leaves_nothing_behind_and_blocks_nobody(history: SqlHistory) -> None:
    written, never = asyncio.Event(), asyncio.Event()

    async def hang() -> None:
        async with history.writing() as t:
            await t.buckets.write([even(1, range(9))], Slot(0), NEVER)
            written.set()
            await never.wait()

    task = asyncio.create_task(hang())
    await written.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await write(history, even(1, [0]))
    assert (await known(history)).known == 1


async def test_writers_queue_and_never_fail(history: SqlHistory) -> None:
    await asyncio.gather(*(write(history, even(1, [index])) for index in range(30)))
    assert (await known(history)).known == 30


async def test_a_reader_sees_one_snapshot_while_others_write(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'usage.db'}"
    upgrade(url)
    history = SqlHistory(url)
    await history.open()
    async with history.reading() as t:
        assert await t.progress.all() == {}
        await write(history, even(1, [0]))
        assert (await t.buckets.usage([1], window(0, 1), STEP))[1].known == 0
    assert (await known(history)).known == 1
    await history.close()


async def test_reopening_finds_what_was_committed(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'usage.db'}"
    upgrade(url)
    for index in range(2):
        history = SqlHistory(url)
        await history.open()
        await write(history, even(1, [index]))
        found = await known(history)
        await history.close()
        assert found.known == index + 1


def test_the_file_is_for_its_owner_alone(tmp_path: Path) -> None:
    upgrade(f"sqlite:///{tmp_path / 'usage.db'}")
    assert stat.S_IMODE((tmp_path / "usage.db").stat().st_mode) == 0o600


async def refusal(url: str) -> HistoryError:
    with pytest.raises(HistoryError) as caught:
        await SqlHistory(url).open()
    return caught.value


async def test_a_history_without_tables_says_how_to_make_them(tmp_path: Path) -> None:
    assert "usagebot db upgrade" in (await refusal(f"sqlite:///{tmp_path / 'usage.db'}")).remedy


async def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    assert str(tmp_path / "none") in (await refusal(f"sqlite:///{tmp_path / 'none' / 'usage.db'}")).why


async def test_a_file_that_is_no_database_is_refused_and_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "usage.db"
    file.write_text("name,bytes\n" * 500)
    assert "not a usagebot database" in (await refusal(f"sqlite:///{file}")).why
    with pytest.raises(HistoryError, match="not a usagebot database"):
        upgrade(f"sqlite:///{file}")
    assert file.read_text().startswith("name,bytes\n")


async def test_a_folder_in_place_of_the_file_is_refused(tmp_path: Path) -> None:
    assert "cannot be opened" in (await refusal(f"sqlite:///{tmp_path}")).why


async def test_a_damaged_file_is_reported_with_a_remedy(tmp_path: Path) -> None:
    url, file = f"sqlite:///{tmp_path / 'usage.db'}", tmp_path / "usage.db"
    upgrade(url)
    content = bytearray(file.read_bytes())
    content[100:] = b"\xff" * (len(content) - 100)
    file.write_bytes(content)
    assert "backup" in (await refusal(url)).remedy


async def test_a_newer_schema_is_refused(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'usage.db'}"
    upgrade(url)
    with sqlite3.connect(tmp_path / "usage.db") as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    assert "newer usagebot" in (await refusal(url)).why
    with pytest.raises(HistoryError, match="newer usagebot"):
        upgrade(url)


async def test_another_writer_hinders_no_reader_and_is_named_to_writers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.history.engine.PRAGMAS", ("PRAGMA busy_timeout = 1",))
    url = f"sqlite:///{tmp_path / 'usage.db'}"
    upgrade(url)
    other = sqlite3.connect(tmp_path / "usage.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    history = SqlHistory(url)
    await history.open()
    assert (await known(history)).known == 0
    with pytest.raises(HistoryError, match="another program"):
        await write(history, even(1, [0]))
    other.close()
    await write(history, even(1, [0]))
    await history.close()


@pytest.mark.parametrize("address", ["mysql://root:hunter2@db/x", "hunter2", "sqlite://:hunter2@", "sqlite://usage.db"])
async def test_an_address_that_cannot_be_used_is_refused_without_its_password(address: str) -> None:
    with pytest.raises(HistoryError) as caught:
        SqlHistory(address)
    assert "hunter2" not in str(caught.value)


REPOSITORY = Path(__file__).parents[2]
KILLED = """
import asyncio, os, sys
from bot.domain.times import Slot
from bot.history.store import SqlHistory
from tests.history.given import NEVER, even, write

async def main():
    history = SqlHistory(sys.argv[1])
    await history.open()
    await write(history, even(1, range(100)))
    async with history.writing() as t:
        await t.buckets.write([even(1, range(20_000), (7, 7))], Slot(0), {1: Slot(2**40)})
        os.kill(os.getpid(), int(sys.argv[2]))

asyncio.run(main())
"""


async def test_a_process_killed_inside_a_transaction_leaves_a_consistent_store(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'usage.db'}"
    upgrade(url)
    command = [sys.executable, "-c", KILLED, url, str(int(signal.SIGKILL))]
    killed = await asyncio.to_thread(subprocess.run, command, check=False, cwd=REPOSITORY)
    assert killed.returncode == -signal.SIGKILL
    history = SqlHistory(url)
    await history.open()
    assert await known(history) == Usage(500, 300, 500, 100, 20_000)
    async with history.reading() as t:
        assert await t.buckets.revisions(1, window(0, 20_000)) == []
    assert await write(history, even(1, range(100, 102))) == {1: slot(100)}
    await history.close()
