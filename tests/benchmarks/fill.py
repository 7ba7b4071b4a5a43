"""History by the million, written faster than the bot would: rows in the order of the key, rollups summed once."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import closing
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bot.demo.traffic import Traffic
from bot.domain.block import Block
from bot.domain.times import DAY, HOUR, Slot, Window
from bot.history.store import SqlHistory
from bot.service.ports import Progress

Columns = Sequence[NDArray[np.int64]]


def days(window: Window) -> Iterable[Window]:
    """The window cut at UTC midnights."""
    start = window.start
    while start < window.end:
        end = Slot(min(window.end, start - start % DAY + DAY))
        yield Window(start, end)
        start = end


def fill(database: Path, traffic: Traffic, keys: Sequence[int], window: Window) -> None:
    """Buckets of every site and their rollups. The tables must be there, and hold nothing of the window's days.

    `keys[n]` is the number of the fleet's n-th site in the history.
    """
    order = np.argsort(keys)
    with closing(sqlite3.connect(database, isolation_level=None)) as connection:
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute("BEGIN IMMEDIATE")
        for day in days(window):
            block = traffic.block(order.tolist(), day)
            write_day(connection, block, np.asarray(keys, np.int64)[order])
        connection.execute("COMMIT")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def write_day(connection: sqlite3.Connection, block: Block, keys: NDArray[np.int64]) -> None:
    """A day's buckets and rollups. Columns by time, then site: the order of the primary key, so that every insert is an
    append."""
    slots = block.start + np.arange(block.length, dtype=np.int64) * block.step
    both = block.in_bytes, block.out_bytes
    insert(connection, "buckets", slots, keys, both, block.known.T.ravel())
    known = block.known.astype(np.int64)
    for table, step in (("hourly", HOUR), ("daily", DAY)):
        starts, firsts = np.unique(slots - slots % step, return_index=True)
        amounts = (*both, np.maximum(*both), known)
        sums = [np.add.reduceat(amount * known, firsts, axis=1) for amount in amounts]
        insert(connection, table, starts, keys, sums, sums[-1].T.ravel() > 0)


def insert(
    connection: sqlite3.Connection,
    table: str,
    slots: NDArray[np.int64],
    keys: NDArray[np.int64],
    amounts: Columns,
    there: NDArray[np.bool_],
) -> None:
    """Rows of slots × sites; `amounts`, shape (S, N) each, are the other columns, `there` says which rows there are."""
    columns = [np.repeat(slots, len(keys)), np.tile(keys, len(slots)), *(amount.T.ravel() for amount in amounts)]
    marks = ", ".join("?" * len(columns))
    rows = zip(*(column[there].tolist() for column in columns), strict=True)
    connection.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)  # noqa: S608 - our own names


async def settle(history: SqlHistory, keys: Sequence[int], known: Window, reread_at: Slot) -> None:
    """Progress as if the window had been pulled and judged, and nothing before it were to be had."""
    rows = [
        Progress(key, known.start, known.end, None, known.end, gave_up_before=known.start, reread_at=reread_at)
        for key in keys
    ]
    async with history.writing() as tx:
        await tx.progress.save(rows)
