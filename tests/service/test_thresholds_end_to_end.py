"""Thresholds end to end: edits of a rule, revisions of its past, and which alert the news is about."""

from __future__ import annotations

from bot.alerts.model import Change
from bot.domain.times import Slot, to_slot
from tests.service.test_quotas_end_to_end import MEGA, STEP, Scripted, instant, rig

NONE = "rules: []"
BURST = """
rules:
  - {name: burst, threshold: {over: 20 MB, within: 5m}}
"""


def busy(*spans: tuple[Slot, Slot], amount: int = 25 * MEGA) -> Scripted:
    return Scripted(lambda slot: amount if any(start <= slot < end for start, end in spans) else MEGA)


async def test_a_limit_that_is_raised_while_it_fires_does_not_say_resolved() -> None:
    """Usage is what it was: the rule changed, and the traffic did not go back to normal."""
    api = busy((to_slot(instant(9, 1)), to_slot(instant(10))))
    async with rig(BURST, api, instant(9, 0, 33)) as bot:
        await bot.run(instant(9, 1, 20))
        assert bot.people.told() == [("fired", "")]
        await bot.start(BURST.replace("20 MB", "30 MB"))
        await bot.run(instant(9, 2))
        assert bot.people.told() == [("fired", "")]


async def test_a_limit_that_is_raised_withdraws_nothing_when_another_bucket_is_revised() -> None:
    """An episode that was over before the edit, and an unrelated revision within the trailing hour."""
    api = busy((to_slot(instant(9, 1)), to_slot(instant(9, 1, 10))))
    async with rig(BURST, api, instant(9, 0, 33)) as bot:
        await bot.run(instant(9, 1, 30))
        assert [change for change, _ in bot.people.told()] == ["fired", "resolved"]
        await bot.start(BURST.replace("20 MB", "30 MB"))
        api.revised[to_slot(instant(9, 0, 50))] = 2 * MEGA
        await bot.run(instant(9, 2))
        assert [change for change, _ in bot.people.told()] == ["fired", "resolved"]


async def test_a_new_rule_does_not_announce_the_past_because_an_old_bucket_is_revised() -> None:
    """Thresholds look at new buckets only; the revision reveals nothing, the peak was there before the rule."""
    api = busy((to_slot(instant(8, 1)), to_slot(instant(8, 2))))
    async with rig(NONE, api, instant(9, 0, 33)) as bot:
        await bot.run(instant(9, 1, 20))
        await bot.start(BURST)
        await bot.run(instant(9, 1, 40))
        api.revised[to_slot(instant(8, 0))] = 2 * MEGA
        await bot.run(instant(9, 4))
        assert bot.people.told() == []


async def test_the_end_of_an_episode_whose_start_was_revised_is_not_written_to_the_next_one() -> None:
    """One pass brings: the first bucket of the told episode was not over after all, its end, and another episode."""
    start, again = to_slot(instant(9, 1)), to_slot(instant(9, 1, 40))
    api = busy((start, to_slot(instant(9, 1, 20))), (again, to_slot(instant(9, 3))))
    async with rig(BURST, api, instant(9, 0, 33)) as bot:
        await bot.run(instant(9, 1, 17))
        assert bot.people.told() == [("fired", "")]
        api.revised[start] = MEGA
        bot.now = instant(9, 2, 3)
        await bot.tick()
        async with bot.history.reading() as tx:
            first, second = (await tx.alerts.transitions(1), await tx.alerts.transitions(2))
        assert [move.change for move in first] == [Change.FIRED, Change.RESOLVED]
        assert [move.change for move in second] == [Change.FIRED]


async def test_a_breach_that_late_data_reveals_is_told_although_it_was_pending_once() -> None:
    """`for: 10m`: two buckets, a third that was counted too low at first, a fourth."""
    rules = BURST.replace("within: 5m}", "within: 5m}, for: 10m")
    start = to_slot(instant(9, 1))
    api = busy((start, to_slot(instant(9, 1, 20))))
    api.revised[Slot(start + 2 * STEP)] = MEGA
    async with rig(rules, api, instant(9, 0, 33)) as bot:
        await bot.run(instant(9, 1, 30))
        assert bot.people.told() == []
        del api.revised[Slot(start + 2 * STEP)]
        await bot.run(instant(9, 2))
        assert [change for change, _ in bot.people.told()] == ["fired", "resolved"]


async def test_a_shorter_keep_firing_for_does_not_stop_all_judging() -> None:
    rules = BURST.replace("within: 5m}", "within: 5m}, keep_firing_for: 2h")
    api = busy((to_slot(instant(9, 1)), to_slot(instant(9, 1, 10))))
    async with rig(rules, api, instant(9, 0, 33)) as bot:
        await bot.run(instant(9, 2, 30))
        assert bot.people.told() == [("fired", "")]
        await bot.start(rules.replace("keep_firing_for: 2h", "keep_firing_for: 15m"))
        await bot.run(instant(9, 3))
        assert [change for change, _ in bot.people.told()] == ["fired", "resolved"]
