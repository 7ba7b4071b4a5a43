"""The largest sites."""

from __future__ import annotations

from fractions import Fraction

import pytest

from bot.domain.times import DAY, HOUR, Slot, to_instant
from bot.domain.usage import Direction
from bot.service.commands import Top
from bot.service.fleet import Scope
from bot.service.queries.replies import TopSites
from tests.slack.world import ACME, ALL, END, MB, World


async def ask(world: World, command: Top | None = None, scope: Scope = ALL) -> TopSites:
    reply = await world.questions.ask(command or Top(), scope)
    assert isinstance(reply, TopSites), reply
    return reply


async def test_sites_are_ranked_with_their_share_of_the_fleet(world: World) -> None:
    for key in range(1, 6):
        await world.fill(key, Slot(END - DAY), in_bytes=key * MB)
    top = await ask(world, Top(count=2))
    assert [row.site.label for row in top.rows] == ["globex/durban", "george"]
    assert [row.share for row in top.rows] == [Fraction(333, 10), Fraction(266, 10)]
    assert top.total == 288 * 15 * MB


async def test_the_fleet_is_what_the_asker_may_see(world: World) -> None:
    for key in range(1, 6):
        await world.fill(key, Slot(END - DAY))
    top = await ask(world, scope=ACME)
    assert [row.site.label for row in top.rows] == ["cape-point", "cape-town", "durban"]
    assert top.total == 288 * 3 * MB
    assert top.freshness.sites == 3


async def test_change_is_against_the_window_before(world: World) -> None:
    await world.fill(1, Slot(END - 2 * DAY), Slot(END - DAY), in_bytes=4 * MB)
    await world.fill(1, Slot(END - DAY), in_bytes=5 * MB)
    top = await ask(world, scope=ACME)
    assert top.rows[0].change == 25


async def test_change_is_not_said_of_gaps_nor_from_nothing(world: World) -> None:
    await world.fill(1, Slot(END - DAY - 6 * HOUR))
    await world.fill(2, Slot(END - 2 * DAY), Slot(END - DAY), in_bytes=0)
    await world.fill(2, Slot(END - DAY))
    top = await ask(world, scope=ACME)
    assert [row.change for row in top.rows] == [None, None]
    assert top.change is None


async def test_a_site_without_data_has_no_place_and_is_counted(world: World) -> None:
    await world.fill(1, Slot(END - DAY))
    top = await ask(world, scope=ACME)
    assert (len(top.rows), top.unknown) == (1, 2)
    assert top.freshness.coverage == pytest.approx(1 / 3)


async def test_a_direction_alone_decides_the_order(world: World) -> None:
    await world.fill(1, Slot(END - DAY), in_bytes=9 * MB, out_bytes=MB)
    await world.fill(2, Slot(END - DAY), in_bytes=MB, out_bytes=2 * MB)
    top = await ask(world, Top(direction=Direction.OUT), ACME)
    assert [row.count for row in top.rows] == [288 * 2 * MB, 288 * MB]


async def test_the_window_waits_for_sites_that_are_a_little_behind(world: World) -> None:
    await world.fill(1, Slot(END - 2 * DAY))
    await world.fill(2, Slot(END - 2 * DAY), Slot(END - HOUR))
    top = await ask(world, scope=ACME)
    assert top.end == to_instant(END - HOUR)
    assert [row.usage.coverage for row in top.rows] == [1, 1]


async def test_a_site_that_is_far_behind_holds_nobody_back_and_shows_its_gap(world: World) -> None:
    await world.fill(1, Slot(END - 2 * DAY))
    await world.fill(2, Slot(END - 2 * DAY), Slot(END - 12 * HOUR))
    top = await ask(world, scope=ACME)
    assert top.end == to_instant(END)
    assert [row.usage.coverage for row in top.rows] == [1, 0.5]
