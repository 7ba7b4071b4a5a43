"""Burstable billing of sites that share a commit: 24 hours in a day, of which p 75 allows 6 over the rate."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from fractions import Fraction

from bot.alerts.model import Alert, Kind, Reason
from bot.domain.periods import Per, Starts
from bot.domain.times import DAY, HOUR, Slot, Window, to_slot
from bot.rules.kinds import Percentile
from bot.rules.model import Rule, Severity
from bot.rules.selectors import Selector
from bot.service.commands import Alerts
from bot.service.reach import reach_back
from tests.service.judged import Judged, flat, judged, site

START = to_slot(datetime(2026, 6, 1, tzinfo=UTC))
TOWN, DURBAN, GEORGE = site(1, "town"), site(2, "durban"), site(3, "george", workspace="other")
RATE = 450
"""Bits a second."""
MOST = RATE * HOUR // 8
"""Bytes of an hour that is just not over the rate."""
HALF = MOST // 2
JUDGE = Percentile(
    Fraction(75), RATE, Per.DAY, Starts(), (Fraction(50), Fraction(100)), (Severity.WARNING,) * 2, pool=True
)
POOL = Rule("commit", JUDGE)
COLD, HOT = (HALF, HALF), (HALF, HALF + 1)


async def hours(bot: Judged, amounts: Sequence[tuple[int | None, ...]], first: int = 0) -> None:
    """Town and Durban, hour by hour, judged together."""
    for n, both in enumerate(amounts, first):
        for one, amount in zip((TOWN, DURBAN), both, strict=True):
            await bot.write(one, START + n * HOUR, [amount])
        await bot.assess()


async def current(bot: Judged) -> Alert:
    return [alert for alert in await bot.alerts() if alert.key.kind is Kind.PERCENTILE][-1]


async def test_sites_are_summed_per_slot_before_ranking() -> None:
    """Neither site is over the rate, ever: 6 hours together are allowed, and the seventh is one too many."""
    async with judged([POOL], [TOWN, DURBAN], START, HOUR) as bot:
        await hours(bot, [HOT] * 6)
        assert bot.told() == [("fired", "50")]
        await hours(bot, [COLD, COLD, HOT], 6)
        assert bot.told() == [("fired", "50"), ("worsened", "100")]
        alert = await current(bot)
        assert (alert.key.site, alert.value, alert.limit, alert.known) == (None, 7 * HOUR, 6 * HOUR, 9)
        assert flat(await bot.replay(Window(START, Slot(START + 9 * HOUR)))) == flat(bot.moves)
        assert "The pool of commit (2 sites) has used up its burst time" in "".join(await bot.texts())


async def test_sites_that_are_hot_in_turn_are_cold_together_and_the_other_way_round() -> None:
    async with judged([POOL], [TOWN, DURBAN], START, HOUR) as bot:
        await hours(bot, [(MOST, 0), (0, MOST)] * 12)
        assert bot.told() == []


async def test_a_known_sum_over_the_rate_is_a_burst_and_other_gaps_are_left_out() -> None:
    async with judged([POOL], [TOWN, DURBAN], START, HOUR) as bot:
        await hours(bot, [(MOST + 1, None)] * 2 + [(1, None)] * 8)
        alert = await current(bot)
        assert (alert.value, alert.limit) == (2 * HOUR, 4 * HOUR)  # of 16 ranked hours 4
        assert (alert.known, alert.expected) == (2, 10)
        assert bot.told() == [("fired", "50")]


async def test_late_data_of_one_site_fill_a_gap() -> None:
    async with judged([POOL], [TOWN, DURBAN], START, HOUR) as bot:
        await hours(bot, [HOT] * 2 + [(1, None)] * 8)
        assert bot.told() == [("fired", "50")]
        await bot.write(DURBAN, START + 2 * HOUR, [1] * 7 + [MOST], at=bot.now)
        await bot.assess()
        alert = await current(bot)
        assert (alert.value, alert.limit, alert.known) == (3 * HOUR, 6 * HOUR, 10)
        await bot.write(DURBAN, START + 9 * HOUR, [0], at=bot.now)
        (move,) = await bot.assess()
        assert (move.reason, move.value) == (Reason.DATA_REVISED, 2 * HOUR)


async def test_a_site_that_joins_or_leaves_is_counted_for_the_whole_period() -> None:
    only_town = replace(POOL, sites=Selector(names=("town",)))
    async with judged([only_town], [TOWN, DURBAN], START, HOUR) as bot:
        await hours(bot, [HOT] * 8)
        assert bot.told() == []
        bot.edit(POOL)
        await hours(bot, [COLD], 8)
        assert bot.told() == [("fired", "100")]
        assert (await current(bot)).value == 8 * HOUR
        bot.edit(only_town)
        await hours(bot, [(MOST + 1, 0)], 9)
        assert (await current(bot)).value == HOUR


async def test_a_new_site_brings_no_gaps_from_before_it_was_there() -> None:
    new = site(4, "new")
    async with judged([POOL], [TOWN, DURBAN], START, HOUR) as bot:
        await hours(bot, [HOT] * 3 + [COLD] * 5)
        bot.edit(POOL, sites=[TOWN, DURBAN, new])
        await bot.write(new, START + 8 * HOUR, [0])
        await hours(bot, [COLD], 8)
        alert = await current(bot)
        assert (alert.value, alert.limit, alert.known, alert.expected) == (3 * HOUR, 6 * HOUR, 9, 9)


async def test_what_is_imported_into_the_past_of_a_site_is_counted() -> None:
    async with judged([POOL], [TOWN, DURBAN], START, HOUR) as bot:
        await hours(bot, [HOT] * 3 + [(1, None)] * 3 + [COLD] * 4)
        await bot.write(DURBAN, START + 3 * HOUR, [MOST] * 3, at=bot.now)
        async with bot.history.writing() as tx:
            await reach_back(tx, [DURBAN.key], HOUR)
        await bot.assess()
        assert (await current(bot)).value == 6 * HOUR


async def test_a_site_that_is_behind_is_to_come_and_later_a_gap() -> None:
    async with judged([POOL], [TOWN, DURBAN], START, HOUR) as bot:
        await hours(bot, [HOT] * 3)
        await bot.feed(TOWN, START + 3 * HOUR, [0] * 3)
        assert ((await current(bot)).expected, (await current(bot)).known) == (3, 3)
        await bot.feed(TOWN, START + 6 * HOUR, [0] * 6)
        assert ((await current(bot)).expected, (await current(bot)).known) == (12, 3)
        await bot.write(DURBAN, START + 3 * HOUR, [0] * 9)
        await bot.assess()
        assert ((await current(bot)).expected, (await current(bot)).known) == (12, 12)


async def test_a_period_ends_and_the_next_counts_anew() -> None:
    async with judged([POOL], [TOWN, DURBAN], START, HOUR) as bot:
        await hours(bot, [HOT] * 24 + [HOT] * 3)
        first, second = [alert for alert in await bot.alerts() if alert.key.kind is Kind.PERCENTILE]
        assert (first.reason, first.value) == (Reason.PERIOD_ENDED, 24 * HOUR)
        assert (second.key.period, second.value) == (Window(Slot(START + DAY), Slot(START + 2 * DAY)), 3 * HOUR)


async def test_each_workspace_has_its_own_and_a_rule_that_is_no_pool_any_more_closes_it() -> None:
    async with judged([POOL], [TOWN, GEORGE], START, HOUR) as bot:
        for one in (TOWN, GEORGE):
            await bot.write(one, START, [MOST + one.key] * (one.key + 2))
        await bot.assess()
        assert {(one.key.workspace, one.value) for one in await bot.alerts()} == {
            ("default", 3 * HOUR),
            ("other", 5 * HOUR),
        }
        (alert,) = (await bot.ask(Alerts())).alerts
        assert (alert.label, alert.view.value) == ("pool of commit", 3 * HOUR)
        bot.edit(replace(POOL, judge=replace(JUDGE, pool=False)))
        await bot.assess()
        assert {one.reason for one in await bot.alerts() if one.key.site is None} == {Reason.RULE_CHANGED}
