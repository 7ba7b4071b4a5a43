"""The benchmarks' own history is the one that the bot would have written."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from bot.demo.large import fleet
from bot.demo.traffic import Traffic
from bot.domain.times import HOUR, Slot, Window
from bot.domain.usage import Bucket
from bot.history.migrate import upgrade
from bot.history.store import SqlHistory
from bot.service.ports import Reading
from tests.benchmarks.api import SEED
from tests.benchmarks.fill import fill
from tests.benchmarks.world import START

KEYS = (7, 3, 9)
WINDOW = Window(Slot(START - 30 * HOUR), Slot(START + 300))
TRAFFIC = Traffic(fleet(len(KEYS), SEED))


def rows(database: Path, table: str) -> list[tuple[int, ...]]:
    with closing(sqlite3.connect(database)) as connection:
        return connection.execute(f"SELECT * FROM {table} ORDER BY 1, 2").fetchall()  # noqa: S608 - our own names


def readings() -> list[Reading]:
    block = TRAFFIC.block(range(len(KEYS)), WINDOW)
    slots = range(WINDOW.start, WINDOW.end, block.step)
    amounts = [zip(slots, block.in_bytes[row].tolist(), block.out_bytes[row].tolist(), strict=True) for row in range(3)]
    return [Reading(key, [Bucket(*one) for one in of]) for key, of in zip(KEYS, amounts, strict=True)]


async def test_the_fast_fill_leaves_the_rows_that_the_store_writes(tmp_path: Path) -> None:
    written, filled = tmp_path / "written.db", tmp_path / "filled.db"
    for database in (written, filled):
        upgrade(f"sqlite:///{database}")
    history = SqlHistory(f"sqlite:///{written}")
    async with history.writing() as tx:
        await tx.buckets.write(readings(), Slot(0), {})
    await history.close()
    fill(filled, TRAFFIC, KEYS, WINDOW)
    for table in ("buckets", "hourly", "daily"):
        assert rows(filled, table) == rows(written, table)
        assert rows(filled, table)
