"""An API that leaves out the rows in which nothing was used, over real HTTP, under either setting."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from bot.demo.api import Behaviour, EmptySlots, SimulatedApi
from bot.demo.clock import HandClock
from bot.demo.effects import Idle
from bot.domain.times import Window
from bot.domain.usage import Usage
from bot.service.options import PullOptions
from tests.acceptance.world import FLEET, TOKEN, World, at, truth, world

RULES = "version: 1\ndefaults: {receivers: [noc]}\nreceivers: {noc: {terminal: true}}\nrules: []\n"
IDLE = Window.of(at(30, 1), at(30, 3))
DAY = Window.of(at(30), at(31))


def idle_api(clock: HandClock) -> SimulatedApi:
    """Sandton uses nothing for two hours of the night."""
    place = FLEET.index("Sandton")
    fleet = replace(FLEET, effects={**FLEET.effects, place: (*FLEET.effects.get(place, ()), Idle(IDLE))})
    return SimulatedApi(fleet, clock, token=TOKEN, behaviour=Behaviour(empty_slots=EmptySlots.LEFT_OUT))


async def usage(bot: World, window: Window) -> Usage:
    (key,) = [site.key for site in bot.survey.fleet().sites if site.name == "Sandton"]
    async with bot.history.reading() as tx:
        return (await tx.buckets.usage([key], window, 300))[key]


@pytest.mark.parametrize(("empty_is_zero", "known"), [(True, 24), (False, 0)])
async def test_left_out_rows_mean_what_the_operator_says(
    empty_is_zero: bool, known: int, tmp_path: Path, clock: HandClock
) -> None:
    options = PullOptions(empty_is_zero=empty_is_zero)
    async with world(tmp_path, RULES, clock, api=idle_api(clock), options=options) as bot:
        await bot.pull.run()
        assert await usage(bot, IDLE) == Usage(known=known, expected=24)
        day = await usage(bot, DAY)
        assert day.known == 288 - 24 + known
        kept = truth("Sandton", at(30), at(31)) - truth("Sandton", at(30, 1), at(30, 3))
        assert day.in_bytes + day.out_bytes == kept


async def test_a_second_pull_writes_no_zero_twice(tmp_path: Path, clock: HandClock) -> None:
    async with world(tmp_path, RULES, clock, api=idle_api(clock), options=PullOptions(empty_is_zero=True)) as bot:
        await bot.pull.run()
        before = await usage(bot, DAY)
        clock.now = at(31, 9, 33)
        await bot.pull.run()
        assert await usage(bot, DAY) == before
