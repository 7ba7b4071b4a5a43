"""Pools: sites that share one quota, judged whenever any of them has something new."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from fractions import Fraction

import pytest

from bot.alerts.model import Change, Kind, Reason, State
from bot.domain.periods import Per
from bot.domain.times import DAY, HOUR, Slot, Window, to_slot
from bot.rules.kinds import Forecast, Opening, TopUp
from bot.rules.selectors import Selector
from bot.service.answers.render import render
from bot.service.commands import Alerts, Quotas
from tests.service.judged import UTC_ZONE, Judged, flat, judged, quota_rule, site

START = to_slot(datetime(2026, 6, 1, tzinfo=UTC))
TOWN, DURBAN, GEORGE = site(1, "town"), site(2, "durban"), site(3, "george", workspace="other")
POOL = quota_rule(100, pool=True)


async def hours(bot: Judged, *amounts: tuple[int | None, ...], start: int = START) -> None:
    """Town and Durban, hour by hour, judged together."""
    for n, both in enumerate(amounts):
        for one, amount in zip((TOWN, DURBAN), both, strict=True):
            await bot.write(one, start + n * HOUR, [amount])
        await bot.assess()
    await bot.agree()


async def test_sites_of_a_pool_are_judged_together_and_its_alert_says_whose_share_is_what() -> None:
    async with judged([POOL], [TOWN, DURBAN], START, HOUR) as bot:
        await hours(bot, *[(30, 10)] * 2, (1, 1), (7, 11))
        assert bot.told() == [("fired", "80"), ("worsened", "100")]
        (alert,) = await bot.alerts()
        assert (alert.key.site, alert.value, alert.known, alert.expected) == (None, 100, 8, 8)
        assert {int(step): (end - START) // HOUR for step, end in alert.steps.items()} == {50: 2, 80: 2, 100: 4}
        assert (alert.detail["shares"], alert.detail["sites"]) == ([[1, 68], [2, 32]], 2)
        assert flat(await bot.replay(Window(START, Slot(START + 4 * HOUR)))) == flat(bot.moves)


async def test_a_replay_of_a_pool_is_what_was_told_with_top_ups_openings_factors_gaps_and_rollover() -> None:
    rule = quota_rule(
        100,
        Per.DAY,
        pool=True,
        possible=True,
        rollover=10,
        top_ups=(TopUp(date(2026, 6, 2), 20),),
        opening=(Opening(datetime(2026, 6, 1, 12), 30, "town"), Opening(datetime(2026, 6, 2, 12), 40)),  # noqa: DTZ001
    )
    billed = replace(DURBAN, billing_factor=Fraction("1.5"))
    async with judged([rule], [TOWN, billed], START, HOUR) as bot:
        await hours(bot, *[(1, 2)] * 10, (None, 3), (4, None), *[(3, 3)] * 26)
        assert len(bot.told()) >= 4
        assert flat(await bot.replay(Window(START, Slot(START + 38 * HOUR)))) == flat(bot.moves)


async def test_each_workspace_has_a_pool_of_its_own() -> None:
    async with judged([POOL], [TOWN, DURBAN, GEORGE], START, HOUR) as bot:
        await bot.feed(GEORGE, START, [60])
        await bot.feed(TOWN, START, [55])
        assert [(alert.key.workspace, alert.value) for alert in await bot.alerts()] == [("other", 60), ("default", 55)]


async def test_a_known_sum_convicts_while_another_site_is_behind_and_says_how_much_is_known() -> None:
    async with judged([POOL], [TOWN, DURBAN], START, HOUR) as bot:
        await bot.feed(TOWN, START, [20] * 3)
        assert bot.told() == [("fired", "50")]
        await bot.feed(TOWN, START + 3 * HOUR, [0] * 7)
        (alert,) = await bot.alerts()
        assert (alert.known, alert.expected) == (10, 20)  # durban is too far behind to be waited for
        await bot.write(DURBAN, START, [30] + [0] * 9)
        await bot.assess()
        assert bot.told() == [("fired", "50"), ("worsened", "80")]
        assert [(alert.known, alert.expected) for alert in await bot.alerts()] == [(20, 20)]


async def test_a_period_of_a_pool_ends_when_its_sites_have_passed_its_end() -> None:
    async with judged([quota_rule(60, Per.DAY, pool=True)], [TOWN, DURBAN], START, HOUR) as bot:
        for one, amounts in ((TOWN, [2] * 25), (DURBAN, [0] * 23)):
            await bot.write(one, START, amounts)
        await bot.assess()
        (alert,) = await bot.alerts()
        assert (alert.state, alert.value, alert.known, alert.expected) == (State.FIRING, 48, 46, 46)
        await bot.write(DURBAN, START + 23 * HOUR, [0])
        await bot.assess()
        (alert,) = await bot.alerts()
        assert (alert.state, alert.reason, alert.value) == (State.RESOLVED, Reason.PERIOD_ENDED, 48)


async def test_a_site_that_joins_or_leaves_a_pool_withdraws_and_repeats_nothing() -> None:
    only_town = replace(POOL, sites=Selector(names=("town",)))
    async with judged([POOL], [TOWN, DURBAN], START, HOUR) as bot:
        await hours(bot, (30, 30))
        assert bot.told() == [("fired", "50")]
        bot.edit(only_town)
        await hours(bot, (1, 1), start=START + HOUR)
        assert [alert.value for alert in await bot.alerts()] == [31]
        bot.edit(POOL)
        await hours(bot, (1, 1), start=START + 2 * HOUR)
        assert bot.told() == [("fired", "50")]
        await hours(bot, (20, 1), start=START + 3 * HOUR)
        assert bot.told() == [("fired", "50"), ("worsened", "80")]


async def test_a_new_site_does_not_hold_back_a_pool_that_was_told_of() -> None:
    async with judged([POOL], [TOWN], START, HOUR) as bot:
        await bot.feed(TOWN, START, [60])
        bot.edit(POOL, sites=[TOWN, DURBAN])
        await bot.write(DURBAN, START + HOUR, [10])  # what it used before is not known yet
        await bot.feed(TOWN, START + HOUR, [15])
        assert bot.told() == [("fired", "50"), ("worsened", "80")]


async def test_a_pool_waits_for_the_history_of_its_sites_before_it_is_first_judged() -> None:
    async with judged([POOL], [TOWN], START, HOUR) as bot:
        bot.edit(POOL, sites=[TOWN, DURBAN])
        await bot.write(DURBAN, START + HOUR, [10])
        await bot.feed(TOWN, START, [60, 0])
        assert bot.told() == []
        async with bot.history.writing() as tx:
            row = (await tx.progress.all())[2]
            await tx.progress.save([replace(row, gave_up_before=row.known_from)])
        await bot.feed(TOWN, START + 2 * HOUR, [0])
        assert bot.told() == [("fired", "50")]


async def test_a_pool_that_is_switched_off_closes_its_alert_silently_and_on_again_repeats_nothing() -> None:
    alone = quota_rule(100)
    async with judged([POOL], [TOWN, DURBAN], START, HOUR) as bot:
        await hours(bot, (30, 30))
        bot.edit(alone)
        await hours(bot, (1, 1), start=START + HOUR)
        assert bot.told() == [("fired", "50")]
        assert [(alert.state, alert.reason) for alert in await bot.alerts()] == [(State.RESOLVED, Reason.RULE_CHANGED)]
        await hours(bot, (30, 0), start=START + 2 * HOUR)
        assert bot.told() == [("fired", "50"), ("fired", "50")]  # the site's own, this time
        bot.edit(POOL)
        await hours(bot, (0, 0), start=START + 3 * HOUR)
        assert [alert.key.site for alert in await bot.alerts() if alert.is_open] == [None]
        assert bot.told()[2:] == [("worsened", "80")]


async def test_a_revision_of_one_sites_usage_corrects_the_pool() -> None:
    async with judged([POOL], [TOWN, DURBAN], START, HOUR) as bot:
        await hours(bot, (30, 25), (0, 0))
        await bot.write(DURBAN, START, [5], at=bot.now)
        (move,) = await bot.assess()
        assert (move.reason, move.was, move.value) == (Reason.DATA_REVISED, 55, 35)


async def test_a_pool_at_a_first_start_says_when_its_steps_were_reached() -> None:
    async with judged([], [TOWN, DURBAN], START, HOUR) as bot:
        for one in (TOWN, DURBAN):
            await bot.write(one, START, [1] * 30)
        await bot.assess()
        bot.edit(POOL)
        await hours(bot, (0, 0), start=START + 30 * HOUR)
        (alert,) = await bot.alerts()
        assert {int(step): (end - START) // HOUR for step, end in alert.steps.items()} == {50: 25}


async def test_of_many_sites_the_largest_are_named_and_the_rest_is_added_up() -> None:
    many = [site(n) for n in range(1, 26)]
    async with judged([quota_rule(100, pool=True)], many, START, HOUR) as bot:
        for n, one in enumerate(many):
            await bot.write(one, START, [n])
        await bot.assess()
        (alert,) = await bot.alerts()
        assert (alert.value, alert.detail["rest"], len(alert.detail["shares"])) == (300, [5, 10], 20)
        assert alert.detail["shares"][0] == [25, 24]


async def test_the_alert_of_a_pool_whose_rule_is_gone_is_closed() -> None:
    async with judged([POOL], [TOWN, DURBAN], START, HOUR) as bot:
        await hours(bot, (30, 30))
        bot.edit(replace(quota_rule(999, pool=True), name="another"))
        moves = await bot.assess()
        assert (Reason.RULE_CHANGED, False) in [(move.reason, move.reason.notifies) for move in moves]


async def test_a_pool_of_a_site_that_never_answered_is_judged_and_says_what_is_not_known() -> None:
    async with judged([POOL], [TOWN], START, HOUR) as bot:
        bot.edit(POOL, sites=[TOWN, DURBAN])
        await bot.feed(TOWN, START, [60])
        (alert,) = await bot.alerts()
        assert (alert.value, alert.known, alert.expected) == (60, 1, 2)


async def test_what_a_pool_did_not_use_is_carried_over() -> None:
    rule = quota_rule(100, Per.DAY, (100,), pool=True, rollover=30)
    async with judged([rule], [TOWN, DURBAN], START, HOUR) as bot:
        for one in (TOWN, DURBAN):
            await bot.write(one, START, [1] * 24)
        await bot.assess()
        await hours(bot, (60, 60), (9, 1), start=START + DAY)
        (alert,) = await bot.alerts()
        assert (alert.limit, alert.value, alert.detail["carried"]) == (130, 130, 30)


async def test_a_channel_of_one_workspace_sees_its_pool_alone() -> None:
    async with judged([POOL], [TOWN, GEORGE], START, HOUR) as bot:
        await bot.feed(GEORGE, START, [60])
        await bot.feed(TOWN, START, [55])
        for workspace, used in (("default", 55), ("other", 60)):
            scope = frozenset({workspace})
            (state,) = (await bot.ask(Quotas(), scope)).quotas
            assert (state.site.label, state.pool, state.used) == ("pool of q", 1, used)
            (alert,) = (await bot.ask(Alerts(), scope)).alerts
            assert (alert.label, alert.view.value) == ("pool of q", used)
        both = await bot.ask(Quotas(), frozenset({"default", "other"}))
        assert [state.site.label for state in both.quotas] == ["other/pool of q", "default/pool of q"]
        assert {alert.label for alert in (await bot.ask(Alerts(), frozenset({"default", "other"}))).alerts} == {
            "other/pool of q",
            "default/pool of q",
        }


async def test_a_site_is_answered_with_its_pool() -> None:
    async with judged([POOL], [TOWN, DURBAN], START, HOUR) as bot:
        await hours(bot, (30, 10))
        answer = await bot.ask(Quotas("durban"))
        assert [(state.site.label, state.pool, state.used) for state in answer.quotas] == [("pool of q", 2, 40)]
        (table,) = render(answer, UTC_ZONE, "/usage").tables
        assert table.rows[0][0] == "pool of q (2 sites)"


async def test_a_pools_message_names_it_and_each_sites_share() -> None:
    rule = replace(quota_rule(100, pool=True, top_ups=(TopUp(date(2026, 6, 1), 10),)), name="lte-pool")
    async with judged([rule], [TOWN, DURBAN], START, HOUR) as bot:
        await hours(bot, (40, 15))
        (text,) = await bot.texts()
        assert "The pool of lte-pool (2 sites) has used 50 % of its 110 B" in text
        assert "Topped up       10 B, part of the quota" in text
        assert "- town: 40 B · 72.7 % of the total\n- durban: 15 B · 27.2 % of the total" in text


async def test_a_pool_is_told_of_when_it_is_likely_to_reach_its_quota() -> None:
    """Two sites of 20 bytes an hour are 29,760 in July, and 25,000 are granted; June ends at day 30."""
    outlook = Forecast(Fraction(100), Fraction(80))
    rule = quota_rule(25_000, pool=True, at=(100,), forecast=outlook)
    async with judged([rule], [TOWN, DURBAN], START, HOUR) as bot:
        for one in (TOWN, DURBAN):
            await bot.write(one, START, [20] * 24 * 29)
        await bot.assess()
        before = len(bot.moves)
        for day in range(29, 33):
            for one in (TOWN, DURBAN):
                await bot.write(one, START + day * DAY, [20] * 24)
            await bot.assess()
        (fired,) = [
            move for move in bot.moves[before:] if move.alert.key.kind is Kind.FORECAST and move.reason.notifies
        ]
        assert (fired.alert.key.site, fired.change) == (None, Change.FIRED)
        assert fired.alert.detail["forecast"] == pytest.approx(29_760, rel=0.01)
        assert "likely to reach 100 %" in "".join(await bot.texts())
