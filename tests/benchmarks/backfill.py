"""A first start: how fast history comes in, and what memory that takes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.demo.large import fleet
from bot.domain.times import DAY, Slot, Window, to_slot
from bot.service.options import PullOptions
from bot.service.plan import last_complete
from bot.service.pull import PullSummary
from tests.benchmarks.api import SEED
from tests.benchmarks.cycle import TICK, ask
from tests.benchmarks.machine import Peak, Span, Stall, resident, timed
from tests.benchmarks.world import World, configuration, quiet, world

CYCLES_AFTER = 3


@dataclass(slots=True)
class Result:
    """Memory is in bytes: before, the most during the backfill, after it, and after some cycles."""

    sites: int
    days: int
    span: Span
    buckets: int = 0
    requests: int = 0
    stall: float = 0
    before: int = 0
    peak: int = 0
    after: int = 0
    settled: int = 0


def backfill(base_url: str, count: int, days: int) -> Result:
    """A first start with `count` sites, each of whose `days` are asked for at once, and cycles after it."""
    quiet()
    return asyncio.run(_run(base_url, count, days))


def warm(base_url: str, count: int, days: int) -> None:
    """Ask the same and throw it away: the API computes its traffic once, and then knows it."""
    quiet()
    asyncio.run(_warm(base_url, count, days))


@asynccontextmanager
async def _new_bot(base_url: str, count: int, days: int) -> AsyncIterator[World]:
    options = replace(PullOptions(), chunk=days * DAY, baseline=days * DAY)
    with TemporaryDirectory(prefix="usagebot-bench-") as name:
        database, rules = Path(name) / "usage.db", configuration("1 GB", 2)
        async with world(database, base_url, fleet(count, SEED), rules, options) as bot:
            yield bot


async def _warm(base_url: str, count: int, days: int) -> None:
    async with _new_bot(base_url, count, days) as bot:
        end = last_complete(to_slot(bot.clock()), bot.options)
        await ask(bot, Window(Slot(end - bot.options.chunk), end))


async def _run(base_url: str, count: int, days: int) -> Result:
    async with _new_bot(base_url, count, days) as bot:
        result = Result(count, days, Span(), before=resident())
        with Peak() as peak:
            async with Stall() as stall:
                await _first_start(bot, result)
        result.peak, result.stall, result.after = peak.bytes, stall.seconds, resident()
        await _cycles(bot)
        result.settled = resident()
    return result


async def _first_start(bot: World, result: Result) -> None:
    with timed() as result.span:
        summary: PullSummary = await bot.pulling(bot.source).run()
    result.buckets, result.requests = summary.buckets.total(), summary.outcomes.total()
    await bot.assess.run()
    await bot.deliver.run()


async def _cycles(bot: World) -> None:
    for _ in range(CYCLES_AFTER):
        bot.clock.advance(TICK)
        await bot.pulling(bot.source).run()
        await bot.assess.run()
        await bot.deliver.run()
