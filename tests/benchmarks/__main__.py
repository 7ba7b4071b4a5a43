"""Figures of whole bots, measured and never asserted: `make bench`, or `python -m tests.benchmarks [sites]`.

`python -m tests.benchmarks backtest [sites] [days]` measures a backtest alone.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from multiprocessing import get_context
from typing import ParamSpec, TypeVar

from rich.console import Console

from tests.benchmarks.api import api_process
from tests.benchmarks.backfill import backfill, warm
from tests.benchmarks.backtest import main as measure_backtest
from tests.benchmarks.bulk import bulk
from tests.benchmarks.check import RULES, SITES, check
from tests.benchmarks.cycle import cycles
from tests.benchmarks.machine import description
from tests.benchmarks.tables import backfill_table, bulk_table, check_table, cycle_table, notes

UNTIL = datetime(2026, 6, 3, tzinfo=UTC)
Args = ParamSpec("Args")
T = TypeVar("T")


def apart(work: Callable[Args, T], *args: Args.args, **kwargs: Args.kwargs) -> T:
    """In a process that does nothing else and knows nothing yet, so that its memory and time are its own."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(work, *args, **kwargs).result()


def main(sites: int = 1000) -> None:
    console, begun = Console(width=118), time.monotonic()
    console.print(description())
    with api_process(max(sites, 50), UNTIL) as url:
        results = apart(cycles, url, sites)
        console.print(cycle_table(results, sites), *notes(results, sites), sep="\n", soft_wrap=True)
        started = []
        for count, days in ((50, 31), (sites, 7)):
            apart(warm, url, count, days)
            started.append(apart(backfill, url, count, days))
        console.print(backfill_table(started))
    console.print(check_table(apart(check), RULES, SITES))
    console.print(bulk_table(apart(bulk, sites), sites))
    console.print(f"took {time.monotonic() - begun:.0f} s")


if __name__ == "__main__":
    if sys.argv[1:2] == ["backtest"]:
        measure_backtest(*map(int, sys.argv[2:4]))
        sys.exit()
    main(*map(int, sys.argv[1:2]))
