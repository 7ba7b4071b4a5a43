"""What the charts of answers show."""

from __future__ import annotations

from bot.domain.times import DAY, HOUR, Slot, to_instant
from bot.domain.usage import Direction
from bot.rules.model import Severity
from bot.service.answers import Answer, render
from bot.service.charts.model import Chart, Course, Ranking, Scale
from bot.service.commands import Mistake
from bot.service.words import parse_command
from tests.slack.world import ACME, END, GB, JOHANNESBURG, MB, World, at


async def ask(world: World, text: str) -> Answer:
    asked = parse_command(text)
    assert not isinstance(asked, Mistake)
    return render(await world.reply(asked.command, ACME), JOHANNESBURG, "/usage")


async def chart(world: World, text: str) -> Chart | None:
    return (await ask(world, text)).chart


async def test_a_sites_day_is_bars_of_in_and_out_whose_gaps_are_unknown(world: World) -> None:
    await world.fill(1, Slot(END - 6 * HOUR), Slot(END - HOUR), in_bytes=2 * MB, out_bytes=MB)
    await world.fill(1, Slot(END - HOUR // 2), in_bytes=2 * MB, out_bytes=MB)
    shown = await chart(world, "site cape-town")
    assert isinstance(shown, Course)
    assert (shown.subject, shown.zone, shown.direction, shown.limit) == ("cape-town", JOHANNESBURG, None, None)
    assert [bar.in_bytes for bar in shown.bars] == [None] * 18 + [24 * MB] * 5 + [12 * MB]
    assert [bar.of(Direction.TOTAL) for bar in shown.bars[-2:]] == [36 * MB, 18 * MB]
    assert [bar.is_partial for bar in shown.bars[-2:]] == [False, True]
    assert shown.bars[-1].start == to_instant(END - HOUR)


async def test_a_month_is_bars_of_local_days(world: World) -> None:
    await world.fill(1, Slot(END - 31 * DAY))
    shown = await chart(world, "site cape-town 30d")
    assert isinstance(shown, Course)
    assert {bar.start.astimezone(JOHANNESBURG).hour for bar in shown.bars[1:]} == {0}


async def test_a_site_of_which_nothing_is_known_has_no_chart(world: World) -> None:
    assert await chart(world, "site cape-town") is None
    assert await chart(world, "top") is None
    assert await chart(world, "quota") is None


async def test_the_largest_sites_are_ranked_as_the_answer_says(world: World) -> None:
    await world.fill(1, Slot(END - DAY), in_bytes=MB)
    await world.fill(2, Slot(END - DAY), in_bytes=3 * MB)
    answer = await ask(world, "top 2 24h")
    shown = answer.chart
    assert isinstance(shown, Ranking)
    assert (shown.title, shown.scale, shown.more) == ("Largest sites, 24 hours", Scale.BYTES, 0)
    assert [row.name for row in shown.rows] == [row[0] for row in answer.tables[0].rows]
    assert [row.value for row in shown.rows] == [288 * 3 * MB, 288 * MB]
    assert shown.rows[0].note == "75 % of all"


async def test_quotas_are_shares_of_their_own_limits_and_what_fires_has_its_severity(world: World) -> None:
    await world.fill(1, at("2026-10-31T22:00"), in_bytes=60 * MB)
    await world.alert(1)
    shown, table = await chart(world, "help"), await chart(world, "quota")
    assert isinstance(shown, Ranking)
    assert isinstance(table, Ranking)
    assert (shown.rows[0].name, shown.scale) == ("cape-town", Scale.SHARE)
    used, limit = shown.rows[0].value, shown.rows[0].limit
    assert used is not None
    assert limit is not None
    assert used * 5 >= limit * 4 > GB
    assert isinstance(shown.rows[0].severity, Severity)
    assert [row.value for row in table.rows if row.name != "cape-town"] == [None] * (len(table.rows) - 1)
    assert {row.severity for row in table.rows} == {None}
