"""Explanations of every kind of rule: what was counted, against what."""

from __future__ import annotations

from fractions import Fraction

from bot.domain.times import to_slot
from bot.service.answers.explanation import explanation_answer
from bot.service.explain.model import Because, Case, Unit, Verdict
from tests.service.test_explain import DAILY, TEN, Asking, asking
from tests.service.test_quotas_end_to_end import MEGA, Scripted, instant
from tests.service.test_thresholds_end_to_end import busy

SILENT = "rules:\n  - {name: silent, no_data: {after: 30m}}\n"
BURSTS = "rules:\n  - {name: transit, percentile: {p: 95, over: 500 kbps}, per: day, at: [50%, 100%]}\n"
"""10 MB in five minutes are 267 kbps, and 25 MB 667 kbps; 14 of a day's 288 buckets may be hot."""
PACE = "rules:\n  - {name: lte, quota: 3 GB, per: day, pace: [{faster_than: 2x, over: [1h, 10m]}]}\n"
"""An even pace is 125 MB an hour."""


async def case_of(world: Asking, kind: str) -> Case:
    return next(case for case in (await world.explained()).cases if case.kind == kind)


async def test_a_site_that_was_heard_a_while_ago_is_not_silent_for_long_enough() -> None:
    quiet_from = to_slot(instant(9, 1))
    async with asking(SILENT, Scripted(lambda slot: TEN if slot < quiet_from else None)) as world:
        await world.until(instant(9, 0, 33))
        heard = await case_of(world, "no_data")
        assert (heard.because, heard.sentence) == (Because.BELOW, "It told nobody: it was not silent")
        await world.until(instant(9, 1, 18))
        case = await case_of(world, "no_data")
        assert case.standing is not None
        assert (case.standing.value, case.standing.limit, case.standing.unit) == (900, 1800, Unit.SECONDS)
        assert case.sentence == "It told nobody: it was silent for 15 minutes, and is told of after 30 minutes"
        await world.until(instant(9, 1, 43))
        told = await case_of(world, "no_data")
        assert told.because is Because.TOLD
        assert told.standing is not None
        assert (told.standing.verdict, told.standing.value) == (Verdict.BREACH, 2400)
        assert "because it had been silent for 30 minutes at " in told.sentence
        tables = explanation_answer(await world.explained()).tables
        moves = next(table for table in tables if "what happened" in table.title)
        assert moves.rows[0][3:5] == ("30 minutes", "30 minutes")


async def test_a_percentile_is_told_in_burst_time() -> None:
    hot = (to_slot(instant(9, 1)), to_slot(instant(9, 1, 20)))
    async with asking(BURSTS, busy(hot)) as world:
        await world.until(instant(9, 2, 3))
        case = await case_of(world, "percentile")
        assert case.standing is not None
        assert (case.standing.value, case.standing.limit, case.standing.unit) == (4 * 300, 14 * 300, Unit.SECONDS)
        assert [(step.step, step.level) for step in case.standing.steps] == [
            (Fraction(50), 7 * 300),
            (Fraction(100), 15 * 300),
        ]
        assert case.sentence == (
            "It told nobody: 28.5 % of 1 hour 10 minutes of burst time was used, 50 % is the first step"
        )


async def test_a_pace_is_told_with_what_an_even_pace_allows() -> None:
    async with asking(PACE, Scripted(lambda _: TEN)) as world:
        await world.until(instant(9, 2, 3))
        case = await case_of(world, "pace")
        assert case.standing is not None
        assert (case.standing.value, case.standing.limit) == (12 * TEN, 2 * 125 * MEGA)
        assert case.sentence == "It told nobody: 120 MB is not over 250 MB"


async def test_a_pace_that_fires_is_of_the_rule_as_it_is_although_its_version_is_its_own() -> None:
    async with asking(PACE, busy((to_slot(instant(9, 1)), to_slot(instant(9, 3))))) as world:
        await world.until(instant(9, 2, 33))
        case = await case_of(world, "pace")
        assert case.because is Because.TOLD
        assert (case.version_then, case.edited_at) == (case.version_now, None)


async def test_a_quota_is_told_with_its_top_ups_and_what_was_carried_over() -> None:
    rules = DAILY.replace(
        "1 GB, per: day", "1 GB, per: day, rollover: {up_to: 200 MB}, top_ups: [{on: 2026-06-10, add: 50 MB}]"
    )
    quiet = to_slot(instant(9)) - 86400
    async with asking(rules, Scripted(lambda slot: MEGA if slot >= quiet else 0)) as world:
        await world.until(instant(9, 2, 3))
        standing = (await world.case()).standing
        assert standing is not None
        assert (standing.value, standing.limit) == (24 * MEGA, (1000 + 200 + 50) * MEGA)


async def test_a_quota_that_counts_what_is_possible_counts_the_gaps() -> None:
    rules = DAILY.replace("per: day", "per: day, count: possible")
    gap = range(to_slot(instant(9, 1)), to_slot(instant(9, 1, 30)), 300)
    async with asking(rules, Scripted(lambda slot: None if slot in gap else TEN)) as world:
        await world.until(instant(9, 2, 3))
        standing = (await world.case()).standing
        assert standing is not None
        assert (standing.value, standing.known, standing.expected) == (24 * TEN, 18, 24)


async def test_a_kind_that_has_no_numbers_without_an_alert_says_that_its_condition_does_not_hold() -> None:
    rules = DAILY.replace("per: day", "per: day, forecast: {reaches: 100%, sure: 80%}")
    async with asking(rules) as world:
        await world.until(instant(9, 1, 3))
        case = await case_of(world, "forecast")
        assert (case.standing, case.because) == (None, Because.BELOW)
        assert case.sentence == "It told nobody: its condition does not hold"


async def test_a_spike_is_told_with_what_is_usual_at_that_time() -> None:
    async with asking("rules:\n  - {name: odd, spike: {sensitivity: low}}\n") as world:
        await world.until(instant(9, 1, 3))
        case = await case_of(world, "spike")
        assert case.because is Because.BELOW
        assert case.sentence == "It told nobody: it was at 120 MB an hour, as usual (about 120 MB an hour)"
