"""The pace of a quota that sites share: everything in hours, and 10 bytes of 240 are an even one."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction

from bot.alerts.model import Alert, Kind, Reason, State
from bot.domain.periods import Per
from bot.domain.times import HOUR, Slot, Window, to_slot
from bot.rules.kinds import Pace
from bot.rules.selectors import Selector
from bot.service.commands import Alerts
from tests.service.judged import Judged, flat, judged, quota_rule, site

START = to_slot(datetime(2026, 6, 1, tzinfo=UTC))
TOWN, DURBAN, GEORGE = site(1, "town"), site(2, "durban"), site(3, "george", workspace="other")
TWICE = Pace(Fraction(2), timedelta(hours=3), timedelta(hours=1))
"""More than 60 bytes in three hours, and than 20 in the last."""
POOL = quota_rule(240, Per.DAY, (1000,), pool=True, pace=(TWICE,))


async def hours(bot: Judged, *amounts: tuple[int | None, ...], start: int = START) -> None:
    """Town and Durban, hour by hour, judged together."""
    for n, both in enumerate(amounts):
        for one, amount in zip((TOWN, DURBAN), both, strict=True):
            await bot.write(one, start + n * HOUR, [amount])
        await bot.assess()


async def paced(bot: Judged) -> list[Alert]:
    return [alert for alert in await bot.alerts() if alert.key.kind is Kind.PACE]


def told(bot: Judged) -> list[tuple[str, int]]:
    """What people heard, and of the end of which hour."""
    return [(m.change.value, (m.slot + HOUR - START) // HOUR) for m in bot.moves if m.reason.notifies]


async def test_what_sites_use_together_is_one_pace_with_one_alert() -> None:
    async with judged([POOL], [TOWN, DURBAN], START, HOUR) as bot:
        await hours(bot, (10, 10), (10, 10), (10, 10), (11, 10), (0, 20))
        assert told(bot) == [("fired", 4), ("resolved", 5)]
        (alert,) = await paced(bot)
        assert (alert.key.site, alert.value, alert.limit) == (None, 61, 60)
        assert flat(await bot.replay(Window(START, Slot(START + 5 * HOUR)))) == flat(bot.moves)
        assert "The pool of q (2 sites) is back below 2× even pace" in "".join(await bot.texts())


async def test_the_last_span_must_burn_too() -> None:
    async with judged([POOL], [TOWN, DURBAN], START, HOUR) as bot:
        await hours(bot, (40, 0), (10, 10), (10, 10))
        assert told(bot) == []


async def test_a_gap_of_one_site_pauses_and_known_bytes_convict() -> None:
    async with judged([POOL], [TOWN, DURBAN], START, HOUR) as bot:
        await hours(bot, (0, 0), (0, 0), (0, 0), (61, None), (15, None), (0, None))
        assert told(bot) == [("fired", 4)]  # with what Durban may have used, it may burn still
        await hours(bot, (0, 0), (0, 0), (0, 0), start=START + 6 * HOUR)
        assert told(bot) == [("fired", 4), ("resolved", 7)]


async def test_each_sites_bytes_are_as_it_is_billed() -> None:
    dear, cheap = replace(TOWN, billing_factor=Fraction("1.5")), replace(DURBAN, billing_factor=Fraction("0.5"))
    async with judged([POOL], [dear, cheap], START, HOUR) as bot:
        await hours(bot, (5, 5), (11, 9), (15, 15))
        assert told(bot) == []  # 31 times 1.5 is 46.5, and 29 times 0.5 is 14.5: 46 and 14 are not over 60
        await bot.write(cheap, START, [6], at=bot.now)
        await bot.assess()
        assert [one.value for one in await paced(bot)] == [61]


async def test_late_data_of_one_site_are_judged_and_revised_ones_take_back() -> None:
    async with judged([POOL], [TOWN, DURBAN], START, HOUR) as bot:
        await hours(bot, (0, 0), (10, None), (10, 10), (15, 10), (0, 0))
        assert told(bot) == []
        await bot.write(DURBAN, START + HOUR, [10], at=bot.now)
        await bot.assess()
        assert [change for change, _ in told(bot)] == ["fired", "resolved"]
        await bot.write(DURBAN, START + HOUR, [0], at=bot.now)
        await bot.assess()
        (alert,) = await paced(bot)
        assert (alert.state, alert.reason) == (State.RESOLVED, Reason.DATA_REVISED)


async def test_a_site_far_behind_is_not_waited_for_and_catches_up_without_a_repeat() -> None:
    async with judged([POOL], [TOWN, DURBAN], START, HOUR) as bot:
        await bot.feed(TOWN, START, [0, 0, 61])
        assert told(bot) == []  # judged as far as both sites' data reach
        await bot.feed(TOWN, START + 3 * HOUR, [30] * 6)
        assert told(bot) == [("fired", 3)]
        for n in range(9):
            await bot.write(DURBAN, START + n * HOUR, [0])
            await bot.assess()
        assert told(bot) == [("fired", 3)]
        await hours(bot, (0, 0), start=START + 9 * HOUR)
        assert told(bot) == [("fired", 3), ("resolved", 10)]


async def test_a_site_that_joins_or_leaves_brings_what_it_uses_and_no_gap() -> None:
    only_town = replace(POOL, sites=Selector(names=("town",)))
    async with judged([only_town], [TOWN, DURBAN], START, HOUR) as bot:
        await hours(bot, (15, 15), (15, 15), (15, 15), (15, 15))
        assert told(bot) == []
        bot.edit(POOL)
        await hours(bot, (15, 15), start=START + 4 * HOUR)
        assert told(bot) == [("fired", 5)]
        bot.edit(only_town)
        await hours(bot, (15, 15), start=START + 5 * HOUR)
        assert told(bot) == [("fired", 5), ("resolved", 6)]
        new = site(4, "new")
        bot.edit(POOL, sites=[TOWN, new])
        await hours(bot, (15, 0), start=START + 6 * HOUR)
        await bot.write(new, START + 7 * HOUR, [0])
        await hours(bot, (15, 0), start=START + 7 * HOUR)
        assert told(bot) == [("fired", 5), ("resolved", 6)]


async def test_a_pace_looks_back_over_days_and_into_the_grant_of_each_period() -> None:
    days = Pace(Fraction(2), timedelta(days=2), timedelta(hours=1))
    rule = quota_rule(240, Per.DAY, (1000,), pool=True, pace=(days,), rollover=240)
    async with judged([rule], [TOWN, DURBAN], START, HOUR) as bot:
        for one in (TOWN, DURBAN):
            await bot.write(one, START, [1] * 24 + [20] * 60)
        await bot.assess()
        end = Slot(START + 84 * HOUR)
        fired = [one for one in await bot.replay(Window(START, end)) if one.alert.key.kind is Kind.PACE]
        # 192 were carried into the second day, so that 1,728 would be too much; into the third nothing was, and 960 is.
        assert [((one.slot + HOUR - START) // HOUR, one.value, one.alert.limit) for one in fired] == [(49, 1046, 960)]


async def test_each_workspace_has_its_own_and_a_rule_without_pace_closes_it() -> None:
    async with judged([POOL], [TOWN, GEORGE], START, HOUR) as bot:
        for one in (TOWN, GEORGE):
            await bot.write(one, START, [0, 0, 61 + one.key])
        await bot.assess()
        assert {(one.key.workspace, one.value) for one in await paced(bot)} == {("default", 62), ("other", 64)}
        (alert,) = (await bot.ask(Alerts())).alerts
        assert (alert.label, alert.view.value) == ("pool of q", 62)
        bot.edit(quota_rule(240, Per.DAY, (1000,), pool=True))
        await bot.assess()
        assert {one.reason for one in await paced(bot)} == {Reason.RULE_CHANGED}
