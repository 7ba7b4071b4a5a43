# ruff: noqa: T201
"""The fault campaign: `python -m tests.faults`. Ends with 1 where anything was lost, doubled, wrong or did not recover.

Everything is chosen by seeds, listens on loopback only, and ends by itself.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from multiprocessing import get_context
from pathlib import Path

from tests.faults import report
from tests.faults.campaign import FAULTS, Result
from tests.faults.running import PROCESS
from tests.faults.work import DATABASES, Done, do, pieces


def lines(done: Sequence[Done]) -> list[report.Line]:
    """A line for each fault and database, in the order of the campaign."""
    grouped: dict[tuple[str, str, str], list[Result]] = {}
    kills: dict[str, int] = {}
    for piece in done:
        kills[piece.database] = kills.get(piece.database, 0) + piece.kills
        for result in piece.results:
            name = "three of these at once, by seed" if result.family == "combinations" else result.name
            grouped.setdefault((result.family, name, piece.database), []).append(result)
    families = ["kill -9", *dict.fromkeys(fault.family for fault in FAULTS), "combinations", "a running process"]
    ordered = sorted(grouped.items(), key=lambda item: (families.index(item[0][0]), item[0][1], item[0][2]))
    return [
        report.Line(*key, results, kills[key[2]] if key[0] == "kill -9" else len(results)) for key, results in ordered
    ]


def main() -> int:
    asked = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    asked.add_argument("--seeds", type=int, default=1, help="runs of each fault (default 1)")
    asked.add_argument("--kills", type=int, default=200, help="lives that end by kill -9 (default 200)")
    asked.add_argument("--database", choices=DATABASES, help="one of them instead of both")
    asked.add_argument("--report", type=Path, help="write the table into this document")
    asked.add_argument("--without-process", action="store_true", help="leave the running process out (five minutes)")
    asked.add_argument("--only", default="", help=f"faults whose name holds this, or {PROCESS!r}; no kills")
    asked.add_argument("--workers", type=int, default=2)
    wanted = asked.parse_args()
    began = time.monotonic()
    databases = [wanted.database] if wanted.database else list(DATABASES)
    if wanted.only:
        todo = pieces(databases, wanted.seeds, 0, with_process=wanted.only in PROCESS, only=wanted.only)
    else:
        todo = pieces(databases, wanted.seeds, wanted.kills, with_process=not wanted.without_process)
    with ProcessPoolExecutor(wanted.workers, mp_context=get_context("spawn")) as workers:
        futures: list[Future[Done]] = [workers.submit(do, piece) for piece in todo]
        done = [future.result() for future in as_completed(futures)]
    wrong = [(piece.database, result) for piece in done for result in piece.results if result.wrong]
    table = lines(done)
    print(f"\n{report.table(table)}\n\n{len(wrong)} wrong, {(time.monotonic() - began) / 60:.1f} minutes")
    for database, result in wrong:
        print(f"WRONG {database}: {result.family}: {result.name} (seed {result.seed})")
    if wanted.report is not None:
        runs = sum(len(piece.results) for piece in done)
        remark = f"{runs} runs, {sum(piece.kills for piece in done)} kills, {len(wrong)} with anything wrong."
        report.write(wanted.report, table, remark)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
