"""Some sites beside each other."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

from bot.domain.times import DAY, HOUR, Slot, to_instant
from bot.domain.usage import Direction
from bot.rules.model import Quota
from bot.service.answers import render
from bot.service.answers.compared import comparison_answer
from bot.service.charts.model import Compared
from bot.service.commands import Compare
from bot.service.fleet import Fleet, Scope
from bot.service.queries.compare_replies import Comparison, NotCompared
from tests.slack.world import (
    ACME,
    ALL,
    END,
    GB,
    JOHANNESBURG,
    MB,
    World,
    configuration,
    monthly,
    only,
    site,
)


async def ask(world: World, *names: str, scope: Scope = ALL, span: timedelta = timedelta(days=1)) -> Comparison:
    reply = await world.questions.ask(Compare(names, span), scope)
    assert isinstance(reply, Comparison), reply
    return reply


async def refused(world: World, *names: str, scope: Scope = ALL) -> NotCompared:
    reply = await world.questions.ask(Compare(names), scope)
    assert isinstance(reply, NotCompared), reply
    return reply


async def test_the_largest_comes_first_and_change_is_against_the_window_before(world: World) -> None:
    await world.fill(1, Slot(END - 2 * DAY), Slot(END - DAY), in_bytes=4 * MB)
    await world.fill(1, Slot(END - DAY), in_bytes=5 * MB, out_bytes=MB)
    await world.fill(4, Slot(END - DAY), in_bytes=9 * MB)
    reply = await ask(world, "cape-town", "george")
    assert [row.site.label for row in reply.rows] == ["george", "cape-town"]
    assert (reply.rows[1].usage.in_bytes, reply.rows[1].usage.out_bytes) == (288 * 5 * MB, 288 * MB)
    assert [row.change for row in reply.rows] == [None, 50]
    answer = comparison_answer(reply)
    assert answer.title == "george used the most in the last 24 hours, 1.5× as much as cape-town"
    assert answer.tables[0].rows[1][1:5] == ("1.44 GB", "288 MB", "1.73 GB", "+50 %")


async def test_the_busiest_hour_or_day_is_by_the_clock_that_they_share(world: World) -> None:
    for key in (1, 2):
        await world.fill(key, Slot(END - 8 * DAY))
    await world.fill(1, Slot(END - 5 * HOUR), Slot(END - 4 * HOUR), in_bytes=7 * MB)
    await world.fill(1, Slot(END - HOUR))
    reply = await ask(world, "cape-town", "cape-point")
    assert reply.rows[0].busiest is not None
    assert reply.rows[0].busiest.start == to_instant(END - 5 * HOUR)
    cells = comparison_answer(reply).tables[0]
    assert (cells.columns[5], cells.rows[0][5]) == ("Busiest hour", "84.0 MB, Thu 26 Nov 09:00 SAST")
    week = comparison_answer(await ask(world, "cape-town", "cape-point", span=timedelta(days=7))).tables[0]
    assert (week.columns[5], week.rows[0][5]) == ("Busiest day", "288 MB, Fri 20 Nov")


async def test_sites_of_several_zones_are_shown_in_the_fleets(world: World) -> None:
    lisbon = replace(site(1, "acme", "lisbon"), timezone=ZoneInfo("Europe/Lisbon"))
    world.fleet = Fleet((lisbon, site(2, "acme", "cape-point")), world.fleet.configuration)
    assert (await ask(world, "lisbon", "cape-point")).zone == JOHANNESBURG
    world.fleet = Fleet((lisbon, replace(lisbon, key=2, name="porto", id="x" * 36)), world.fleet.configuration)
    assert (await ask(world, "lisbon", "porto")).zone == ZoneInfo("Europe/Lisbon")


async def test_the_fullest_quota_is_shown_a_pools_too(world: World) -> None:
    pooled = only(monthly("pooled", 10 * GB), "cape-*")
    assert isinstance(pooled.judge, Quota)
    world.configure(configuration(monthly(), replace(pooled, judge=replace(pooled.judge, pool=True))))
    for key in (1, 3):
        await world.fill(key, Slot(END - DAY), in_bytes=10 * MB)
    town, durban = (await ask(world, "cape-town", "durban", scope=ACME)).rows
    assert town.quota is not None
    assert durban.quota is not None
    assert (town.quota.rule, town.quota.pool, town.quota.percent_used) == ("pooled", 2, Fraction(288, 10))
    assert durban.quota.rule == "lte"
    world.configure(configuration())
    assert [row.quota for row in (await ask(world, "cape-town", "durban", scope=ACME)).rows] == [None, None]


async def test_what_is_unknown_is_no_zero_and_comes_last(world: World) -> None:
    await world.fill(4, Slot(END - DAY), in_bytes=0)
    reply = await ask(world, "cape-town", "george")
    assert [row.site.label for row in reply.rows] == ["george", "cape-town"]
    answer = comparison_answer(reply)
    assert answer.tables[0].rows[1][1:4] == ("unknown", "unknown", "unknown")
    assert answer.tables[0].rows[0][3] == "0 B"
    assert isinstance(answer.chart, Compared)
    assert [[bar.in_bytes for bar in line.bars][:2] for line in answer.chart.lines] == [[0, 0], [None, None]]


async def test_the_chart_has_the_same_bars_of_each(world: World) -> None:
    await world.fill(1, Slot(END - 2 * DAY), in_bytes=3 * MB)
    await world.fill(2, Slot(END - 6 * HOUR))
    chart = comparison_answer(await ask(world, "cape-town", "cape-point")).chart
    assert isinstance(chart, Compared)
    assert (chart.direction, chart.zone, len(chart.lines)) == (Direction.TOTAL, JOHANNESBURG, 2)
    first, second = ([bar.start for bar in line.bars] for line in chart.lines)
    assert first == second
    assert len(first) == 24


async def test_nothing_known_of_any_has_no_chart(world: World) -> None:
    assert comparison_answer(await ask(world, "cape-town", "george")).chart is None


async def test_names_of_several_words_need_no_quotes(world: World) -> None:
    names = ("Cape Town", "Cape", "Durban North Beach", "George")
    world.fleet = Fleet(tuple(site(key, "acme", name) for key, name in enumerate(names, 1)), world.fleet.configuration)
    reply = await ask(world, "cape", "town", "durban", "north", "beach", "geo", "Cape")
    assert sorted(row.site.label for row in reply.rows) == ["Cape", "Cape Town", "Durban North Beach", "George"]


async def test_names_that_mean_no_single_site_are_told_all_at_once_with_what_may_be_meant(world: World) -> None:
    reply = await refused(world, "cape-twon", "durban", "nowhere", "cape-point")
    answer = render(reply, JOHANNESBURG, "/usage")
    assert answer.title == "Nothing is compared: cape-twon, durban and nowhere mean no single site here"
    assert answer.notes == (
        "For cape-twon, did you mean cape-town or cape-point?",
        "durban may be acme/durban or globex/durban.",
        "No site has a name like nowhere.",
    )
    assert (await refused(world, "geor", "cape-town", scope=ACME)).unfound[0].suggestions == ()


async def test_two_to_ten_different_sites_are_compared(world: World) -> None:
    assert (await refused(world, "cape-town", "Cape-Town", "acme/cape-town")).sites == 1
    world.fleet = Fleet(tuple(site(n, "acme", f"shop-{n:02}") for n in range(1, 12)), world.fleet.configuration)
    names = [f"shop-{n:02}" for n in range(1, 12)]
    assert len((await ask(world, *names[:10])).rows) == 10
    many = await refused(world, *names)
    assert render(many, JOHANNESBURG, "/usage").title == "Name at most ten different sites to compare; 11 were named"
