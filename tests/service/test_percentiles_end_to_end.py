"""Burstable billing end to end: steps, late and revised data, restarts, edits, and what is left of raw buckets."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import time, timedelta
from fractions import Fraction

import pytest

from bot.alerts.model import Alert, Kind, Reason
from bot.domain.periods import Per, Starts
from bot.domain.times import DAY, HOUR, Slot, Window, iso, to_slot
from bot.domain.usage import Direction
from bot.rules.model import Configuration, Percentile, Rule, Severity
from bot.rules.sites import ListedSite
from bot.service import bursts
from bot.service.options import PullOptions, RetentionOptions
from bot.service.ports import Listed, ListOutcome, Reading
from bot.service.reach import reach_back
from bot.service.retain import Retain
from tests.service.test_no_data_end_to_end import OTHER
from tests.service.test_quotas_end_to_end import SITE, STEP, Rig, Scripted, configuration, instant, rig

RATE = 10**6
HOT, COLD = RATE * STEP // 8 + 1, RATE * STEP // 8
"""Bytes of a bucket that is just over the rate, and of one that is just not."""
DAY_START = to_slot(instant(9))
ALLOWED = 14
"""Of the 288 buckets of a day: 288 - ceil(273.6)."""
SOON = PullOptions(baseline=2 * DAY, chunk=4 * DAY)


def commit(*steps: int, per: Per = Per.DAY, starts: Starts | None = None, p: int = 95, **more: object) -> Configuration:
    percents = tuple(map(Fraction, steps or (100,)))
    judge = Percentile(Fraction(p), RATE, per, starts or Starts(), percents, (Severity.WARNING,) * len(percents))
    rule = Rule("transit", replace(judge, **more), directions=(Direction.TOTAL,))  # type: ignore[arg-type]
    return replace(configuration("rules: []"), rules=(rule,))


def hot_in(*slots: int) -> Callable[[int], int | None]:
    marked = frozenset(slots)
    return lambda slot: HOT if slot in marked else COLD


def first(count: int, start: int = DAY_START) -> range:
    return range(start, start + count * STEP, STEP)


@dataclass
class Two(Scripted):
    """Two sites that are alike."""

    async def list_sites(self, known: object = ()) -> ListOutcome:
        return Listed([ListedSite("default", id_, id_[:8], "UTC") for id_ in (SITE, OTHER)])


async def alerts(bot: Rig) -> list[Alert]:
    async with bot.history.reading() as tx:
        found = [await tx.alerts.get(number) for number in range(1, 6)]
    return [alert for alert in found if alert is not None and alert.key.kind is Kind.PERCENTILE]


async def test_steps_are_shares_of_the_burst_time_and_the_whole_is_one_bucket_more() -> None:
    """50 % of 14 buckets is 7; 100 % is reached with the fifteenth."""
    async with rig(commit(50, 100), Scripted(hot_in(*first(14))), instant(8, 23, 33), SOON) as bot:
        await bot.run(instant(9, 3))
        assert bot.people.told() == [("fired", "50")]
        (found,) = await alerts(bot)
        assert (found.value, found.limit) == (ALLOWED * STEP, ALLOWED * STEP)
        assert iso(found.steps[Fraction(50)]) == "2026-06-10T00:35:00Z"
        bot.api.amount = hot_in(*first(14), to_slot(instant(9, 5)))
        await bot.run(instant(9, 5, 10))
        assert bot.people.told() == [("fired", "50"), ("worsened", "100")]
        await bot.run(instant(10, 0, 20), timedelta(hours=1))
        (found,) = await alerts(bot)
        assert (found.reason, found.known, found.expected) == (Reason.PERIOD_ENDED, 288, 288)


async def test_the_past_of_the_period_counts_at_a_first_start_and_its_steps_have_their_times() -> None:
    async with rig(commit(50, 100), Scripted(hot_in(*first(20))), instant(9, 18, 3), SOON) as bot:
        await bot.run(instant(9, 18, 10))
        assert bot.people.told() == [("fired", "100")]
        (found,) = await alerts(bot)
        assert [iso(at) for _, at in sorted(found.steps.items())] == ["2026-06-10T00:35:00Z", "2026-06-10T01:15:00Z"]
        assert found.value == 20 * STEP


async def test_every_pass_gives_the_count_of_the_whole_period_however_it_came() -> None:
    """Ticks of an hour, a restart, a bucket revised up and another down, in hours that are long past."""
    api = Scripted(lambda slot: HOT if slot // STEP % 12 == 3 else COLD)
    async with rig(commit(50), api, instant(9, 1, 3), SOON) as bot:
        await bot.run(instant(9, 13, 3), timedelta(hours=1))
        await bot.start(commit(50))
        (found,) = await alerts(bot)
        assert found.value == 13 * STEP
        api.revised |= {to_slot(instant(9, 2)): HOT, to_slot(instant(9, 3)): HOT, to_slot(instant(9, 4, 15)): COLD}
        await bot.run(instant(9, 16, 3), timedelta(hours=1))
        (found,) = await alerts(bot)
        assert found.value == (16 + 2 - 1) * STEP


async def test_late_data_that_fills_gaps_allows_more_and_withdraws_what_is_reached_no_more() -> None:
    """100 gaps leave 188 buckets, of which 9 may be hot: ten were too many, and are not of 288."""
    gaps = dict.fromkeys(first(100, to_slot(instant(9, 2))))
    api = Scripted(lambda slot: None if slot in gaps else hot_in(*first(10))(slot))
    async with rig(commit(), api, instant(9, 12, 3), SOON) as bot:
        await bot.run(instant(9, 12, 10))
        assert bot.people.told() == [("fired", "100")]
        (found,) = await alerts(bot)
        assert (found.value, found.limit) == (10 * STEP, 9 * STEP)
        assert found.expected - found.known == 100
        gaps.clear()
        await bot.run(instant(9, 13, 10))
        assert bot.people.told() == [("fired", "100"), ("corrected", "100")]
        (found,) = await alerts(bot)
        assert (found.limit, found.reason) == (ALLOWED * STEP, Reason.DATA_REVISED)


async def test_a_step_that_gaps_alone_reach_is_told() -> None:
    """Twelve hot buckets of 288 are few; of the 230 that are left when the site falls silent for hours they are not."""
    silent = range(to_slot(instant(9, 2)), to_slot(instant(9, 8)), STEP)
    api = Scripted(lambda slot: None if slot in silent else hot_in(*first(12))(slot))
    async with rig(commit(), api, instant(9, 1, 33), SOON) as bot:
        await bot.run(instant(9, 9), timedelta(minutes=15))
        assert bot.people.told() == [("fired", "100")]


async def test_a_rate_that_is_edited_is_counted_anew_and_tells_nothing_twice() -> None:
    api = Scripted(hot_in(*first(20)))
    async with rig(commit(), api, instant(9, 6, 3), SOON) as bot:
        await bot.run(instant(9, 6, 10))
        assert bot.people.told() == [("fired", "100")]
        await bot.start(commit(rate=2 * RATE))
        await bot.run(instant(9, 7, 10), timedelta(minutes=15))
        (found,) = await alerts(bot)
        assert (found.value, found.limit) == (0, ALLOWED * STEP)
        await bot.start(commit())
        await bot.run(instant(9, 8, 10), timedelta(minutes=15))
        (found,) = await alerts(bot)
        assert found.value == 20 * STEP
        assert bot.people.told() == [("fired", "100")]


async def test_a_period_longer_than_raw_buckets_are_kept_stays_exact() -> None:
    """A quarter, half of which is swept; then a restart, and a bucket that is revised."""
    hot = range(to_slot(instant(-55)), to_slot(instant(-55)) + 3 * DAY, STEP)
    api = Scripted(lambda slot: HOT if slot in hot else COLD)
    options = PullOptions(baseline=DAY)
    async with rig(commit(50, per=Per.QUARTER), api, instant(9, 1, 3), options) as bot:
        await bot.run(instant(9, 1, 10))
        assert bot.people.told() == [("fired", "50")]
        await Retain(bot.history, bot.clock, RetentionOptions()).run()
        await bot.start(commit(50, per=Per.QUARTER))
        api.revised[to_slot(instant(9, 0, 50))] = HOT
        await bot.run(instant(9, 2, 10), timedelta(minutes=30))
        (found,) = await alerts(bot)
        assert found.value == (3 * 288 + 1) * STEP
        assert found.known == found.expected
        await bot.start(commit(50, per=Per.QUARTER, rate=RATE - 1))
        await bot.run(instant(9, 3, 10), timedelta(minutes=30))
        (found,) = await alerts(bot)
        swept = (to_slot(instant(9, 1)) - 35 * DAY) - to_slot(instant(-61))
        assert abs((found.expected - found.known) * STEP - swept) <= HOUR
        assert found.value > 3 * DAY


@pytest.mark.parametrize("at", [time(0, 30), time(8, 5)])
async def test_a_period_may_begin_within_an_hour(at: time) -> None:
    begin = DAY_START + at.hour * HOUR + at.minute * 60
    api = Scripted(hot_in(begin - STEP, begin, begin + STEP))
    async with rig(commit(10, starts=Starts(time=at)), api, instant(9, 6, 3), SOON) as bot:
        await bot.run(instant(9, 23, 3), timedelta(hours=1))
        assert bot.people.told() == [("fired", "10")]
        found = (await alerts(bot))[-1]
        assert found.key.period == Window(Slot(begin), Slot(begin + DAY))
        assert found.value == 2 * STEP


async def test_an_import_into_the_past_is_looked_at() -> None:
    """It makes nothing new for the judge, so what was counted must be counted again."""
    missing = range(to_slot(instant(9, 1)), to_slot(instant(9, 5)), STEP)
    api = Scripted(lambda slot: None if slot in missing else hot_in(*first(10))(slot))
    async with rig(commit(10), api, instant(9, 12, 3), SOON) as bot:
        await bot.run(instant(9, 12, 10))
        (found,) = await alerts(bot)
        assert found.expected - found.known == len(missing)
        api.amount = hot_in(*first(10), *missing)
        async with bot.history.writing() as tx:
            rows = api.buckets(Window(Slot(missing.start), Slot(missing.stop)))
            await tx.buckets.write([Reading(1, rows)], to_slot(bot.now), {})
            await reach_back(tx, [1], STEP)
        await bot.run(bot.now)
        (found,) = await alerts(bot)
        assert (found.known, found.value) == (found.expected, (10 + len(missing)) * STEP)


async def test_a_new_rule_looks_at_the_past_of_a_few_sites_in_each_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bursts, "LOOKED_AT", 100)
    api = Two(hot_in(*first(20)))
    async with rig(commit(), api, instant(9, 18, 3), SOON) as bot:
        await bot.tick()
        await bot.tick()
        assert [alert.key.site for alert in await alerts(bot)] == [1]
        bot.now += timedelta(minutes=5)
        await bot.tick()
        assert [(alert.key.site, alert.value) for alert in await alerts(bot)] == [(1, 20 * STEP), (2, 20 * STEP)]
        assert bot.people.told() == [("fired", "100")] * 2
