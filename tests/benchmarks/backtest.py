"""A backtest of a fleet's quarter: 1,000 sites, 90 days of five minutes, five rules of different kinds.

`python -m tests.benchmarks.backtest [sites] [days]`; it stops by itself, and needs 0.6 GB of disk for a while.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

STEP, BUCKETS_A_DAY = 300, 288
START = 1_772_323_200
"""1 March 2026, 00:00 UTC."""
LONGEST = 900
"""Seconds after which it is given up."""
RULES = """
version: 1
defaults: {timezone: UTC, receivers: [noc]}
receivers: {noc: {terminal: true}}
rules:
  - {name: monthly, quota: 100 GB, per: month, at: [50%, 80%, 100%]}
  - {name: daily, quota: 12 GB, per: day, at: [80%, 100%]}
  - {name: busy, threshold: {over: 3 GB, within: 1h}, for: 15m, keep_firing_for: 15m}
  - {name: idle, threshold: {under: 100 kB, within: 30m}, direction: out}
  - {name: silent, no_data: {after: 30m}}
"""
SCHEMA = pa.schema(
    [
        ("site", pa.string()),
        ("time_slot", pa.timestamp("s", "UTC")),
        ("in_bytes", pa.int64()),
        ("out_bytes", pa.int64()),
    ]
)


@dataclass(frozen=True, slots=True)
class Measured:
    """`seconds` of the whole command; `peak` is its resident memory in bytes."""

    buckets: int
    transitions: int
    seconds: float
    cpu: float
    peak: int


def write_history(file: Path, sites: int, days: int) -> int:
    """Believable usage: sites of very different sizes, a daily rhythm, bursts, one bucket in 200 missing."""
    random, count, rows = np.random.default_rng(1), days * BUCKETS_A_DAY, 0
    slots = START + STEP * np.arange(count)
    rhythm = 1 + 0.8 * np.sin(2 * np.pi * np.arange(count) / BUCKETS_A_DAY)
    with pq.ParquetWriter(file, SCHEMA) as writer:
        for site in range(sites):
            level = random.lognormal(14.5, 1)
            received = (level * rhythm * random.lognormal(0, 0.5, count)).astype(np.int64)
            known = random.random(count) > 0.005
            rows += int(known.sum())
            names = pa.array([f"site-{site:04d}"] * int(known.sum()))
            columns = [names, pa.array(slots[known], SCHEMA.field("time_slot").type), received[known]]
            writer.write_table(pa.table([*columns, received[known] // 5], schema=SCHEMA))
    return rows


def backtest(sites: int, days: int) -> Measured:
    with tempfile.TemporaryDirectory() as folder:
        history, rules = Path(folder) / "history.parquet", Path(folder) / "rules.yaml"
        rows = write_history(history, sites, days)
        rules.write_text(RULES, "utf-8")
        command = [
            str(Path(sys.executable).with_name("usagebot")),
            "backtest",
            "--rules",
            str(rules),
            "--history",
            str(history),
        ]
        began = time.monotonic()
        ran = subprocess.run(
            [*command, "--format", "jsonl"], check=True, capture_output=True, text=True, timeout=LONGEST
        )
        seconds = time.monotonic() - began
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return Measured(rows, len(ran.stdout.splitlines()), seconds, used.ru_utime + used.ru_stime, used.ru_maxrss * 1024)


def main(sites: int = 1000, days: int = 90) -> None:
    found = backtest(sites, days)
    sys.stdout.write(
        f"{sites:,} sites, {days} days, {found.buckets:,} buckets, 5 rules: {found.seconds:.1f} s "
        f"({found.cpu:.1f} s of processor), {found.peak / 1e9:.2f} GB, {found.transitions:,} transitions\n"
    )


if __name__ == "__main__":
    main(*map(int, sys.argv[1:3]))
