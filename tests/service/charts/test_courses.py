"""Thresholds, percentiles, silences and spikes: the last day or two, with what was wrong painted."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

from bot.alerts.model import Kind
from bot.alerts.spike import Unusual as Episode
from bot.domain.periods import Per, Starts
from bot.domain.times import DAY, HOUR, Slot, to_instant
from bot.domain.usage import Direction
from bot.rules.model import NoData, Percentile, Rule, Severity, Threshold
from bot.service.charts.model import Course, Span, Unit, Unusual
from tests.service.charts.reading import chart, the_alert
from tests.service.judged import Judged, judged, site
from tests.service.test_spikes_end_to_end import NOW as SPIKED
from tests.service.test_spikes_end_to_end import ONE, RULE, amounts, lived
from tests.service.test_spikes_end_to_end import START as LONG_AGO
from tests.service.test_spikes_end_to_end import STEP as QUARTER

BERLIN = ZoneInfo("Europe/Berlin")
START = Slot(20_600 * DAY)
TOWN, DURBAN = site(1, "town"), site(2, "durban")


def threshold(limit: int, within: timedelta, **more: object) -> Rule:
    return Rule("q", Threshold(limit, within, **more), directions=(Direction.IN,))  # type: ignore[arg-type]


async def course(bot: Judged, kind: Kind) -> Course:
    found = await chart(bot, await the_alert(bot, kind))
    assert isinstance(found, Course)
    return found


def span(first: float, end: float) -> Span:
    """Hours since START."""
    return Span(to_instant(int(START + first * HOUR)), to_instant(int(START + end * HOUR)))


async def test_a_thresholds_bars_are_as_long_as_its_span_and_one_ends_where_the_limit_was_passed() -> None:
    async with judged([threshold(10, timedelta(hours=1))], [TOWN], START, HOUR // 2) as bot:
        await bot.feed(TOWN, START, [1, 1, 1, 6, 6, 6, 1])
        shown = await course(bot, Kind.THRESHOLD)
        assert (shown.limit, shown.limit_said, shown.unit) == (10, "10 B in 1 hour", Unit.BYTES)
        last = [(bar.start, bar.in_bytes) for bar in shown.bars[-4:]]
        assert last[1:] == [(to_instant(int(START + n * HOUR)), used) for n, used in ((0.5, 2), (1.5, 12), (2.5, 7))]
        assert shown.bars[-1].length == timedelta(hours=1)
        assert shown.breaches == (span(2, 3),)
        assert shown.bars[0].in_bytes is None


async def test_a_rate_is_shown_as_a_rate_and_a_least_leaves_out_what_is_not_whole() -> None:
    rule = threshold(45_000, timedelta(hours=1), under=True, rate=100)
    async with judged([rule], [TOWN], START, HOUR // 4) as bot:
        await bot.write(TOWN, START, [20_000] * 4 + [1_000] * 5)
        await bot.assess()
        shown = await course(bot, Kind.THRESHOLD)
        assert (shown.unit, shown.limit, shown.limit_said, shown.under) == (Unit.RATE, 100, "100 bps", True)
        assert {bar.length for bar in shown.bars} == {timedelta(hours=1)}


async def test_a_threshold_of_days_is_summed_day_by_day() -> None:
    async with judged([threshold(100, timedelta(days=2))], [TOWN], START, HOUR) as bot:
        await bot.write(TOWN, START, [1] * 48 + [3] * 40)
        await bot.assess()
        shown = await course(bot, Kind.THRESHOLD)
        assert len(shown.bars) == 8
        assert shown.bars[-1].length < timedelta(days=2) or shown.bars[-1].in_bytes is not None
        assert shown.breaches[0].end == to_instant((await the_alert(bot, Kind.THRESHOLD)).since)


async def test_a_percentile_paints_its_bursts_in_the_rates_of_two_days() -> None:
    judge = Percentile(Fraction(95), 8, Per.DAY, Starts(), (Fraction(100),), (Severity.WARNING,))
    rule = Rule("q", judge, directions=(Direction.IN,))
    async with judged([rule], [TOWN], START, 900) as bot:
        await bot.write(TOWN, START, [900] * 8 + [901] * 8 + [0] * 4)
        await bot.assess()
        shown = await course(bot, Kind.PERCENTILE)
        assert (shown.unit, shown.limit, shown.limit_said) == (Unit.RATE, 8, "8 bps")
        assert shown.breaches == (span(2, 4),)
        assert [bar.in_bytes for bar in shown.bars[-5:]] == [3600, 3600, 3604, 3604, 0]
        assert shown.detail == "burst time 2 h of 1 h"


async def test_a_pools_bursts_are_those_of_the_sum_and_an_hour_lacking_a_site_is_partial() -> None:
    judge = Percentile(Fraction(50), 8, Per.DAY, Starts(), (Fraction(10),), (Severity.WARNING,), pool=True)
    rule = Rule("q", judge, directions=(Direction.IN,))
    async with judged([rule], [TOWN, DURBAN], START, 900) as bot:
        await bot.write(TOWN, START, [500] * 12)
        await bot.write(DURBAN, START, [500] * 8 + [None] * 4)
        await bot.assess()
        shown = await course(bot, Kind.PERCENTILE)
        assert shown.breaches == (span(0, 2),)
        assert [(bar.in_bytes, bar.is_partial) for bar in shown.bars[-3:]] == [
            (4000, False),
            (4000, False),
            (2000, True),
        ]


async def test_a_silence_is_shown_with_the_day_before_it() -> None:
    rule = Rule("q", NoData(timedelta(hours=2)))
    async with judged([rule], [replace(TOWN, timezone=BERLIN)], START, HOUR) as bot:
        await bot.write(TOWN, START, [5] * 30 + [None] * 4)
        await bot.assess()
        shown = await course(bot, Kind.NO_DATA)
        assert shown.silent == (span(30, 34),)
        assert [bar.in_bytes for bar in shown.bars] == [5] * 24 + [None] * 4
        await bot.write(TOWN, START + 34 * HOUR, [None] * 24 * 5)
        await bot.assess()
        days = await course(bot, Kind.NO_DATA)
        assert {bar.length for bar in days.bars[:-1]} == {timedelta(days=1)}
        assert {bar.start.astimezone(BERLIN).hour for bar in days.bars} == {0}
        assert days.silent == (span(30, 34 + 24 * 5),)


async def test_a_spike_is_shown_hour_by_hour_beside_what_is_usual_and_its_episode_is_painted() -> None:
    async with judged([RULE], [ONE], LONG_AGO, QUARTER) as bot:
        await lived(bot, *[1] * 7, 10, 10, 10)
        alert = await the_alert(bot, Kind.SPIKE)
        shown = await chart(bot, alert)
        assert isinstance(shown, Unusual)
        assert (shown.subject, shown.direction) == ("s1", Direction.IN)
        assert (len(shown.hours), shown.hours[-1].start) == (24, to_instant(SPIKED + HOUR))
        last = shown.hours[-2]  # the spike began in the last quarter of the one after it
        assert last.low is not None
        assert last.top is not None
        assert last.came is not None
        assert last.low < amounts(SPIKED, 1)[0] * 4 < last.top
        assert last.came < 2 * last.top
        worst = Episode.of(alert)
        assert shown.hours[-1].came == worst.came * HOUR // worst.span > 3 * last.top
        assert shown.hours[-1].top == worst.top * HOUR // worst.span
        begun = alert.since - QUARTER
        assert shown.breaches == (Span(to_instant(begun), to_instant(begun + worst.lasts)),)
