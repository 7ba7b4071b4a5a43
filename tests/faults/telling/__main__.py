# ruff: noqa: T201
"""The campaign of telling and delivery: `python -m tests.faults.telling`. Ends with 1 where anything was lost, seen
twice or wrong, or where time was too short for all runs.

Everything is chosen by seeds, listens on loopback only, and ends by itself.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from tests.faults.telling import report
from tests.faults.telling.run import Result
from tests.faults.telling.work import do


def asked() -> argparse.Namespace:
    wanted = argparse.ArgumentParser(prog="python -m tests.faults.telling", description=__doc__)
    wanted.add_argument("--runs", type=int, default=1000, help="how many (default 1000)")
    wanted.add_argument("--first", type=int, default=1, help="the first seed (default 1)")
    wanted.add_argument("--minutes", type=float, default=30, help="none begins after so many (default 30)")
    wanted.add_argument("--report", type=Path, help="write the table into this document")
    wanted.add_argument("--workers", type=int, default=2)
    return wanted.parse_args()


def main() -> int:
    wanted, began = asked(), time.monotonic()
    seeds = range(wanted.first, wanted.first + wanted.runs)
    hands = [seeds[hand :: wanted.workers] for hand in range(wanted.workers)]
    with ProcessPoolExecutor(wanted.workers, mp_context=get_context("spawn")) as workers:
        futures = [workers.submit(do, hand, wanted.minutes) for hand in hands]
        results = [result for future in futures for result in future.result()]
    print(f"\n{report.remark(results)}\n\n{report.table(results)}\n")
    failed = told(results)
    missing = len(seeds) - len(results)
    print(f"{failed} wrong, {missing} not begun, {(time.monotonic() - began) / 60:.1f} minutes")
    if wanted.report is not None and not missing:
        report.write(wanted.report, results)
    return 1 if failed or missing else 0


def told(results: Sequence[Result]) -> int:
    """Everything that is wrong once more, at the end; how many runs."""
    wrong = sorted((result for result in results if result.wrong), key=lambda result: result.seed)
    for result in wrong:
        print(f"WRONG seed {result.seed}: {'; '.join(result.wrong)[:600]}")
    return len(wrong)


if __name__ == "__main__":
    sys.exit(main())
