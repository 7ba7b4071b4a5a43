"""The pace of a quota end to end: both spans burn, over long spans and across periods, with all that a quota grants."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction

import pytest

from bot.alerts.model import Alert, Kind
from bot.domain.periods import Per, Starts
from bot.domain.times import HOUR, Slot, iso, to_slot
from bot.rules.kinds import Pace, Quota, TopUp
from bot.rules.model import Configuration, Rule, Severity
from tests.service.test_quotas_end_to_end import MEGA, Rig, Scripted, configuration, instant, rig

HOURLY = Pace(Fraction("14.4"), timedelta(hours=1), timedelta(minutes=5))
DAILY = Pace(Fraction(3), timedelta(days=1), timedelta(hours=2))
EVEN = 100 * MEGA
"""Bytes a bucket at even pace: the quota is what a June of them is."""
JUNE = 30 * 288
BEGIN = to_slot(instant(9, 1))


def monthly(*pairs: Pace, limit: int | None = EVEN * JUNE, **more: object) -> Configuration:
    quota = Quota(limit, Per.MONTH, Starts(1), (Fraction(1000),), (Severity.WARNING,), pace=pairs)
    return replace(configuration("rules: []"), rules=(Rule("lte", replace(quota, **more)),))  # type: ignore[arg-type]


def burning(*spans: tuple[Slot, Slot, float], otherwise: float = 0.5) -> Scripted:
    """Times even pace in each span."""
    return Scripted(lambda slot: int(EVEN * next((t for a, b, t in spans if a <= slot < b), otherwise)))


async def paced(bot: Rig) -> list[Alert]:
    async with bot.history.reading() as tx:
        found = [await tx.alerts.get(number) for number in range(1, 4)]
    return [alert for alert in found if alert is not None and alert.key.kind is Kind.PACE]


async def test_both_spans_must_burn_faster_than_even_pace() -> None:
    api = burning((BEGIN, to_slot(instant(9, 3)), 14.5))
    async with rig(monthly(HOURLY), api, instant(9, 0, 33)) as bot:
        await bot.run(instant(9, 1, 57))
        assert bot.people.told() == []
        await bot.run(instant(9, 2, 3))
        assert bot.people.told() == [("fired", "")]
        (found,) = await paced(bot)
        assert iso(found.since) == "2026-06-10T02:00:00Z"
        assert found.value == 12 * 145 * EVEN // 10
        assert found.limit == 12 * 144 * EVEN // 10
        assert found.detail == {"factor": "72/5", "long": HOUR, "short": 300}
        await bot.run(instant(9, 3, 10))
        assert bot.people.told() == [("fired", ""), ("resolved", "")]


async def test_fast_in_the_last_hour_but_quiet_in_the_last_five_minutes_does_not_page() -> None:
    """14.5 times even pace over the hour that ends at 02:00: the last bucket makes it so, and is at 3.5 itself."""
    end = to_slot(instant(9, 2))
    api = burning((BEGIN, Slot(end - 300), 15.5), (Slot(end - 300), end, 3.5), otherwise=0.0)
    async with rig(monthly(HOURLY), api, instant(9, 0, 33)) as bot:
        await bot.run(instant(9, 3))
        assert bot.people.told() == []
    api = burning((BEGIN, Slot(end - 300), 15.5), (Slot(end - 300), end, 14.5), otherwise=0.0)
    async with rig(monthly(HOURLY), api, instant(9, 0, 33)) as bot:
        await bot.run(instant(9, 2, 4))
        assert bot.people.told() == [("fired", "")]


async def test_a_day_is_summed_exactly_although_its_buckets_are_not_read() -> None:
    """Three times even pace over exactly one day: strictly more is needed, and comes with one byte."""
    until = to_slot(instant(10, 3, 25))
    api = burning((BEGIN, to_slot(instant(12)), 3.0), otherwise=3.0)
    async with rig(monthly(DAILY), api, instant(10, 3, 3)) as bot:
        await bot.run(instant(10, 3, 23))
        assert bot.people.told() == []
        api.revised[Slot(until - 300)] = 3 * EVEN + 1
        await bot.run(instant(10, 3, 28))
        assert bot.people.told() == [("fired", "")]
        (found,) = await paced(bot)
        assert (found.value, found.limit) == (3 * EVEN * 288 + 1, 3 * EVEN * 288)


async def test_spans_look_back_over_the_start_of_a_period() -> None:
    turn = to_slot(instant(30))
    api = burning((Slot(turn - 50 * 60), Slot(turn + 20 * 60), 18.0), otherwise=0.0)
    async with rig(monthly(HOURLY), api, instant(29, 22, 33)) as bot:
        await bot.run(instant(30, 0, 5))
        assert bot.people.told() == [("fired", "")]
        (found,) = await paced(bot)
        assert iso(found.since) == "2026-06-30T23:55:00Z" or iso(found.since) == "2026-07-01T00:00:00Z"


async def test_what_was_burnt_for_days_unseen_is_a_gap_and_convicts_only_where_the_known_is_enough() -> None:
    hole = to_slot(instant(8, 20))
    api = Scripted(lambda slot: None if hole <= slot < hole + HOUR else int(3.05 * EVEN))
    async with rig(monthly(DAILY), api, instant(9, 3, 3)) as bot:
        await bot.run(instant(9, 4))
        assert bot.people.told() == []
        api.amount = lambda slot: None if hole <= slot < hole + HOUR else int(3.2 * EVEN)
        await bot.run(instant(9, 20), timedelta(hours=1))
        assert bot.people.told() == [("fired", "")]


async def test_a_top_up_makes_even_pace_faster_from_its_midnight_on() -> None:
    top_up = TopUp(date(2026, 6, 11), EVEN * JUNE)
    api = burning((to_slot(instant(9)), to_slot(instant(11)), 20.0))
    async with rig(monthly(HOURLY, top_ups=(top_up,)), api, instant(9, 22, 33)) as bot:
        await bot.run(instant(10, 0, 30))
        assert bot.people.told() == [("fired", ""), ("resolved", "")]
        (found,) = await paced(bot)
        assert iso(found.resolved_at or Slot(0)) == "2026-06-11T00:05:00Z"


@pytest.mark.parametrize("back", [timedelta(hours=7), timedelta(days=2), timedelta(days=9)])
async def test_long_spans_give_the_same_as_reading_every_bucket(back: timedelta) -> None:
    """`even` usage, so that the sum at any bucket end is known without looking."""
    pair = Pace(Fraction(1), back, timedelta(minutes=15))
    api = Scripted(lambda slot: EVEN + slot // 300 % 7)
    async with rig(monthly(pair), api, instant(12, 5, 3)) as bot:
        await bot.run(instant(12, 5, 13))
        (found,) = await paced(bot)
        end, span = found.since, int(back.total_seconds())
        sums = [sum(EVEN + slot // 300 % 7 for slot in range(e - span, e, 300)) for e in (end, end + 300, end + 600)]
        assert found.value == max(sums)
