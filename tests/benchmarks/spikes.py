"""What it costs to look for spikes: `python -m tests.benchmarks.spikes [sites]`, about two minutes.

The engine alone, with 35 days of memory; then `usagebot backtest` of one spike rule. The restart is measured by
`tests.benchmarks.spike_restart`.
"""

from __future__ import annotations

import resource
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

import numpy as np
from rich.console import Console

from bot.domain.block import Block
from bot.domain.times import DAY, Slot, Window
from bot.domain.usage import Direction
from bot.engine.spikes.memory import Memory
from bot.engine.spikes.offsets import Offsets
from bot.engine.spikes.seen import LOOK_BACK
from bot.engine.spikes.value import encode
from bot.engine.spikes.watch import watch
from tests.benchmarks.backtest import LONGEST, START, STEP, write_history
from tests.benchmarks.machine import Span, description, median, timed

LEARNT = 35
ZONES = ZoneInfo("Africa/Johannesburg"), ZoneInfo("Europe/Berlin")
KINDS, HALF_HOUR, AN_HOUR = 100, 6, 12
"""Sites whose days are really made and remembered; the others are like them."""
LIVE = 18
"""Buckets that come one by one: three half hours."""
RULES = """
version: 1
defaults: {timezone: UTC, receivers: [noc]}
receivers: {noc: {terminal: true}}
rules:
  - {name: unusual, spike: {}}
"""


@dataclass(frozen=True, slots=True)
class Measured:
    """`live`: of each new bucket, the first of a half hour first. Bytes of a site: in memory, and as it is stored."""

    live: list[Span]
    hour: Span
    day: Span
    memory: int
    value: int


def traffic(sites: int, start: int, columns: int) -> Block:
    drawn, shape = np.random.default_rng(start), (sites, columns)
    hours = (start + np.arange(columns) * STEP) % DAY / 3600
    rhythm = np.exp(np.sin((hours - 9) / 12 * np.pi))[None] * 10 ** (5 + np.arange(sites) % KINDS / KINDS)[:, None]
    one, other = ((rhythm * drawn.lognormal(0, 0.4, shape)).astype(np.int64) for _ in range(2))
    return Block(np.arange(sites), Slot(start), STEP, one, other, np.ones(shape, np.bool_))


def zones(sites: int) -> list[ZoneInfo]:
    return [ZONES[n % len(ZONES)] for n in range(sites)]


def learnt(sites: int) -> Memory:
    """The memory of so many sites after LEARNT days."""
    block, rows = traffic(KINDS, START, LEARNT * DAY // STEP), np.arange(KINDS)
    memory = Memory.empty(KINDS, (Direction.IN, Direction.OUT), STEP)
    memory.begin(rows, block.start)
    watch(memory, rows, block, Offsets.of(zones(KINDS), Window(block.start, block.end)), 0)
    return memory.taken(np.arange(sites) % KINDS)


def seen(memory: Memory, now: int, columns: int) -> Span:
    """So many new buckets of all sites, with those before them that the bot reads as well."""
    rows, before = np.arange(len(memory)), LOOK_BACK // STEP
    block = traffic(len(memory), now - LOOK_BACK, before + columns)
    with timed() as span:
        watch(memory, rows, block, Offsets.of(zones(len(memory)), Window(Slot(now), block.end)), before)
    return span


def engine(sites: int) -> Measured:
    memory, now = learnt(sites), START + LEARNT * DAY
    held = sum(getattr(memory, name).nbytes for name in memory.arrays()) // sites
    values = encode(memory, np.arange(min(sites, KINDS)))
    day = seen(memory, now, DAY // STEP)
    live = [seen(memory, now + DAY + n * STEP, 1) for n in range(LIVE)]
    hour = seen(memory, now + DAY + LIVE * STEP, AN_HOUR)
    return Measured(live, hour, day, held, sum(map(len, values)) // len(values))


def backtest(sites: int, days: int) -> Span:
    """The whole command."""
    with TemporaryDirectory() as folder:
        history, rules = Path(folder) / "history.parquet", Path(folder) / "rules.yaml"
        write_history(history, sites, days)
        rules.write_text(RULES, "utf-8")
        usagebot = str(Path(sys.executable).with_name("usagebot"))
        command = [usagebot, "backtest", "--rules", str(rules), "--history", str(history), "--format", "jsonl"]
        with timed() as span:
            subprocess.run(command, check=True, capture_output=True, timeout=LONGEST)
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return Span(span.wall, used.ru_utime + used.ru_stime)


def milliseconds(spans: Sequence[Span]) -> str:
    wall, middle = [span.wall * 1000 for span in spans], median(spans)
    one = f"median {middle.wall * 1000:.0f} ms ({middle.cpu * 1000:.0f} of processor)"
    return f"{one}, {min(wall):.0f} to {max(wall):.0f}"


def seconds(span: Span) -> str:
    return f"{span.wall:.2f} s ({span.cpu:.2f} of processor)"


def main(sites: int = 10_000) -> None:
    console, found = Console(width=118), engine(sites)
    others = [span for n, span in enumerate(found.live) if n % HALF_HOUR]
    console.print(
        description(),
        f"{sites:,} sites with {LEARNT} days of memory",
        f"one new bucket: {milliseconds(others)}",
        f"the first of a half hour: {milliseconds(found.live[::HALF_HOUR])}",
        f"an hour: {seconds(found.hour)}; a day: {seconds(found.day)}",
        f"bytes a site: {found.memory:,} in memory, {found.value:,} stored",
        f"backtest of 35 sites and 90 days: {seconds(backtest(35, 90))}",
        sep="\n",
    )


if __name__ == "__main__":
    main(*map(int, sys.argv[1:2]))
