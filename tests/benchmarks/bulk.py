"""The store's writes and reads in bulk on both databases, beside what their drivers make of the same rows alone."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import psycopg

from bot.domain.times import DAY, HOUR, Slot, Window
from bot.domain.usage import Bucket
from bot.history.migrate import upgrade
from bot.history.store import SqlHistory
from bot.service.ports import Reading
from tests.benchmarks.machine import Span, median, timed
from tests.benchmarks.world import START
from tests.postgres import running

STEP = 300
STORED_DAYS = 2
REPEAT = 7
BARE = "CREATE TABLE bare (slot bigint, site bigint, in_bytes bigint, out_bytes bigint, PRIMARY KEY (slot, site))"
ON_DISK = {"fsync": "on", "full_page_writes": "on", "autovacuum": "on", "shared_buffers": "256MB"}
"""A server as it is installed, not as tests have it."""

Row = tuple[int, int, int, int]


@dataclass(slots=True)
class Result:
    """Medians by what was done; `rows` are buckets."""

    name: str
    spans: dict[str, Span] = field(default_factory=dict)
    rows: dict[str, int] = field(default_factory=dict)


def readings(sites: int, start: int, count: int) -> list[Reading]:
    return [
        Reading(site, [Bucket(start + STEP * n, 10**9 + site * n, 10**8) for n in range(count)])
        for site in range(sites)
    ]


def flat(readings: Sequence[Reading]) -> list[Row]:
    return sorted((b.slot, one.site, b.in_bytes, b.out_bytes) for one in readings for b in one.buckets)


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[SqlHistory]:
    upgrade(url)
    history = SqlHistory(url)
    await history.open()
    try:
        yield history
    finally:
        await history.close()


async def write(history: SqlHistory, readings: Sequence[Reading]) -> None:
    async with history.writing() as tx:
        await tx.buckets.write(readings, Slot(0), {})


async def measured(name: str, url: str, sites: int, bare: Callable[[str, Sequence[Row]], Span]) -> Result:
    result = Result(name)
    async with opened(url) as history:
        for hour in range(STORED_DAYS * 24):
            await write(history, readings(sites, START - DAY * STORED_DAYS + hour * HOUR, 12))
        for label, count, many in (("cycle", 1, sites), ("hour", 12, sites), ("backfill", 31 * 288, 1)):
            spans = []
            for turn in range(REPEAT):
                batch = readings(many, START + (turn + 1) * 40 * DAY + count * HOUR, count)
                with timed() as span:
                    await write(history, batch)
                spans.append(span)
            result.spans[label], result.rows[label] = median(spans), many * count
        await _reading(history, result, sites)
    rows = flat(readings(sites, START, 12))
    result.spans["driver alone"] = median([bare(url, rows) for _ in range(REPEAT)])
    result.rows["driver alone"] = len(rows)
    return result


async def _reading(history: SqlHistory, result: Result, sites: int) -> None:
    spans = []
    for _ in range(REPEAT):
        with timed() as span:
            async with history.reading() as tx:
                await tx.buckets.block(np.arange(sites), Window(Slot(START - DAY), START), STEP)
        spans.append(span)
    result.spans["read a day"], result.rows["read a day"] = median(spans), sites * 288


def bare_sqlite(url: str, rows: Sequence[Row]) -> Span:
    """executemany into an empty table of the same shape, with the store's pragmas."""
    with closing(sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)) as connection:
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("DROP TABLE IF EXISTS bare")
        connection.execute(f"{BARE} WITHOUT ROWID")
        with timed() as span:
            connection.execute("BEGIN IMMEDIATE")
            connection.executemany("INSERT INTO bare VALUES (?, ?, ?, ?)", rows)
            connection.execute("COMMIT")
    return span


def bare_postgresql(url: str, rows: Sequence[Row]) -> Span:
    """COPY into an empty table of the same shape."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("DROP TABLE IF EXISTS bare")
        connection.execute(BARE)
        with timed() as span, connection.transaction(), connection.cursor().copy("COPY bare FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
    return span


def bulk(sites: int) -> list[Result]:
    """Both databases, one after the other."""
    with TemporaryDirectory(prefix="usagebot-bench-") as name, running(**ON_DISK) as server:
        file = f"sqlite:///{Path(name) / 'usage.db'}"
        return [
            asyncio.run(measured("SQLite", file, sites, bare_sqlite)),
            asyncio.run(measured("PostgreSQL", server.empty(), sites, bare_postgresql)),
        ]
