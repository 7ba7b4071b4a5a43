"""Cycles of a fleet: what one costs, of which parts, and how that depends on what is stored."""

from __future__ import annotations

import asyncio
import gc
import shutil
from collections.abc import Collection, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.demo.fleet import Fleet
from bot.demo.large import fleet
from bot.demo.traffic import Traffic
from bot.domain.times import DAY, HOUR, Slot, Window, to_slot
from bot.service.plan import last_complete
from bot.service.ports import ListOutcome, PullOutcome
from bot.service.pull import WORKERS
from tests.benchmarks.api import SEED
from tests.benchmarks.fill import fill, settle
from tests.benchmarks.machine import Span, Stall, median, timed
from tests.benchmarks.world import START, World, configuration, quiet, world

ASK, WRITE, ASSESS, DELIVER, WHOLE = "ask", "write", "assess", "deliver", "whole"
TOUCHING = "write and assess"
TICK = timedelta(minutes=5)
CYCLES = 18
REREAD_EVERY = 12
"""The first cycle makes alerts of all that was reached before, and once an hour one reads two days again. The others
are ordinary."""


@dataclass(frozen=True, slots=True)
class Case:
    """What is stored, and the rules. The period is a month from day `starts`, with `quota` for each site."""

    name: str
    known: Window
    starts: int
    quota: str


# The quotas are such that several hundred sites are over their first step: open alerts are what costs.
CASES = (
    Case("nothing", Window(Slot(START - 16 * HOUR), START), starts=2, quota="1 GB"),
    Case("35 days", Window(Slot(START - 35 * DAY), START), starts=2, quota="1 GB"),
    Case("35 days, period of 28", Window(Slot(START - 35 * DAY), START), starts=5, quota="100 GB"),
)


@dataclass(slots=True)
class Result:
    """Spans by part; WHOLE is of other cycles than the parts, run as in production. `first` is the first assessment,
    `reread` cycles that read two days again and `stall` the longest wait for the event loop in them."""

    name: str
    spans: dict[str, list[Span]] = field(default_factory=dict)
    first: Span = field(default_factory=Span)
    reread: list[Span] = field(default_factory=list)
    stall: float = 0
    open_alerts: int = 0
    deliveries: int = 0
    megabytes: float = 0

    def of(self, part: str) -> Span:
        return median(self.spans[part])


class Stored:
    """A source that answers at once, from what was asked of the API before."""

    def __init__(self, answers: Mapping[tuple[str, Window], PullOutcome]) -> None:
        self._answers = answers

    async def usage(self, sites: Sequence[str], window: Window) -> PullOutcome:
        return self._answers[sites[0], window]

    async def list_sites(self, known: Collection[str] = ()) -> ListOutcome:
        raise NotImplementedError


def newest(world: World) -> Window:
    """What an ordinary cycle asks of every site: the trailing hour and one new bucket."""
    end = last_complete(to_slot(world.clock()), world.options)
    return Window(Slot(end - world.options.trailing - world.options.bucket), end)


async def ask(world: World, window: Window) -> Stored:
    """The window of every site, asked for as a pull does, with nothing written."""
    queue, answers = [site.id for site in world.survey.fleet().sites], {}

    async def work() -> None:
        while queue:
            site = queue.pop()
            answers[site, window] = await world.source.usage([site], window)

    await asyncio.gather(*(work() for _ in range(WORKERS)))
    return Stored(answers)


async def in_parts(world: World) -> dict[str, Span]:
    """A cycle with its parts one after the other."""
    spans: dict[str, Span] = {}
    with timed() as spans[ASK]:
        stored = await ask(world, newest(world))
    with timed() as spans[WRITE]:
        await world.pulling(stored).run()
    with timed() as spans[ASSESS]:
        await world.assess.run()
    with timed() as spans[DELIVER]:
        await world.deliver.run()
    spans[TOUCHING] = spans[WRITE] + spans[ASSESS]
    return spans


async def as_in_production(world: World) -> dict[str, Span]:
    """A cycle in which writing goes on while the API is still being asked."""
    with timed() as span:
        await world.pulling(world.source).run()
        await world.assess.run()
        await world.deliver.run()
    return {WHOLE: span}


async def prepared(world: World, database: Path, case: Case, sites: Fleet, filled: Path | None) -> None:
    """The case's history, as if the bot had run until now; `filled` already holds the buckets."""
    keys = {site.id: site.key for site in world.survey.fleet().sites}
    ordered = [keys[site.id] for site in sites.sites]
    if filled is None:
        fill(database, Traffic(sites), ordered, case.known)
    await settle(world.history, ordered, case.known, START)


async def first_cycle(world: World, result: Result) -> None:
    """Not counted among the others: alerts of everything that was reached before are made here."""
    world.clock.advance(TICK)
    await world.pulling(world.source).run()
    with timed() as result.first:
        await world.assess.run()
    await world.deliver.run()


async def measured(worlds: Sequence[World], results: Sequence[Result]) -> None:
    """Cycles on all of them in turn, so that what else the machine does falls on all alike."""
    for tick in range(2, CYCLES + 1):
        for bot, result in zip(worlds, results, strict=True):
            bot.clock.advance(TICK)
            if tick % REREAD_EVERY == 0:
                await reread_cycle(bot, result)
                continue
            for part, span in (await (in_parts if tick % 2 else as_in_production)(bot)).items():
                result.spans.setdefault(part, []).append(span)


async def reread_cycle(world: World, result: Result) -> None:
    async with Stall() as stall:
        result.reread.append((await as_in_production(world))[WHOLE])
    result.stall = max(result.stall, stall.seconds)


async def run(base_url: str, count: int) -> list[Result]:
    sites, results, worlds = fleet(count, SEED), [], []
    with TemporaryDirectory(prefix="usagebot-bench-") as name:
        folder = Path(name)
        filled: dict[Window, Path] = {}
        async with AsyncExitStack() as stack:
            for number, case in enumerate(CASES):
                database, copied = folder / f"{number}.db", filled.get(case.known)
                if copied:
                    shutil.copy(copied, database)
                bot = await stack.enter_async_context(
                    world(database, base_url, sites, configuration(case.quota, case.starts))
                )
                await prepared(bot, database, case, sites, copied)
                filled[case.known] = database
                worlds.append(bot)
                results.append(Result(case.name))
            for bot, result in zip(worlds, results, strict=True):
                await first_cycle(bot, result)
            gc.freeze()  # else each of the bots pays for the collector's walks through all of them
            await measured(worlds, results)
            for number, (bot, result) in enumerate(zip(worlds, results, strict=True)):
                result.megabytes = (folder / f"{number}.db").stat().st_size / 1e6
                await describe(bot, result)
    return results


async def describe(world: World, result: Result) -> None:
    result.deliveries = world.people.delivered
    async with world.history.reading() as tx:
        result.open_alerts = len(await tx.alerts.open())


def cycles(base_url: str, count: int) -> list[Result]:
    quiet()
    return asyncio.run(run(base_url, count))
