"""A quota's chart counts as its alert does."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from bot.alerts.model import Kind, State
from bot.domain.periods import Per, Starts
from bot.domain.times import DAY, HOUR, to_instant, to_slot
from bot.domain.usage import Direction
from bot.rules.kinds import Forecast, Opening, Pace, TopUp
from bot.rules.model import Quota, Rule
from bot.service.charts.model import BurnDown
from tests.service.charts.reading import chart, hours, the_alert
from tests.service.judged import Judged, judged, quota_rule, site

START = to_slot(datetime(2026, 6, 1, tzinfo=UTC))
TOWN, DURBAN = site(1, "town"), site(2, "durban")
BERLIN = ZoneInfo("Europe/Berlin")


async def burn_down(bot: Judged, kind: Kind = Kind.QUOTA) -> BurnDown:
    found = await chart(bot, await the_alert(bot, kind))
    assert isinstance(found, BurnDown)
    return found


async def test_usage_to_date_ends_where_it_was_judged_with_the_steps_and_when_they_were_reached() -> None:
    async with judged([quota_rule(100, Per.DAY)], [TOWN], START, HOUR) as bot:
        await bot.feed(TOWN, START, [20, 20, None, 20, 25, 3])
        shown = await burn_down(bot)
        assert (shown.subject, shown.limit, shown.direction) == ("town", 100, Direction.TOTAL)
        assert (shown.start, shown.end, shown.until) == tuple(to_instant(START + n * HOUR) for n in (0, 24, 6))
        assert [used for _, used in shown.used] == [0, 20, 40, 40, 60, 85, 88]
        assert hours(START, *(at for at, _ in shown.used)) == [0, 1, 2, 3, 4, 5, 6]
        assert [(int(one.percent), one.reached_at) for one in shown.steps] == [
            (50, to_instant(START + 4 * HOUR)),
            (80, to_instant(START + 5 * HOUR)),
            (100, None),
        ]
        assert shown.known == pytest.approx(5 / 6)
        assert shown.fan is None


async def test_what_comes_after_the_judgement_is_not_in_the_chart() -> None:
    async with judged([quota_rule(100, Per.DAY)], [TOWN], START, HOUR) as bot:
        await bot.feed(TOWN, START, [60])
        await bot.write(TOWN, START + HOUR, [30])
        assert (await burn_down(bot)).used[-1] == (to_instant(START + HOUR), 60)


async def test_an_opening_is_a_leap_top_ups_raise_the_limit_and_bytes_are_those_that_are_billed() -> None:
    rule = quota_rule(
        100,
        Per.DAY,
        top_ups=(TopUp(date(2026, 6, 1), 50),),
        opening=(Opening(datetime(2026, 6, 1, 3), 70),),  # noqa: DTZ001 - local, as it is written
    )
    billed = replace(TOWN, billing_factor=Fraction("1.5"))
    async with judged([rule], [billed], START, HOUR) as bot:
        await bot.feed(billed, START, [10, 10, 10, 11])
        shown = await burn_down(bot)
        assert shown.limit == 150
        assert [used for _, used in shown.used] == [0, 15, 30, 45, 86]
        assert shown.used[-1][1] == (await the_alert(bot)).value


async def test_a_pool_is_all_of_its_sites_and_goes_on_to_the_newest_of_their_data() -> None:
    async with judged([quota_rule(100, Per.DAY, pool=True)], [TOWN, DURBAN], START, HOUR) as bot:
        await bot.write(TOWN, START, [20, 20, 20])
        await bot.write(DURBAN, START, [5, 5])
        await bot.assess()
        shown, alert = await burn_down(bot), await the_alert(bot)
        assert (shown.subject, shown.until) == ("pool of q", to_instant(START + 3 * HOUR))
        assert [used for _, used in shown.used] == [0, 25, 50, 70]
        assert shown.used[-1][1] == alert.value


async def test_a_period_has_as_many_hours_as_its_day_and_begins_at_local_midnight() -> None:
    """The clock goes back on Sunday 25 October: the day has 25 hours."""
    begin = to_slot(datetime(2026, 10, 24, 22, tzinfo=UTC))
    berlin = site(1, "berlin", timezone=BERLIN)
    async with judged([quota_rule(100, Per.DAY)], [berlin], begin, HOUR) as bot:
        await bot.write(berlin, begin, [3] * 25)
        await bot.assess()
        shown = await burn_down(bot)
        assert shown.zone == BERLIN
        assert (shown.start, shown.end) == (to_instant(begin), to_instant(begin + 25 * HOUR))
        assert shown.used[-1] == (to_instant(begin + 25 * HOUR), 75)


async def test_a_month_has_a_point_a_day_and_a_fan_as_soon_as_four_weeks_are_known() -> None:
    async with judged([quota_rule(1300, at=(50,))], [TOWN], START, HOUR) as bot:
        await bot.write(TOWN, START, [2] * 24 * 10)
        await bot.assess()
        await bot.write(TOWN, START + 10 * DAY, [2] * (24 * 34 + 5))
        await bot.assess()
        shown = await burn_down(bot)
        july = START + 30 * DAY
        assert hours(july, *(at for at, _ in shown.used))[-4:] == [12 * 24, 13 * 24, 14 * 24, 14 * 24 + 5]
        assert shown.used[-1][1] == 2 * (14 * 24 + 5)
        assert shown.fan is not None
        assert shown.fan.low80 <= shown.fan.middle <= shown.fan.high80
        assert shown.fan.middle == pytest.approx(31 * 48, rel=0.01)
        assert shown.fan.exhausts_at == to_instant(july + 1300 // 2 * HOUR)


async def test_a_forecast_shows_the_quota_with_its_own_fan_and_when_steps_were_reached() -> None:
    rule = quota_rule(1200, at=(30,), forecast=Forecast(Fraction(100), Fraction(80)))
    async with judged([rule], [TOWN], START, HOUR) as bot:
        await bot.write(TOWN, START, [2] * 24 * 45)
        await bot.assess()
        shown, alert = await burn_down(bot, Kind.FORECAST), await the_alert(bot, Kind.FORECAST)
        assert shown.used[-1][1] == alert.value
        assert shown.fan is not None
        assert (shown.fan.middle, shown.fan.low80) == (alert.detail["forecast"], alert.detail["low80"])
        assert [one.reached_at is None for one in shown.steps] == [False]


async def test_a_pace_shows_the_quota_of_the_period_it_is_in() -> None:
    pairs = (Pace(Fraction(2), timedelta(hours=3), timedelta(hours=1)),)
    async with judged([quota_rule(240, Per.DAY, at=(90,), pace=pairs)], [TOWN], START, HOUR) as bot:
        await bot.feed(TOWN, START, [10, 10, 40, 40])
        shown = await burn_down(bot, Kind.PACE)
        assert (shown.limit, shown.used[-1]) == (240, (to_instant(START + 4 * HOUR), 100))
        assert shown.end == to_instant(START + DAY)


async def test_without_its_rule_there_is_nothing_to_show() -> None:
    async with judged([quota_rule(100, Per.DAY)], [TOWN], START, HOUR) as bot:
        await bot.feed(TOWN, START, [60])
        bot.edit()
        await bot.assess()
        alert = await the_alert(bot)
        assert alert.state is State.RESOLVED
        assert await chart(bot, alert) is None


DAY_ONE = datetime(2026, 6, 1)  # noqa: DTZ001 - local, as rules are written
AMOUNTS = st.lists(st.one_of(st.none(), st.integers(0, 9)), min_size=1, max_size=30)
OPENINGS = st.lists(
    st.builds(Opening, st.integers(0, 30).map(lambda hour: DAY_ONE + timedelta(hours=hour)), st.integers(0, 90)),
    max_size=2,
)


@st.composite
def rules(draw: st.DrawFn) -> Rule:
    more = {"rollover": draw(st.sampled_from((0, 20))), "possible": draw(st.booleans()), "pool": draw(st.booleans())}
    top_ups = tuple(TopUp(date(2026, 6, day), 30) for day in draw(st.sets(st.integers(1, 2), max_size=2)))
    at, starts = draw(st.sampled_from([(1,), (30, 90)])), Starts()
    return quota_rule(60, Per.DAY, at, starts=starts, opening=tuple(draw(OPENINGS)), top_ups=top_ups, **more)


@settings(max_examples=8, deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(rules(), AMOUNTS, AMOUNTS, st.sampled_from([Fraction(1), Fraction("1.5"), Fraction(1, 3)]))
async def test_it_ends_at_the_value_of_its_alert_however_the_quota_is_counted(
    rule: Rule, town: list[int | None], durban: list[int | None], factor: Fraction
) -> None:
    """What is possible of a pool is not said of a site that is behind the others."""
    sites = [TOWN, replace(DURBAN, billing_factor=factor)]
    length = min(len(town), len(durban))
    async with judged([rule], sites, START, HOUR) as bot:
        for one, amounts in zip(sites, (town, durban), strict=True):
            await bot.write(
                one, START, amounts[:length] if isinstance(rule.judge, Quota) and rule.judge.possible else amounts
            )
        await bot.assess()
        for alert in await bot.alerts():
            if not alert.is_open:
                continue
            shown = await chart(bot, alert)
            assert isinstance(shown, BurnDown)
            assert (shown.used[-1][1], shown.limit) == (alert.value, alert.limit)
            assert all(before[0] < after[0] for before, after in pairwise(shown.used))
            assert shown.used[-1][0] == shown.until
