"""Why a spike was told, or why it was none: what came, what is usual then, and what it takes."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest

from bot.alerts.model import Kind
from bot.alerts.spike import Unusual
from bot.domain.times import HOUR, to_slot
from bot.domain.usage import Direction
from bot.rules.kinds import Sensitivity, Spike
from bot.service.answers.explanation import explanation_answer
from bot.service.answers.machine import to_json
from bot.service.commands import Explain, Why
from bot.service.explain import spike_words
from bot.service.explain.model import Because, Case, Explanation, Verdict
from tests.service.judged import Judged, judged, quota_rule, site
from tests.service.test_spikes_end_to_end import NOW, ONE, RULE, START, STEP, amounts, lived


async def explained(bot: Judged) -> Explanation:
    reply = await bot.ask(Explain("s1"))
    assert isinstance(reply, Explanation), reply
    return reply


async def the_case(bot: Judged) -> Case:
    [case] = (await explained(bot)).cases
    return case


def rows(explanation: Explanation) -> dict[str, str]:
    return {label: value for label, value, *_ in explanation_answer(explanation).tables[0].rows}


async def test_a_spike_says_what_came_what_is_usual_and_how_unusual_that_is() -> None:
    async with judged([RULE], [ONE], START, STEP) as bot:
        await lived(bot, 1, 10, 10, 10)
        reply = await explained(bot)
        said = rows(reply)
        assert said["Came"] == "2.20 GB an hour, kept up for 15 minutes"
        assert said["Usual"] == "198 to 240 MB an hour at that time of day"
        assert said["How unusual"] == "more than on any of the last 12 days at that time of day"
        assert said["Beyond that"] == "489 MB in 15 minutes; it is told of from 100 MB on"
        assert re.fullmatch(r"1\d\d; it is told of from 100 on", said["Score"])
        assert said["Peak"] == (
            "2.24 GB an hour, kept up for 15 minutes up to Mon 8 Jun 10:30 UTC, where 193 to 240 MB is usual"
        )
        assert said["So far"] == "1.48 GB beyond the usual"
        assert reply.cases[0].sentence.endswith(
            "; it left its usual range at Mon 8 Jun 10:30 UTC and reached 2.24 GB an hour inbound, "
            "where 193 to 240 MB is usual"
        )
        moves = next(one for one in explanation_answer(reply).tables if one.title.endswith("what happened"))
        assert moves.rows[0][3:5] == ("2.24 GB an hour", "240 MB an hour")


async def test_what_a_spike_costs_is_said_of_the_quota_of_its_site() -> None:
    quota = quota_rule(100 * 10**9, directions=(Direction.IN,))
    async with judged([RULE, quota], [ONE], START, STEP) as bot:
        await lived(bot, 1, 10, 10, 10)
        reply = await explained(bot)
        [odd] = [table for table in explanation_answer(reply).tables if table.title == "odd, spike (inbound)"]
        assert ("So far", "1.48 GB beyond the usual: 1.4 % of its 100 GB monthly quota") in odd.rows


async def test_it_says_what_was_too_little_to_be_told() -> None:
    dull = replace(RULE, judge=Spike(at_least=10**12))
    async with judged([dull], [ONE], START, STEP) as bot:
        await lived(bot, 1, 10)
        case = await the_case(bot)
        assert (case.because, case.alert) == (Because.BELOW, None)
        assert case.sentence == (
            "It told nobody: it was at 2.24 GB an hour inbound, where 193 to 240 MB is usual: "
            "499 MB more within 15 minutes, and it is told of from 1.00 TB more on"
        )


async def test_it_says_how_far_from_unusual_enough_it_was() -> None:
    calm = replace(RULE, judge=Spike(sensitivity=Sensitivity.LOW, at_least=0))
    async with judged([calm], [ONE], START, STEP) as bot:
        await lived(bot, 1, 1.15, 1.15)
        case = await the_case(bot)
        assert case.standing is not None
        assert (case.because, case.standing.verdict) == (Because.BELOW, Verdict.CLEAR)
        assert re.search(
            r"is usual: more, and (\d\d % as unusual as it takes|not unusual enough) to be told$", case.sentence
        )


async def test_usual_usage_is_said_to_be_usual() -> None:
    async with judged([RULE], [ONE], START, STEP) as bot:
        await lived(bot, 1)
        reply = await explained(bot)
        assert reply.sentence == "It told nobody: it was at 225 MB an hour inbound, as usual (193 to 240 MB an hour)"
        assert "Beyond that" not in rows(reply)


async def test_a_site_that_is_known_for_a_day_says_from_when_on_it_is_judged() -> None:
    async with judged([RULE], [ONE], START, STEP) as bot:
        await bot.write(ONE, START, amounts(START, *[1] * 80))
        await bot.assess()
        case = await the_case(bot)
        assert case.because is Because.NO_HISTORY
        assert case.sentence == (
            "It told nobody: its history begins at Tue 26 May 23:45 UTC, "
            "and spikes are judged from Thu 28 May 00:00 UTC on"
        )


async def test_the_score_is_that_which_was_judged_with_what_the_history_keeps_and_without() -> None:
    async with judged([RULE], [ONE], START, STEP) as bot:
        await lived(bot, 1, 10)
        async with bot.history.reading() as tx:
            assert tx.baselines is not None
            assert await tx.baselines.load([ONE.key])
        [alert] = [one for one in await bot.alerts() if one.key.kind is Kind.SPIKE]
        kept = (await the_case(bot)).standing
        async with bot.history.writing() as tx:
            assert tx.baselines is not None
            await tx.baselines.clear()
        anew = (await the_case(bot)).standing
        assert kept is not None
        assert kept.unusual is not None
        assert kept == anew
        assert kept.unusual.score == Unusual.of(alert).score // 10
        assert (kept.value, kept.limit) == (alert.value, alert.limit)


async def test_hours_have_what_came_between_what_is_usual() -> None:
    async with judged([RULE], [ONE], START, STEP) as bot:
        await lived(bot, *[1] * 4, *[10] * 4)
        reply = await explained(bot)
        standing = reply.cases[0].standing
        assert standing is not None
        assert standing.unusual is not None
        hours = standing.unusual.hours
        assert [to_slot(hour.start) for hour in hours] == list(range(NOW - 10 * HOUR, NOW + 2 * HOUR, HOUR))
        for hour in hours[:-1]:
            assert hour.low is not None
            assert hour.middle is not None
            assert hour.top is not None
            assert hour.came is not None
            assert hour.low <= hour.middle <= hour.top
            start = to_slot(hour.start)
            assert hour.came == pytest.approx(4 * min(amounts(start, 1, 1, 1, 1)), rel=0.001)
        [table] = [one for one in explanation_answer(reply).tables if one.title.startswith("What was kept up")]
        assert table.rows[-1][1].endswith(", beyond")


async def test_json_has_the_range_the_score_and_the_hours() -> None:
    async with judged([RULE], [ONE], START, STEP) as bot:
        await lived(bot, 1, 10)
        found: Any = to_json(await explained(bot))
        [case] = found["cases"]
        unusual = case["standing"]["unusual"]
        assert {"level", "score", "beyond", "at_least", "remembered_from", "judged_from", "hours"} == set(unusual)
        assert {"span", "came", "low", "top", "at", "like"} < set(unusual["level"])
        assert set(unusual["hours"][0]) == {"start", "came", "low", "middle", "top"}
        assert case["spike"]["came"] == case["standing"]["value"]
        assert case["fleet"] is None


async def test_a_rise_of_the_fleet_is_named_at_the_sites_that_rose_and_at_those_that_did_not() -> None:
    sites = [site(n) for n in range(1, 11)]
    async with judged([RULE], sites, START, STEP) as bot:
        for one in sites:
            times = [1.0] * ((NOW - START) // STEP) + [1.0 if one.key == 1 else 2.2] * 4
            await bot.write(one, START, amounts(START, *times))
        await bot.assess()
        [rise] = [one for one in await bot.alerts() if one.key.site is None and one.is_open]
        calm, risen = [await bot.ask(Explain(name)) for name in ("s1", "s2")]
        together = f"; the fleet rose together then, which is {rise.short_id}"
        assert calm.sentence.endswith(f", as usual (189 to 228 MB an hour){together}")
        assert risen.sentence == f"It told nobody yet: held back by {rise.short_id}"
        assert rows(risen)["Fleet"].startswith(f"rose together: {rise.short_id}, since Mon 8 Jun ")


async def test_a_rise_of_the_fleet_is_explained_of_the_fleet_and_of_no_site() -> None:
    sites = [site(n) for n in range(1, 11)]
    async with judged([RULE], sites, START, STEP) as bot:
        for one in sites:
            times = [1.0] * ((NOW - START) // STEP) + [1.0 if one.key == 1 else 2.2] * 4
            await bot.write(one, START, amounts(START, *times))
        await bot.assess()
        [rise] = [one for one in await bot.alerts() if one.key.site is None and one.is_open]
        reply = await bot.ask(Why(rise.id))
        assert isinstance(reply, Explanation), reply
        assert reply.site.label == "fleet of odd"
        because = spike_words.told(rise, "11:00")
        assert re.fullmatch(r"its sites rose together by 11:00: 9 of 10, \+1\d\d % inbound at the middle one", because)
        said = rows(reply)
        assert said["Sites"] == "9 of 10 rose"
        assert re.fullmatch(r"[\d.]+ GB an hour, where [\d.]+ GB an hour is usual", said["Together"])
        assert not {"Came", "Usual", "Score", "Verdict"} & set(said)
        assert not [one.title for one in explanation_answer(reply).tables if one.title.startswith("What was kept up")]
