"""Figures of the store, not asserted: `python -m tests.history.measure [sites days]`, from the repository."""

from __future__ import annotations

import asyncio
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import numpy as np

from bot.domain.times import DAY, Slot, Window
from bot.domain.usage import Bucket
from bot.history.migrate import upgrade
from bot.history.store import SqlHistory
from bot.service.ports import Grain, Reading
from tests.history.given import NEVER, START, STEP


def say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


async def timed(label: str, repeat: int, run: Callable[[int], Awaitable[object]]) -> float:
    """Median milliseconds of `repeat` runs, said and returned."""
    spans = []
    for index in range(repeat):
        begun = time.perf_counter()
        await run(index)
        spans.append((time.perf_counter() - begun) * 1000)
    say(f"{label:<60}{statistics.median(spans):>10.1f} ms")
    return statistics.median(spans)


@asynccontextmanager
async def opened(folder: Path, name: str) -> AsyncIterator[SqlHistory]:
    url = f"sqlite:///{folder / name}"
    upgrade(url)
    history = SqlHistory(url)
    await history.open()
    yield history
    await history.close()


def readings(sites: int, start: int, count: int) -> list[Reading]:
    return [
        Reading(site, [Bucket(start + STEP * n, 10**9 + site * n, 10**8) for n in range(count)])
        for site in range(sites)
    ]


async def fill(history: SqlHistory, sites: int, days: int) -> None:
    for hour in range(days * 24):
        async with history.writing() as t:
            await t.buckets.write(readings(sites, START - DAY * days + hour * 3600, 12), Slot(0), NEVER)


async def cycle(history: SqlHistory, sites: int, start: int, count: int) -> float:
    """Milliseconds of one committed write."""
    rows = readings(sites, start, count)
    begun = time.perf_counter()
    async with history.writing() as t:
        await t.buckets.write(rows, Slot(0), NEVER)
    return (time.perf_counter() - begun) * 1000


async def compare(empty: SqlHistory, full: SqlHistory, sites: int, count: int, start: int) -> None:
    """Cycles on both, in turn, so that what else the machine does falls on both alike."""
    spans = [
        (await cycle(empty, sites, at, count), await cycle(full, sites, at, count))
        for at in range(start, start + 24 * count * STEP, count * STEP)
    ]
    without, with_history = (statistics.median(span) for span in zip(*spans, strict=True))
    say(f"{f'cycle, {sites} sites x {count} buckets, nothing stored':<60}{without:>10.1f} ms")
    say(f"{f'cycle, {sites} sites x {count} buckets, history stored':<60}{with_history:>10.1f} ms")
    say(f"{'ratio':<60}{with_history / without:>10.2f}")


async def questions(history: SqlHistory, sites: Sequence[int], days: int) -> None:
    async def usage(of: Sequence[int], window: Window) -> None:
        async with history.reading() as t:
            await t.buckets.usage(of, window, STEP)

    async def block(of: Sequence[int], seconds: int) -> None:
        async with history.reading() as t:
            await t.buckets.block(np.array(of), Window(Slot(START - seconds), START), STEP)

    async def series(grain: Grain) -> None:
        async with history.reading() as t:
            await t.buckets.series(1, Window(Slot(START - days * DAY), START), grain)

    span = min(days - 1, 20) * DAY
    half = Window(Slot(START - span - 5 * 3600 + 1800), Slot(START + 1800))
    await timed(f"usage, {len(sites)} sites, {span // DAY} days and odd edges", 5, lambda _: usage(sites, half))
    await timed("usage, 1 site, the same", 5, lambda _: usage([1], half))
    await timed(f"block, {len(sites)} sites, 1 hour", 5, lambda _: block(sites, 3600))
    await timed(f"block, {len(sites)} sites, 1 day", 3, lambda _: block(sites, DAY))
    await timed("block, 1 site, 31 days", 3, lambda _: block([1], min(days, 31) * DAY))
    await timed(f"series, 1 site, {days} days hourly", 3, lambda _: series(Grain.HOURLY))


async def backfill(history: SqlHistory, sites: int, days: int) -> None:
    async def month(index: int) -> None:
        rows = Reading(sites + index, readings(1, START - min(days, 31) * DAY, min(days, 31) * 288)[0].buckets)
        async with history.writing() as t:
            await t.buckets.write([rows], Slot(0), NEVER)

    await timed("backfill, 1 new site, 31 days, one commit", 3, month)


async def measure(sites: int, days: int) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        async with opened(folder, "empty.db") as empty, opened(folder, "full.db") as full:
            begun = time.perf_counter()
            await fill(full, sites, days)
            rows = sites * days * 288
            say(f"filled {rows} buckets, {rows / (time.perf_counter() - begun):.0f} a second, hour by hour")
            await compare(empty, full, sites, 1, START)
            await compare(empty, full, sites, 12, START + DAY)
            await questions(full, range(sites), days)
            await backfill(full, sites, days)
        say(f"file: {(folder / 'full.db').stat().st_size / 1e6:.0f} MB")


if __name__ == "__main__":
    asyncio.run(measure(*map(int, sys.argv[1:] or ("1000", "35"))))
