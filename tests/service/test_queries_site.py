"""One site's usage."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.domain.times import DAY, HOUR, Slot, to_instant
from bot.service.commands import SiteUsage, Span, Whole
from bot.service.fleet import NotFound, Scope
from bot.service.queries.replies import SiteReport
from tests.slack.world import ACME, END, GB, MB, STEP, World, at, configuration, monthly, only


async def ask(world: World, span: Span = timedelta(days=1), name: str = "cape-town", scope: Scope = ACME) -> SiteReport:
    reply = await world.questions.ask(SiteUsage(name, span), scope)
    assert isinstance(reply, SiteReport), reply
    return reply


async def test_usage_ends_at_the_last_complete_bucket(world: World) -> None:
    await world.fill(1, Slot(END - 2 * DAY), in_bytes=2 * MB, out_bytes=MB)
    report = await ask(world)
    assert (report.start, report.end) == (to_instant(END - DAY), to_instant(END))
    assert (report.usage.in_bytes, report.usage.out_bytes) == (288 * 2 * MB, 288 * MB)
    assert report.usage.coverage == 1
    assert report.freshness.newest == to_instant(END)


async def test_a_bucket_that_is_not_complete_does_not_count(world: World) -> None:
    await world.fill(1, Slot(END - DAY), Slot(END + STEP))
    assert (await ask(world)).end == to_instant(END)


async def test_where_data_end_early_the_window_does_and_says_so(world: World) -> None:
    await world.fill(1, Slot(END - 2 * DAY), Slot(END - 3 * HOUR))
    report = await ask(world)
    assert report.end == report.freshness.newest == to_instant(END - 3 * HOUR)
    assert report.usage.coverage == 1


async def test_gaps_are_unknown_and_not_zero(world: World) -> None:
    await world.fill(1, Slot(END - 6 * HOUR))
    report = await ask(world)
    assert report.usage.coverage == 0.25
    assert report.freshness.coverage == 0.25
    assert [bool(point.usage.known) for point in report.points] == [False] * 18 + [True] * 6


async def test_a_site_without_data_is_unknown(world: World) -> None:
    report = await ask(world)
    assert report.usage.known == 0
    assert report.freshness.newest is None
    assert [quota.used for quota in report.quotas] == [None]


async def test_a_day_is_drawn_by_the_hour_and_a_month_by_the_day(world: World) -> None:
    await world.fill(1, Slot(END - 31 * DAY))
    hours, days = await ask(world), await ask(world, timedelta(days=30))
    assert [point.length for point in hours.points] == [timedelta(hours=1)] * 24
    assert sum(point.usage.in_bytes for point in hours.points) == hours.usage.in_bytes
    assert len(days.points) == 31
    assert {point.start.hour for point in days.points[1:]} == {22}  # midnight in Johannesburg
    assert [point.length for point in days.points][-2:] == [timedelta(days=1), timedelta(hours=14)]
    assert sum(point.usage.in_bytes for point in days.points) == days.usage.in_bytes
    assert days.points[-1].usage.coverage == 1


async def test_the_period_is_that_of_the_sites_own_quota_in_its_own_zone(world: World) -> None:
    await world.fill(1, at("2026-10-31T00:00"))
    report = await ask(world, Whole.PERIOD)
    assert report.start == datetime(2026, 10, 31, 22, tzinfo=UTC)
    assert report.rule == "lte"
    assert report.usage.known == (END - at("2026-10-31T22:00")) // STEP


async def test_without_a_quota_the_period_is_the_local_month(world: World) -> None:
    world.configure(configuration(only(monthly(), "george")))
    report = await ask(world, Whole.PERIOD)
    assert (report.rule, report.start) == ("", datetime(2026, 10, 31, 22, tzinfo=UTC))
    assert report.quotas == ()


async def test_open_alerts_of_the_site_alone_are_shown(world: World) -> None:
    mine = await world.alert(1)
    await world.alert(2)
    assert [alert.view.id for alert in (await ask(world)).alerts] == [mine.short_id]


async def test_a_name_that_two_customers_use_is_each_ones_own(world: World) -> None:
    await world.fill(3, Slot(END - DAY), in_bytes=MB)
    await world.fill(5, Slot(END - DAY), in_bytes=GB)
    report = await ask(world, name="durban")
    assert (report.site.workspace, report.site.label) == ("acme", "durban")
    assert report.usage.in_bytes == 288 * MB


@pytest.mark.parametrize("name", ["george", "globex/durban", "00000004"])
async def test_another_customers_site_is_not_found(world: World, name: str) -> None:
    await world.fill(4, Slot(END - DAY))
    reply = await world.questions.ask(SiteUsage(name), ACME)
    assert isinstance(reply, NotFound)
    assert not [text for text in reply.suggestions if "globex" in text or "george" in text]


async def test_a_site_is_shown_in_its_own_zone(world: World) -> None:
    assert (await ask(world)).site.zone == ZoneInfo("Africa/Johannesburg")
