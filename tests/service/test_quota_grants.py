"""Quotas with top-ups, plans, openings, rollover, billing factors and gaps: judged live and in replay."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest

from bot.alerts.model import Reason, State
from bot.domain.periods import Per, Starts
from bot.domain.times import DAY, HOUR, Slot, Window, to_slot
from bot.rules.kinds import Opening, Override, Planned, Quota, TopUp
from bot.rules.model import Rule
from tests.service.judged import Judged, flat, judged, quota_rule, site

START = to_slot(datetime(2026, 6, 1, tzinfo=UTC))
TOWN = site(1, "town")


def changed(rule: Rule, **more: object) -> Rule:
    assert isinstance(rule.judge, Quota)
    return replace(rule, judge=replace(rule.judge, **more))  # type: ignore[arg-type]


async def reached(bot: Judged) -> dict[int, int]:
    """Step → hours after the start, of every alert."""
    return {int(s): (end - START) // HOUR for alert in await bot.alerts() for s, end in alert.steps.items()}


async def both(bot: Judged, amounts: Sequence[int | None], at_once: int = 0) -> list[tuple[object, ...]]:
    """The transitions of feeding it hour by hour; a replay of the whole must say the same."""
    await bot.feed(TOWN, START, amounts, at_once=at_once)
    live = flat(bot.moves)
    await bot.agree()
    assert flat(await bot.replay(Window(START, Slot(START + len(amounts) * HOUR)))) == live
    return live


TOPPED = quota_rule(100, at=(80, 100), top_ups=(TopUp(date(2026, 6, 2), 100, "town"),))


async def test_a_top_up_raises_the_quota_from_its_midnight_on_and_withdraws_nothing() -> None:
    async with judged([TOPPED], [TOWN], START, HOUR) as bot:
        await both(bot, [4] * 26)  # 80 by 20:00, 96 at midnight, then 104 of 200
        assert bot.told() == [("fired", "80")]
        (alert,) = await bot.alerts()
        assert (alert.limit, alert.value, alert.state) == (200, 104, State.FIRING)
        await bot.feed(TOWN, START + 26 * HOUR, [96])
        assert bot.told() == [("fired", "80"), ("worsened", "100")]


async def test_a_revision_withdraws_a_step_that_was_told_before_the_top_up_and_was_not_reached_in_truth() -> None:
    async with judged([TOPPED], [TOWN], START, HOUR) as bot:
        await bot.feed(TOWN, START, [4] * 30)
        await bot.write(TOWN, START + 5 * HOUR, [0] * 5, at=bot.now)
        await bot.assess()
        assert bot.told() == [("fired", "80"), ("corrected", "80")]


async def test_a_revision_that_leaves_the_step_reached_before_the_top_up_withdraws_nothing() -> None:
    async with judged([TOPPED], [TOWN], START, HOUR) as bot:
        await bot.feed(TOWN, START, [4] * 30)
        await bot.write(TOWN, START + 5 * HOUR, [0] * 3, at=bot.now)  # 84 at midnight: 80 % all the same
        await bot.assess()
        assert bot.told() == [("fired", "80")]


async def test_a_top_up_that_is_added_by_an_edit_withdraws_and_repeats_nothing() -> None:
    async with judged([changed(TOPPED, top_ups=())], [TOWN], START, HOUR) as bot:
        await bot.feed(TOWN, START, [4] * 30)
        assert bot.told() == [("fired", "80"), ("worsened", "100")]
        bot.edit(TOPPED)
        await bot.feed(TOWN, START + 30 * HOUR, [4] * 30)
        assert len(bot.told()) == 2


async def test_a_step_reached_before_a_top_up_and_a_first_start_is_told_with_its_time() -> None:
    async with judged([TOPPED], [TOWN], START, HOUR) as bot:
        await bot.write(TOWN, START, [4] * 72)
        bot.edit(replace(TOPPED, name="new"))
        await bot.assess()
        (alert,) = await bot.alerts()
        assert {int(s): (end - START) // HOUR for s, end in alert.steps.items()} == {80: 20, 100: 50}
        bot.edit(replace(TOPPED, name="newer"))
        await bot.feed(TOWN, START + 72 * HOUR, [0])
        assert {int(s): (end - START) // HOUR for s, end in (await bot.alerts())[-1].steps.items()} == {80: 20, 100: 50}


async def test_a_plan_changes_the_quota_with_the_period() -> None:
    rule = quota_rule(None, Per.DAY, (100,), plan=(Planned(date(2026, 6, 2), 10), Planned(date(2026, 6, 3), 30)))
    async with judged([rule], [TOWN], START, HOUR) as bot:
        await both(bot, [1] * 72, 30)
        assert await reached(bot) == {100: 24 + 10}


async def test_an_override_has_its_own_quota_and_day() -> None:
    rule = quota_rule(1000, at=(100,), starts=Starts(day=15), overrides=(Override("town", 10, Starts(day=1)),))
    async with judged([rule], [TOWN, site(2)], START, HOUR) as bot:
        await both(bot, [1] * 40)
        (alert,) = await bot.alerts()
        assert (alert.key.site, alert.limit, alert.value) == (1, 10, 40)


OPENED = quota_rule(100, at=(50, 80), opening=(Opening(datetime(2026, 6, 1, 10), 70, "town"),))  # noqa: DTZ001 - local


async def test_counting_goes_on_from_what_the_carrier_said() -> None:
    async with judged([OPENED], [TOWN], START, HOUR) as bot:
        await both(bot, [1] * 21)
        (alert,) = await bot.alerts()
        assert (await reached(bot), alert.value) == ({50: 10, 80: 20}, 81)
        assert (alert.known, alert.expected) == (11, 11)
        assert bot.told() == [("fired", "50"), ("worsened", "80")]


async def test_an_opening_below_what_was_counted_withdraws_and_repeats_nothing() -> None:
    async with judged([OPENED], [TOWN], START, HOUR) as bot:
        await both(bot, [8] * 10 + [0] * 5 + [2] * 5)
        assert bot.told() == [("fired", "50"), ("worsened", "80")]
        (alert,) = await bot.alerts()
        assert (alert.value, await reached(bot)) == (80, {50: 7, 80: 10})


async def test_an_opening_that_is_added_by_an_edit_repeats_and_withdraws_nothing() -> None:
    async with judged([changed(OPENED, opening=())], [TOWN], START, HOUR) as bot:
        await bot.feed(TOWN, START, [9] * 15)
        assert bot.told() == [("fired", "50"), ("worsened", "80")]
        bot.edit(OPENED)
        await bot.feed(TOWN, START + 15 * HOUR, [0, 0, 3])
        assert len(bot.told()) == 2
        await bot.write(TOWN, START + 12 * HOUR, [8], at=bot.now)
        await bot.assess()
        assert len(bot.told()) == 2


async def test_an_opening_makes_a_period_judgeable_whose_history_is_missing() -> None:
    late = replace(OPENED, name="q")
    async with judged([late], [TOWN], START + 8 * HOUR, HOUR) as bot:
        await bot.feed(TOWN, START + 8 * HOUR, [1] * 2)
        assert bot.told() == []
        await bot.feed(TOWN, START + 10 * HOUR, [1] * 10)
        assert bot.told() == [("fired", "50"), ("worsened", "80")]


async def test_what_an_opening_contradicts_is_not_told_at_a_first_start() -> None:
    """We counted 90 % before the carrier said 70 %: only what is so since then is told."""
    async with judged([], [TOWN], START, HOUR) as bot:
        await bot.write(TOWN, START, [9] * 10 + [0] * 5)
        await bot.assess()
        bot.edit(OPENED)
        await bot.feed(TOWN, START + 15 * HOUR, [0])
        assert bot.told() == [("fired", "50")]


ROLLED = quota_rule(100, Per.DAY, (100,), rollover=30)


async def test_what_was_left_is_carried_over_up_to_the_most_and_only_once() -> None:
    async with judged([ROLLED], [TOWN], START, HOUR) as bot:
        # 20 left of the first day; the second uses 120; the third has nothing left over
        await both(bot, [80, *[0] * 23, *[5] * 24, *[0] * 23, 100])
        assert await reached(bot) == {100: 72}
        assert [(alert.limit, alert.value) for alert in await bot.alerts()] == [(120, 120), (100, 100)]


async def test_nothing_is_carried_over_from_a_period_that_is_not_known_whole() -> None:
    async with judged([ROLLED], [TOWN], START + 2 * HOUR, HOUR) as bot:
        await bot.feed(TOWN, START + 2 * HOUR, [0] * 22 + [100])
        assert [(alert.limit, alert.value) for alert in await bot.alerts()] == [(100, 100)]


async def test_late_data_of_the_last_period_lowers_what_was_carried_over() -> None:
    async with judged([ROLLED], [TOWN], START, HOUR) as bot:
        await bot.feed(TOWN, START, [80] + [0] * 23 + [110])
        assert bot.told() == []
        await bot.write(TOWN, START + 3 * HOUR, [15], at=bot.now)
        await bot.assess()
        assert bot.told() == [("fired", "100")]
        assert [alert.limit for alert in await bot.alerts()] == [105]


async def test_what_the_carrier_bills_is_what_is_counted_and_it_is_rounded_down_once() -> None:
    """1.04 × 77 is 80.08, and 1.04 × 76 is 79.04; rounded bucket by bucket it would be 76."""
    town = replace(TOWN, billing_factor=Fraction("1.04"))
    async with judged([quota_rule(100, at=(80,))], [town], START, HOUR) as bot:
        await bot.feed(town, START, [1] * 77, at_once=70)
        (alert,) = await bot.alerts()
        assert (await reached(bot), alert.value, alert.detail["factor"]) == ({80: 77}, 80, "26/25")
        assert flat(await bot.replay(Window(START, Slot(START + 77 * HOUR)))) == flat(bot.moves)


async def test_a_billing_factor_that_is_edited_withdraws_nothing() -> None:
    async with judged([quota_rule(100, at=(80,))], [TOWN], START, HOUR) as bot:
        await bot.feed(TOWN, START, [10] * 8)
        bot.edit(*bot.fleet.configuration.rules, sites=[replace(TOWN, billing_factor=Fraction("0.9"))])
        await bot.feed(TOWN, START + 8 * HOUR, [0, 0])
        assert bot.told() == [("fired", "80")]
        assert [alert.value for alert in await bot.alerts()] == [72]


POSSIBLE = quota_rule(100, Per.DAY, (50, 80), possible=True)


async def test_a_gap_counts_as_what_is_usual_where_the_rule_wants_that() -> None:
    """Twenty an hour usually; three known hours and one gap are 80, and the coverage says that one is not known."""
    async with judged([POSSIBLE], [TOWN], START, HOUR) as bot:
        live = await both(bot, [*[2] * 24 * 7, 20, 20, None, 20], 24 * 7)
        assert live
        assert [int(alert.value) for alert in await bot.alerts()] == [62]
        await bot.write(TOWN, START + (24 * 7 + 2) * HOUR, [20], at=bot.now)
        await bot.assess()
        (alert,) = await bot.alerts()
        assert (alert.value, sorted(map(int, alert.steps))) == (80, [50, 80])


async def test_a_certain_quota_counts_nothing_for_a_gap() -> None:
    async with judged([changed(POSSIBLE, possible=False)], [TOWN], START, HOUR) as bot:
        await both(bot, [*[2] * 24 * 7, 20, 20, None, 9], 24 * 7)
        assert await bot.alerts() == []


async def test_a_gap_that_turns_out_smaller_than_usual_withdraws_what_was_told_of_it() -> None:
    async with judged([POSSIBLE], [TOWN], START, HOUR) as bot:
        await bot.feed(TOWN, START, [*[2] * 24 * 7, 16, 16, 16, None], at_once=24 * 7)
        assert bot.told() == [("fired", "50")]
        await bot.write(TOWN, START + (24 * 7 + 3) * HOUR, [0], at=bot.now)
        await bot.assess()
        assert bot.told() == [("fired", "50"), ("corrected", "50")]


@pytest.mark.parametrize(("day", "buckets"), [((2026, 3, 29), 276), ((2026, 10, 25), 300), ((2026, 6, 1), 288)])
async def test_a_day_in_berlin_has_276_288_or_300_buckets(day: tuple[int, int, int], buckets: int) -> None:
    """Of a quota of one byte a bucket of the day, 100 % is reached by the very last of them."""
    berlin = ZoneInfo("Europe/Berlin")
    start = to_slot(datetime(*day, tzinfo=berlin))
    town = replace(TOWN, timezone=berlin)
    async with judged([quota_rule(buckets, Per.DAY, (100,))], [town], start) as bot:
        await bot.write(town, start, [1] * (buckets - 1))
        await bot.assess()
        assert await bot.alerts() == []
        await bot.write(town, start + (buckets - 1) * 300, [1, 1])
        (move, closing) = await bot.assess()
        assert (move.slot, closing.reason) == (start + (buckets - 1) * 300, Reason.PERIOD_ENDED)
        assert (await bot.alerts())[0].key.period == Window(start, Slot(start + buckets * 300))


@pytest.mark.parametrize(
    ("zone", "per", "starts", "start"),
    [
        ("Asia/Kathmandu", Per.DAY, Starts(time=time(8)), datetime(2026, 6, 1, 2, 15, tzinfo=UTC)),
        ("Asia/Kolkata", Per.HOUR, Starts(), datetime(2026, 6, 1, 2, 30, tzinfo=UTC)),
        ("America/St_Johns", Per.WEEK, Starts(weekday=3), datetime(2026, 6, 4, 2, 30, tzinfo=UTC)),
        ("Australia/Adelaide", Per.QUARTER, Starts(day=15), datetime(2026, 7, 14, 14, 30, tzinfo=UTC)),
        ("UTC", Per.YEAR, Starts(day=5, time=time(6)), datetime(2026, 1, 5, 6, tzinfo=UTC)),
    ],
)
async def test_a_new_period_counts_from_nothing_wherever_it_begins(
    zone: str, per: Per, starts: Starts, start: datetime
) -> None:
    town, begin = replace(TOWN, timezone=ZoneInfo(zone)), to_slot(start)
    async with judged([quota_rule(9, per, (100,), starts=starts)], [town], Slot(begin - 6 * 300)) as bot:
        bot.edit(*bot.fleet.configuration.rules)
        async with bot.history.writing() as tx:
            row = (await tx.progress.all())[1]
            await tx.progress.save([replace(row, gave_up_before=row.known_from)])
        await bot.write(town, begin - 6 * 300, [2] * 4 + [0] * 2 + [1] * 8)
        await bot.assess()
        assert await bot.alerts() == []
        await bot.write(town, begin + 8 * 300, [1])
        (move,) = await bot.assess()
        assert move.slot == begin + 8 * 300
        assert move.alert.key.period is not None
        assert move.alert.key.period.start == begin


async def test_every_28_days_are_counted_from_their_date() -> None:
    rule = quota_rule(24 * 28, Per.DAYS, (100,), every=28, anchor=date(2026, 5, 5))
    async with judged([rule], [TOWN], START, HOUR) as bot:
        await bot.write(TOWN, START, [1] * 24 * 28)
        await bot.assess()
        assert await bot.alerts() == []
        await bot.write(TOWN, START + 28 * DAY, [1])
        await bot.assess()
        assert await bot.alerts() == []
