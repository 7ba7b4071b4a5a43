"""Edits of a rule: nothing false is told of the past, and nothing true of the future goes untold."""

from __future__ import annotations

from bot.domain.times import to_slot
from tests.service.test_quotas_end_to_end import MEGA, MONTHLY, Scripted, instant, rig
from tests.service.test_thresholds_end_to_end import BURST, busy


async def test_a_step_told_of_the_old_billing_period_is_told_when_the_new_one_reaches_it() -> None:
    """The billing day moves to yesterday, so usage is 29 %; two days later it is 80 %, and nobody knows that yet."""
    async with rig(MONTHLY, Scripted(lambda _: MEGA), instant(9, 0, 3)) as bot:
        await bot.run(instant(9, 0, 10))
        assert bot.people.told() == [("fired", "80")]
        await bot.start(MONTHLY.replace("starts: 1", "starts: 9"))
        for day in (9, 10, 11):
            bot.now = instant(day, 1, 3)
            await bot.tick()
        assert "80" in [step for _, step in bot.people.told()[1:]]


async def test_a_step_of_a_daily_quota_does_not_keep_the_same_step_of_a_monthly_one_from_being_told() -> None:
    daily = "rules:\n  - {name: lte, quota: 250 MB, per: day, at: [50%, 80%]}"
    monthly = "rules:\n  - {name: lte, quota: 10 GB, per: month, at: [50%, 80%]}"
    async with rig(daily, Scripted(lambda _: MEGA), instant(9, 23, 3)) as bot:
        await bot.tick()
        assert bot.people.told() == [("fired", "80")]
        await bot.start(monthly)
        for day in range(10, 29):
            bot.now = instant(day, 1, 3)
            await bot.tick()
        assert [step for _, step in bot.people.told()] == ["80", "50", "80"]


async def test_a_within_that_is_shortened_while_it_fires_does_not_say_resolved() -> None:
    rules = BURST.replace("over: 20 MB, within: 5m", "over: 40 MB, within: 10m")
    api = busy((to_slot(instant(9, 1)), to_slot(instant(10))))
    async with rig(rules, api, instant(9, 0, 33)) as bot:
        await bot.run(instant(9, 1, 20))
        assert bot.people.told() == [("fired", "")]
        await bot.start(rules.replace("10m", "5m"))
        await bot.run(instant(9, 2))
        assert bot.people.told() == [("fired", "")]


async def test_a_for_that_is_lengthened_withdraws_nothing_when_another_bucket_is_revised() -> None:
    api = busy((to_slot(instant(9, 1)), to_slot(instant(9, 1, 10))))
    async with rig(BURST, api, instant(9, 0, 33)) as bot:
        await bot.run(instant(9, 1, 30))
        assert [change for change, _ in bot.people.told()] == ["fired", "resolved"]
        await bot.start(BURST.replace("within: 5m}", "within: 5m}, for: 15m"))
        api.revised[to_slot(instant(9, 0, 50))] = 2 * MEGA
        await bot.run(instant(9, 2))
        assert [change for change, _ in bot.people.told()] == ["fired", "resolved"]


async def test_what_happened_while_the_bot_was_off_is_told_although_its_rule_was_edited_and_a_bucket_revised() -> None:
    """Buckets that nobody has judged yet are new, whenever the rule was written."""
    api = busy((to_slot(instant(9, 2)), to_slot(instant(9, 3))))
    async with rig(BURST, api, instant(9, 0, 33)) as bot:
        await bot.run(instant(9, 1, 20))
        api.revised[to_slot(instant(9, 1))] = 2 * MEGA
        await bot.start(BURST.replace("20 MB", "15 MB"))
        bot.now = instant(9, 4, 3)
        await bot.tick()
        bot.now = instant(9, 5, 3)
        await bot.tick()
        assert [change for change, _ in bot.people.told()] == ["fired", "resolved"]


async def test_a_rule_that_got_another_name_while_the_bot_was_down_repeats_nothing() -> None:
    """Meaning 3: "Editing a rule never … repeats what was already told"."""
    async with rig(MONTHLY, Scripted(lambda _: MEGA), instant(9, 0, 3)) as bot:
        await bot.run(instant(9, 0, 10))
        assert bot.people.told() == [("fired", "80")]
        assert "name: lte," in MONTHLY
        await bot.start(MONTHLY.replace("name: lte,", "name: mobile,"))
        await bot.run(instant(9, 0, 40))
        assert bot.people.told() == [("fired", "80")]


async def test_of_rules_that_are_alike_none_takes_the_place_of_another() -> None:
    """After a restart nobody can say which of the two was meant: both are new, and the old one is closed."""
    rule = MONTHLY.partition("  - ")[2]
    both = MONTHLY.replace(rule, rule.replace("name: lte,", "name: a,") + "\n  - " + rule.replace("lte,", "b,"))
    async with rig(MONTHLY, Scripted(lambda _: MEGA), instant(9, 0, 3)) as bot:
        await bot.run(instant(9, 0, 10))
        await bot.start(both)
        await bot.run(instant(9, 0, 40))
        assert sorted(bot.people.told()) == [("fired", "80")] * 3
