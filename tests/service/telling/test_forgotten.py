"""Silences that nobody needs any more are found."""

from __future__ import annotations

from bot.rules.selectors import Selector
from bot.rules.telling import EVERYTHING, Match
from bot.service.forgotten import forgotten
from tests.service.telling.stage import Stage, clock

IDLE = "nothing that it matches has fired since it began"


async def found(stage: Stage) -> dict[str, str]:
    async with stage.history.reading() as tx:
        return {one.silence.short_id: one.why for one in await forgotten(tx, stage.fleet, stage.now)}


async def test_one_under_which_nothing_fired_for_a_week_is(stage: Stage) -> None:
    await stage.silence("10:00", "20d 10:00", Match(rules=("mpls",)))
    stage.now = clock("7d 10:00")
    assert await found(stage) == {}
    stage.now = clock("7d 10:01")
    assert await found(stage) == {"S1": IDLE}


async def test_one_under_which_something_fired_is_not_even_if_it_is_over(stage: Stage) -> None:
    await stage.silence("10:00", "20d 10:00", Match(rules=("lte",)))
    stage.now = clock("1d 10:00")
    await stage.fire(1)
    await stage.resolve(1)
    stage.now = clock("9d 10:00")
    assert await found(stage) == {}


async def test_one_under_which_something_fires_since_before_it_began_is_not(stage: Stage) -> None:
    await stage.fire(1)
    stage.now = clock("1d 10:00")
    await stage.silence("1d 10:00", "20d 10:00")
    stage.now = clock("9d 10:00")
    assert await found(stage) == {}


async def test_what_ended_before_it_began_does_not_count(stage: Stage) -> None:
    await stage.fire(1)
    await stage.resolve(1)
    stage.now = clock("1d 10:00")
    await stage.silence("1d 10:00", "20d 10:00")
    stage.now = clock("9d 10:00")
    assert await found(stage) == {"S1": IDLE}


async def test_one_that_names_what_is_gone_is_at_once(stage: Stage) -> None:
    await stage.silence("10:00", "11:00", Match(rules=("was-renamed",)))
    await stage.silence("10:00", "11:00", Match(rules=("was-renamed", "lt*")))
    await stage.silence("10:00", "11:00", Match(sites=Selector(names=("site-9",))))
    await stage.silence("10:00", "11:00", Match(sites=Selector(names=("site-*",))))
    await stage.silence("10:00", "11:00", Match(sites=Selector(workspaces=("gone",))))
    await stage.silence("10:00", "11:00", Match(rules=("usagebot:*",)))
    await stage.silence("10:00", "11:00", EVERYTHING)
    assert await found(stage) == {
        "S1": "the rule that it names does not exist any more",
        "S3": "no site matches it any more",
        "S5": "no site matches it any more",
    }


async def test_one_that_is_over_or_has_not_begun_is_not(stage: Stage) -> None:
    await stage.silence("10:00", "11:00", Match(rules=("gone",)))
    await stage.silence("2d 10:00", "3d 11:00", Match(rules=("gone",)))
    stage.now = clock("12:00")
    assert await found(stage) == {}
