# ruff: noqa: T201
"""What a worker of the campaign does: run after run, each on a copy of an empty history."""

from __future__ import annotations

import asyncio
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from bot.app.logs import configure_logs
from bot.history.migrate import upgrade
from bot.history.store import SqlHistory
from tests.faults.stores import PostgresShelf, Shelf, SqliteShelf, Store
from tests.faults.telling.happening import prepare
from tests.faults.telling.killed import run_killed
from tests.faults.telling.plan import Plan, plan
from tests.faults.telling.run import Result, run
from tests.nursery import Nursery, nursed
from tests.postgres import running

ROOT = Path(__file__).parents[3]


@dataclass
class Bench:
    """Where runs are made. Without a server there is no PostgreSQL, without a nursery nobody is killed outside."""

    folder: Path
    shelves: dict[str, tuple[Shelf, Store]]
    nursery: Nursery | None = None

    async def run(self, wanted: Plan) -> Result:
        shelf, template = self.shelves[wanted.database]
        store = await asyncio.to_thread(shelf.copy, template, f"telling_{next(NUMBERS)}")
        try:
            if not wanted.is_child:
                return await run(wanted, store)
            assert self.nursery is not None
            return await run_killed(wanted, store, self.nursery, self.folder)
        finally:
            await asyncio.to_thread(shelf.discard, store)


NUMBERS = count(1)


@asynccontextmanager
async def bench(databases: Sequence[str], *, with_kills: bool = True) -> AsyncIterator[Bench]:
    """With a prepared history on each of the databases."""
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="usagebot-telling-")))
        shelves: dict[str, tuple[Shelf, Store]] = {}
        if "sqlite" in databases:
            shelves["sqlite"] = await prepared(SqliteShelf(folder))
        if "postgresql" in databases:
            shelves["postgresql"] = await prepared(PostgresShelf(stack.enter_context(running())))
        nursery = None
        if with_kills:
            environment = {"PYTHONPATH": str(ROOT), "PATH": ""}
            nursery = await stack.enter_async_context(nursed("tests.faults.telling.victim", folder, environment))
        yield Bench(folder, shelves, nursery)


async def prepared(shelf: Shelf) -> tuple[Shelf, Store]:
    """With a history that knows the sites and nothing else, to be copied."""
    template = shelf.blank()
    if template.url.startswith("sqlite"):
        await asyncio.to_thread(upgrade, template.url)
    history = SqlHistory(template.url)
    await history.open()
    await prepare(history)
    await history.close()
    if template.url.startswith("sqlite"):
        await asyncio.to_thread(template.ask, "PRAGMA wal_checkpoint(TRUNCATE)")
    return shelf, template


def do(seeds: Sequence[int], minutes: float) -> list[Result]:
    """In a process of its own: as many of them as can be begun in so many minutes."""
    configure_logs("console", "critical")
    return asyncio.run(_do([plan(seed) for seed in seeds], time.monotonic() + 60 * minutes))


async def _do(plans: Sequence[Plan], until: float) -> list[Result]:
    results = []
    async with bench(sorted({each.database for each in plans})) as one:
        for each in plans:
            if time.monotonic() > until:
                break
            results.append(tell(await one.run(each)))
    return results


def tell(result: Result) -> Result:
    """One line of progress, and one for each thing that is wrong."""
    verdict, struck = result.verdict, "; ".join(result.strikes) or "nothing struck"
    counts = f"{result.lives} lives, {verdict.facts} facts, {verdict.messages} messages"
    lines = [f"{'WRONG' if result.wrong else 'ok':5} seed {result.seed}: {result.database}, {counts}, {struck}"]
    lines += [f"      {problem[:400]}" for problem in result.wrong]
    print("\n".join(lines), file=sys.stderr, flush=True)
    return result
