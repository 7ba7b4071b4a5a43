# ruff: noqa: T201
"""Debian's Alertmanager and this bot under the same faults of Slack: `python -m tests.benchmarks.alertmanager`.

It needs Debian's package prometheus-alertmanager; without that there is nothing to measure, and it says so. Everything
listens on loopback, lasts some minutes and ends by itself.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tests.benchmarks.alertmanager.faults import INTERVAL, TROUBLES, Trouble, TroubledSlack
from tests.benchmarks.alertmanager.senders import Alertmanager, Usagebot, now
from tests.benchmarks.alertmanager.trial import LASTS, Result, Trial
from tests.faults.report import put

PROGRAM = "prometheus-alertmanager"
BEGIN, END = (
    "<!-- the table is written by `python -m tests.benchmarks.alertmanager` -->",
    "<!-- the end of that table -->",
)
HEAD = (
    "| Slack | sender | facts | delivered | lost | visible twice | posts before Retry-After was over | median delay "
    "| longest delay |\n|---|---|--:|--:|--:|--:|--:|--:|--:|"
)


async def one(trouble: Trouble, program: Path | None, turn: asyncio.Semaphore) -> Result:
    """`program` is Alertmanager's; None for the bot."""
    async with turn, TroubledSlack() as slack:
        slack.now = now()
        slack.add_channel("noc")
        with tempfile.TemporaryDirectory(prefix="usagebot-") as folder:
            home, interval = Path(folder), trouble.interval
            sender = Alertmanager(program, home, slack, interval) if program else Usagebot(home, slack, interval)
            try:
                result = await Trial(sender, slack, trouble).run()
            finally:
                await sender.close()
        print(result, flush=True)
        return result


async def measured(program: Path, troubles: Sequence[Trouble], beside: int) -> list[Result]:
    turn = asyncio.Semaphore(beside)
    runs = [one(trouble, which, turn) for trouble in troubles for which in (program, None)]
    return list(await asyncio.gather(*runs))


def version_of(program: Path) -> str:
    said = subprocess.run([program, "--version"], check=True, capture_output=True, text=True, timeout=10)
    return (said.stdout + said.stderr).split("\n")[0].partition("(")[0].strip().replace(", version", "")


def main() -> int:
    asked = argparse.ArgumentParser(prog="python -m tests.benchmarks.alertmanager", description=__doc__)
    asked.add_argument("--program", type=Path, help=f"where {PROGRAM} is; found on PATH unless given")
    asked.add_argument("--report", type=Path, help="write the table into this document")
    asked.add_argument("--only", default="", help="troubles whose name holds this")
    asked.add_argument("--beside", type=int, default=4, help="runs at the same time (default 4)")
    wanted = asked.parse_args()
    program = wanted.program or shutil.which(PROGRAM)
    if program is None or not os.access(program, os.X_OK):
        print(f"Skipped: there is no {PROGRAM} here. Install Debian's package of that name, or say --program PATH.")
        return 0
    troubles = [trouble for trouble in TROUBLES if wanted.only in trouble.name]
    results = asyncio.run(measured(Path(program).resolve(), troubles, wanted.beside))
    remark = f"{version_of(Path(program))} of Debian; group_interval {INTERVAL} s, trouble {LASTS:.0f} s, twice."
    table = "\n".join((HEAD, *map(str, results)))
    print(f"\n{remark}\n\n{table}")
    if wanted.report is not None:
        put(wanted.report, BEGIN, f"{remark}\n\n{table}", END)
    return 0


if __name__ == "__main__":
    sys.exit(main())
