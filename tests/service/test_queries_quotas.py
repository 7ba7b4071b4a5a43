"""Quotas: used, left, pace, and who runs out first."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from fractions import Fraction

from bot.domain.times import DAY, Slot, to_instant
from bot.domain.usage import Direction
from bot.service.commands import Help, Quotas
from bot.service.fleet import NotFound, Scope
from bot.service.queries.replies import Glance, QuotaState, QuotaTable
from tests.slack.world import ACME, ALL, END, GB, MB, STEP, World, at, configuration, monthly, only

START = at("2026-10-31T22:00")
"""November in Johannesburg."""
BUCKETS = (END - START) // STEP


async def table(world: World, name: str | None = None, scope: Scope = ACME) -> QuotaTable:
    reply = await world.questions.ask(Quotas(name), scope)
    assert isinstance(reply, QuotaTable), reply
    return reply


async def quota(world: World, name: str = "cape-town") -> QuotaState:
    (state,) = (await table(world, name)).quotas
    return state


async def test_a_quota_says_what_is_used_left_and_when_it_runs_out(world: World) -> None:
    await world.fill(1, START, in_bytes=65 * MB)
    state = await quota(world)
    used = BUCKETS * 65 * MB
    assert (state.used, state.left, state.limit) == (used, 500 * GB - used, 500 * GB)
    assert (state.period_start, state.period_end) == (to_instant(START), datetime(2026, 11, 30, 22, tzinfo=UTC))
    assert state.even_pace == 500 * GB * BUCKETS // (30 * 288)
    assert state.percent_used == Fraction(used * 1000 // (500 * GB), 10)
    assert state.runs_out_at is not None
    assert to_instant(END) < state.runs_out_at < state.period_end
    assert state.is_near
    assert not state.is_over


async def test_a_hair_below_the_quota_is_never_said_to_be_all_of_it(world: World) -> None:
    world.configure(configuration(monthly(limit=BUCKETS * MB + 1)))
    await world.fill(1, START)
    state = await quota(world)
    assert state.percent_used == Fraction(999, 10)
    assert not state.is_over


async def test_the_quota_itself_is_all_of_it(world: World) -> None:
    world.configure(configuration(monthly(limit=BUCKETS * MB)))
    await world.fill(1, START)
    state = await quota(world)
    assert (state.is_over, state.left, state.percent_used) == (True, 0, Fraction(100))
    assert state.runs_out_at is None


async def test_nothing_known_is_unknown_and_not_zero(world: World) -> None:
    state = await quota(world)
    assert (state.used, state.left, state.percent_used, state.known) == (None, None, None, 0)
    assert state.expected == BUCKETS
    assert not state.is_over


async def test_a_period_that_began_this_instant_has_used_nothing(world: World) -> None:
    await world.fill(1, START, at("2026-11-30T22:00"))
    world.now = datetime(2026, 11, 30, 22, 3, tzinfo=UTC)
    state = await quota(world)
    assert (state.used, state.expected) == (0, 0)
    assert state.period_start == datetime(2026, 11, 30, 22, tzinfo=UTC)


async def test_usage_before_the_period_does_not_count(world: World) -> None:
    await world.fill(1, Slot(START - 5 * DAY), in_bytes=MB)
    assert (await quota(world)).used == BUCKETS * MB


async def test_a_period_of_which_too_little_is_known_promises_no_date(world: World) -> None:
    await world.fill(1, Slot(START + 10 * DAY), in_bytes=100 * MB)
    state = await quota(world)
    assert state.runs_out_at is None
    assert state.coverage is not None
    assert state.coverage < 0.9


async def test_each_direction_of_a_rule_is_a_quota_of_its_own(world: World) -> None:
    rule = replace(monthly(), directions=(Direction.IN, Direction.OUT))
    world.configure(configuration(only(rule, "cape-town")))
    await world.fill(1, START, in_bytes=2 * MB, out_bytes=MB)
    found = {state.direction: state.used for state in (await table(world)).quotas}
    assert found == {Direction.IN: BUCKETS * 2 * MB, Direction.OUT: BUCKETS * MB}


async def test_those_who_ran_out_come_first_then_those_who_will_then_by_use_and_the_unknown_last(world: World) -> None:
    rules = (
        only(monthly(), "acme/cape-town", "george", "durban"),
        only(monthly("small", limit=BUCKETS * MB // 2), "cape-point"),
    )
    world.configure(configuration(*rules))
    await world.fill(1, START, in_bytes=80 * MB)  # over: 7,390 of them
    await world.fill(2, START, in_bytes=MB)  # twice its small quota
    await world.fill(3, START, in_bytes=60 * MB)
    await world.fill(4, START, in_bytes=66 * MB)
    names = [state.site.label for state in (await table(world, scope=ALL)).quotas]
    assert names == ["cape-point", "cape-town", "george", "acme/durban", "globex/durban"]


async def test_sites_whose_data_end_at_different_times_are_each_counted_to_their_own_end(world: World) -> None:
    await world.fill(1, START)
    await world.fill(2, START, Slot(END - DAY))
    found = {state.site.name: (state.used, state.until) for state in (await table(world)).quotas}
    assert found["cape-town"] == (BUCKETS * MB, to_instant(END))
    assert found["cape-point"] == ((BUCKETS - 288) * MB, to_instant(END - DAY))


async def test_quotas_are_of_the_visible_workspaces_alone(world: World) -> None:
    answer = await table(world)
    assert {state.site.workspace for state in answer.quotas} == {"acme"}
    assert answer.freshness.sites == 3
    assert isinstance(await world.questions.ask(Quotas("george"), ACME), NotFound)


async def test_at_a_glance_are_those_over_and_near_and_what_fires(world: World) -> None:
    world.configure(configuration(only(monthly(), "cape-town"), only(monthly("small", limit=GB), "cape-point")))
    await world.fill(1, START, in_bytes=60 * MB)
    await world.fill(2, START)
    await world.alert(1)
    await world.alert(4, "globex")
    glance = await world.questions.ask(Help(), ACME)
    assert isinstance(glance, Glance)
    assert [state.site.name for state in glance.over] == ["cape-point"]
    assert [state.site.name for state in glance.near] == ["cape-town"]
    assert [alert.label for alert in glance.firing] == ["cape-town"]
    assert (glance.workspaces, glance.quotas) == (("acme",), 2)
