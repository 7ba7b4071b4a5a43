"""A bot that looks for spikes at many sites and is started again: its first pass, and those after it.

python -m tests.benchmarks.spike_restart [sites] [hours since midnight]
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray
from rich.console import Console

from bot.domain.block import Block
from bot.domain.sites import Site
from bot.domain.times import DAY, HOUR, Slot, Window, to_instant, to_slot
from bot.domain.usage import Direction
from bot.engine.spikes.memory import Memory
from bot.engine.spikes.offsets import Offsets
from bot.engine.spikes.value import encode
from bot.engine.spikes.watch import watch
from bot.history.migrate import upgrade
from bot.history.store import SqlHistory, SqlTransaction
from bot.rules.model import UTC_ZONE, Configuration, Rule, Spike
from bot.service.assess import Assess
from bot.service.fleet import Fleet
from bot.service.ports import Baseline, Progress
from bot.service.spikes.watch import directions_of
from tests.benchmarks.machine import Peak, Span, Stall, description, resident, timed

STEP = 300
MIDNIGHT = Slot(to_slot(datetime(2026, 6, 2, tzinfo=UTC)))
LEARNT = 30 * DAY
KINDS = 20
"""Sites whose month is really made and remembered; the others are like them."""
AT_ONCE = 500
RULES = (Rule("spike", Spike(), directions=(Direction.IN, Direction.OUT), notify=()),)


@dataclass(frozen=True, slots=True)
class Restarted:
    """The first pass after a restart with an hour's new buckets, and one with one new bucket; memory is in bytes."""

    first: Span
    stalled: float
    before: int
    peak: int
    later: Span
    value: int


def traffic(window: Window) -> Block:
    """Of a few kinds of site: a day's rhythm, with noise."""
    drawn, length = np.random.default_rng(1), (window.end - window.start) // STEP
    hours = (window.start + np.arange(length) * STEP) % DAY / HOUR
    rhythm = 1e6 * (1.2 + np.sin((hours - 9) / 24 * 2 * np.pi))[None] * drawn.uniform(0.2, 5, (KINDS, 1))
    one, other = ((rhythm * drawn.lognormal(0, 0.3, (KINDS, length))).astype(np.int64) for _ in range(2))
    return Block(np.arange(KINDS), window.start, STEP, one, other, np.ones((KINDS, length), np.bool_))


def values() -> list[bytes]:
    block, rows = traffic(Window(Slot(MIDNIGHT - LEARNT), MIDNIGHT)), np.arange(KINDS)
    memory = Memory.empty(KINDS, directions_of(RULES), STEP)
    memory.begin(rows, block.start)
    watch(memory, rows, block, Offsets.of([UTC_ZONE] * KINDS, Window(block.start, block.end)), 0)
    memory.go_back(rows, MIDNIGHT)
    return encode(memory, rows)


async def fill(history: SqlHistory, fleet: Fleet, since: Slot, until: Slot) -> int:
    """What a bot had written by `until`, of which the last hour is not judged yet. Bytes of a value."""
    block, kept = traffic(Window(since, until)), values()
    for first in range(0, len(fleet.sites), AT_ONCE):
        keys = np.array([site.key for site in fleet.sites[first : first + AT_ONCE]])
        async with history.writing() as tx:
            await _write(tx, keys, block)
            ends = (Slot(MIDNIGHT - LEARNT), until, Slot(until - HOUR), Slot(until - HOUR), None, until, MIDNIGHT)
            await tx.progress.save([Progress(key, *ends) for key in keys.tolist()])
            since = Slot(MIDNIGHT - LEARNT)
            await tx.baselines.save({key: Baseline(since, MIDNIGHT, kept[key % KINDS]) for key in keys.tolist()})
    return sum(map(len, kept)) // len(kept)


async def _write(tx: SqlTransaction, keys: NDArray[np.int64], block: Block) -> None:
    await tx.connection.exec_driver_sql("INSERT INTO buckets VALUES (?, ?, ?, ?)", list(_rows(keys, block)))


def _rows(keys: NDArray[np.int64], block: Block) -> Iterator[tuple[int, ...]]:
    kinds = keys % KINDS
    for column in range(block.length):
        both = block.in_bytes[kinds, column].tolist(), block.out_bytes[kinds, column].tolist()
        yield from zip([block.start + column * STEP] * len(keys), keys.tolist(), *both, strict=True)


async def restarted(folder: Path, sites: int, hours: int) -> Restarted:
    url, until = f"sqlite:///{folder / 'usage.db'}", Slot(MIDNIGHT + hours * HOUR)
    upgrade(url)
    every = (Site(n, "default", f"{n:08}-0000-4000-8000-000000000000", f"s{n}", UTC_ZONE) for n in range(1, sites + 1))
    fleet = Fleet(tuple(every), Configuration("v", rules=RULES), STEP)
    history = SqlHistory(url)
    await history.open()
    try:
        size = await fill(history, fleet, Slot(MIDNIGHT - 4 * HOUR), until)
        assess = Assess(history, lambda: fleet, lambda: to_instant(until + STEP))
        before = resident()
        with Peak() as peak:
            async with Stall() as stall:
                with timed() as first:
                    await assess.run()
        await one_more(history, fleet, until)
        with timed() as later:
            await assess.run()
        return Restarted(first, stall.seconds, before, peak.bytes, later, size)
    finally:
        await history.close()


async def one_more(history: SqlHistory, fleet: Fleet, until: Slot) -> None:
    keys, end = np.array([site.key for site in fleet.sites]), Slot(until + STEP)
    async with history.writing() as tx:
        await _write(tx, keys, traffic(Window(until, end)))
        rows = (await tx.progress.all()).values()
        await tx.progress.save(
            [
                Progress(row.site, row.known_from, end, until, row.judged_until, judged_from=row.judged_from)
                for row in rows
            ]
        )


def main(sites: int = 10_000, hours: int = 20) -> None:
    console = Console(width=118)
    console.print(description())
    with TemporaryDirectory() as folder:
        found = asyncio.run(restarted(Path(folder), sites, hours))
    first, later = found.first, found.later
    console.print(
        f"{sites:,} sites, {hours} hours after midnight; a value has {found.value:,} bytes",
        f"first pass: {first.wall:.1f} s ({first.cpu:.1f} s of processor), others waited {found.stalled:.1f} s at most",
        f"memory: {found.peak / 1e6:,.0f} MB at most, {found.before / 1e6:,.0f} of them before it began",
        f"one more bucket: {later.wall:.2f} s ({later.cpu:.2f} s of processor)",
        sep="\n",
    )


if __name__ == "__main__":
    main(*map(int, sys.argv[1:3]))
