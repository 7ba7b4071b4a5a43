from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from bot.demo.clock import HandClock
from bot.domain.times import Window, to_slot
from bot.service.options import RetentionOptions
from bot.service.retain import Retain
from tests.acceptance.test_end_to_end import NONE
from tests.acceptance.world import World, at, world
from tests.service.test_quotas_end_to_end import MEGA, Scripted, instant, rig


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


@pytest.mark.parametrize("rule", ["over: 20 MB", "under: 500 B"])
async def test_a_clock_that_was_ahead_of_an_api_that_answers_with_zeros_keeps_nothing_from_being_read(
    rule: str,
) -> None:
    """The zeros of the days to come are no usage, and what was told of them is withdrawn."""
    busy, right = range(to_slot(instant(9, 1)), to_slot(instant(9, 2))), [to_slot(instant(9, 0, 3))]
    api = Scripted(lambda slot: 0 if slot >= right[0] else 30 * MEGA if slot in busy else 1000)
    async with rig(f"rules: [{{name: busy, threshold: {{{rule}, within: 5m}}}}]", api, instant(9, 0, 3)) as bot:
        await bot.tick()
        bot.now = instant(16, 0, 3)
        await bot.tick()
        ahead = bot.people.told()
        assert ahead == ([] if "over" in rule else [("fired", "")])
        for bot.now in (instant(9, 0, 8), instant(9, 1, 13), instant(9, 2, 13), instant(9, 2, 23)):
            right[0] = to_slot(bot.now)
            await bot.tick()
        later = bot.people.told()[len(ahead) :]
        assert later == ([("fired", ""), ("resolved", "")] if "over" in rule else [("corrected", "")])
        async with bot.history.reading() as tx:
            usage = (await tx.buckets.usage([1], Window.of(instant(9), instant(9, 2)), 300))[1]
        assert usage.in_bytes == 12 * 30 * MEGA + 12 * 1000
