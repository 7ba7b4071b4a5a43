# ruff: noqa: T201
"""What a worker of the campaign does, and how the work is cut for two of them."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random

from bot.app.logs import configure_logs
from tests.faults import report, running
from tests.faults.campaign import FAULTS, Campaign, Result
from tests.faults.faults import DAY, Fault
from tests.faults.kills import killed
from tests.faults.stores import PostgresShelf, SqliteShelf, small_disk
from tests.postgres import running as postgres

DATABASES = ("sqlite", "postgresql")
TOGETHER = 3
"""So many faults at once in a combination."""


Run = tuple[tuple[tuple[str, str], ...], int]
"""Families and names of the faults that overlap, and the seed: faults themselves cannot go to another process."""
BY_NAME = {(fault.family, fault.name): fault for fault in FAULTS}


@dataclass(frozen=True)
class Piece:
    """What one worker does on end: it shares a database server and its undisturbed runs."""

    database: str
    runs: tuple[Run, ...] = ()
    kill_seeds: tuple[int, ...] = ()
    kills: int = 0
    is_running: bool = False


@dataclass(frozen=True)
class Done:
    """What came of a piece; `kills` is how many lives were ended."""

    database: str
    results: tuple[Result, ...]
    kills: int = 0


@contextmanager
def campaign(database: str) -> Iterator[Campaign]:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="usagebot-faults-")))
        if database == "sqlite":
            yield Campaign(database, SqliteShelf(folder), folder)
        else:
            yield Campaign(database, PostgresShelf(stack.enter_context(postgres())), folder)


def do(piece: Piece) -> Done:
    """In a process of its own."""
    configure_logs("console", "critical")
    with campaign(piece.database) as one:
        if piece.is_running:
            return asyncio.run(_run(one))
        if piece.kills:
            return asyncio.run(_kill(one, piece))
        return asyncio.run(_fail(one, piece))


async def _fail(one: Campaign, piece: Piece) -> Done:
    results = []
    for names, seed in piece.runs:
        results.append(await one.run([BY_NAME[name] for name in names], seed))
        tell(one.database, results[-1])
    return Done(one.database, tuple(results))


async def _kill(one: Campaign, piece: Piece) -> Done:
    results, ended = [], 0
    for seed in piece.kill_seeds:
        result, ways = await killed(one, seed)
        results.append(result)
        ended += sum(ways.values())
        tell(one.database, result, f"{ended} of {piece.kills}")
        if ended >= piece.kills:
            break
    return Done(one.database, tuple(results), ended)


async def _run(one: Campaign) -> Done:
    trials: Sequence[running.Trial] = running.TRIALS[one.database]
    with small_disk(one.folder) if one.database == "sqlite" else ExitStack() as disk:
        if disk is False:
            trials = tuple(trial for trial in trials if trial.happens is not running.full)
        results = await running.run(one, trials, lambda line: print(f"  {one.database}: a running process: {line}"))
    for result in results:
        tell(one.database, result)
    return Done(one.database, tuple(results))


def tell(database: str, result: Result, more: str = "") -> None:
    """One line of progress, and one for each thing that is wrong."""
    recovery = report.words(result.recovery) if result.recovery is not None else more
    verdict = "WRONG" if result.wrong else "ok"
    print(f"{verdict:5} {database}: {result.family}: {result.name} (seed {result.seed}) {recovery}", flush=True)
    for problem in result.wrong:
        print(f"      {problem[:500]}", flush=True)


def pieces(
    databases: Sequence[str], seeds: int, kills: int, *, with_process: bool = True, only: str = ""
) -> list[Piece]:
    """The longest first, so that two workers end at about the same time. `only` picks by a part of a name."""
    found = []
    for database in databases:
        mine = [fault for fault in FAULTS if database in fault.databases and only in f"{fault.family}: {fault.name}"]
        if with_process:
            found.append(Piece(database, is_running=True))
        if kills:
            found.append(Piece(database, kill_seeds=tuple(range(1, 200)), kills=-(-kills // len(databases))))
        if (
            database != databases[0] and not only
        ):  # what has little to do with the database is tried with the other one mostly
            mine = [fault for place, fault in enumerate(mine) if fault.family == "database" or place % 4 == 0]
        alone = [((fault,), seed) for seed in range(1, seeds + 1) for fault in mine if fault.ticks < DAY or seed == 1]
        mixed = [(together(mine, seed), seed) for seed in range(1, 4 * seeds + 1) if not only]
        runs: list[Run] = [(tuple((f.family, f.name) for f in faults), seed) for faults, seed in (*alone, *mixed)]
        half = len(runs) // 2
        found += [Piece(database, tuple(runs[:half])), Piece(database, tuple(runs[half:]))]
    return found


def together(faults: Sequence[Fault], seed: int) -> tuple[Fault, ...]:
    """Faults of different families that overlap."""
    random = Random(f"together {seed}")  # noqa: S311 - seeded choice
    chosen: dict[str, Fault] = {}
    for fault in random.sample([fault for fault in faults if fault.ticks < DAY], 3 * TOGETHER):
        chosen.setdefault(fault.family, fault)
    return tuple(chosen.values())[:TOGETHER]
