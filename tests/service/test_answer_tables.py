"""What media that have tables and buttons of their own are told of an answer's tables."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot.service.answers import Answer, render
from bot.service.answers.tables import by_number
from bot.service.commands import Alerts, Command, Compare, Help, Quotas, SiteUsage, Status, Top
from tests.slack.world import ALL, END, GB, JOHANNESBURG, MB, World, at, opened_world


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with opened_world() as world:
        await world.fill(1, at("2026-10-31T22:00"), in_bytes=60 * MB)
        await world.fill(4, at("2026-11-20T22:00"), in_bytes=600 * MB)
        yield world


async def ask(world: World, command: Command) -> Answer:
    return render(await world.reply(command, ALL), JOHANNESBURG, "/usage")


async def test_quotas_and_largest_sites_are_compared_and_sorted_by_bytes(world: World) -> None:
    (quotas,) = (await ask(world, Quotas())).tables
    assert quotas.grid
    assert quotas.numbers == {}, "of some sites nothing is known"
    (top,) = (await ask(world, Top())).tables
    assert top.grid
    assert len(top.numbers[1]) == len(top.rows)
    assert sorted(top.numbers[1], reverse=True) == list(top.numbers[1])
    assert top.numbers[1][0] > 100 * GB


async def test_sites_side_by_side_are_compared_by_bytes(world: World) -> None:
    (table,) = (await ask(world, Compare(("cape-town", "george")))).tables
    assert table.grid
    assert {column: len(numbers) for column, numbers in table.numbers.items()} == {1: 2, 2: 2, 3: 2}
    (table,) = (await ask(world, Compare(("cape-town", "cape-point")))).tables
    assert table.numbers == {}


async def test_status_is_compared(world: World) -> None:
    assert [table.grid for table in (await ask(world, Status())).tables] == [True]


async def test_a_glance_shows_the_worst_and_how_many_there_are(world: World) -> None:
    for number in range(7):
        await world.alert(1, since=END - number)
    answer = await ask(world, Help())
    (alerts,) = [table for table in answer.tables if table.title.startswith("Firing")]
    assert (alerts.title, len(alerts.rows)) == ("Firing alerts: the first 5 of 7", 5)


async def test_open_alerts_come_with_their_alert(world: World) -> None:
    await world.alert(1)
    await world.alert(4, "globex")
    (table,) = (await ask(world, Alerts())).tables
    assert [f"lte {alert.id}" for alert in table.alerts] == [row[1] for row in table.rows]
    own = (await ask(world, SiteUsage("george"))).tables[-1]
    assert [alert.site for alert in own.alerts] == ["george"]


def test_a_column_is_sorted_by_number_where_every_row_has_one() -> None:
    assert by_number({1: [3, 0], 2: [1, None], 3: []}) == {1: (3, 0), 3: ()}
