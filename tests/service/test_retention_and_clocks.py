from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from bot.demo.clock import HandClock
from bot.domain.times import Window
from bot.service.options import RetentionOptions
from bot.service.retain import Retain
from tests.acceptance.test_end_to_end import NONE
from tests.acceptance.world import World, at, world


async def known(bot: World) -> int:
    """Raw buckets of the week before the beginning."""
    async with bot.history.reading() as tx:
        key = bot.survey.fleet().sites[0].key
        return (await tx.buckets.usage([key], Window.of(at(24, 0, 5), at(31, 7, 55)), 300))[key].known


async def test_a_clock_that_is_years_ahead_sweeps_nothing_that_is_wanted(tmp_path: Path) -> None:
    clock = HandClock(at(31, 8, 3))
    async with world(tmp_path, NONE, clock) as bot:
        await bot.tick()
        before = await known(bot)
        clock.advance(timedelta(days=4000))
        await Retain(bot.history, clock, RetentionOptions()).run()
        assert await known(bot) == before > 2000
