"""What the rule language promises of conditions, sentence by sentence, from pulling to telling."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from bot.alerts.model import Alert, Change, Reason, State, Transition
from bot.domain.times import Slot, Window, iso, to_slot
from bot.notify.plain import plain_text
from bot.rules.model import Configuration, NoData, Rule, Threshold
from bot.service.options import PullOptions
from bot.service.ports import PullOutcome, Unavailable
from tests.service.test_quotas_end_to_end import MEGA, STEP, Rig, Scripted, configuration, instant, rig

SOON = PullOptions(baseline=86400, chunk=4 * 86400)
OVER = Threshold(20 * MEGA, timedelta(minutes=5))
FIVE = timedelta(minutes=5)
START = instant(9, 1)


def rules(judge: Threshold | NoData = OVER, **more: object) -> Configuration:
    rule = replace(Rule("burst", judge), **more)  # type: ignore[arg-type]
    return replace(configuration("rules: []"), rules=(rule,))


def picture(drawn: str, begin: datetime = START) -> Scripted:
    """One letter a bucket from `begin` on: `#` too much, `.` little, `_` unknown; little before and after."""
    amounts = {"#": 25 * MEGA, ".": MEGA, "_": None}
    first = to_slot(begin)

    def amount(slot: int) -> int | None:
        place = (slot - first) // STEP
        return amounts[drawn[place]] if 0 <= place < len(drawn) else MEGA

    return Scripted(amount)


@dataclass
class Down(Scripted):
    """Answers nothing whose end falls into `down`."""

    down: Window = field(default_factory=lambda: Window(Slot(0), Slot(1)))

    async def usage(self, sites: Sequence[str], window: Window) -> PullOutcome:
        return Unavailable("503") if window.end in self.down else await super().usage(sites, window)


async def moves(bot: Rig) -> list[tuple[str, str]]:
    """(change, end of the bucket that made it) of the first alert."""
    return [(move.change.value, iso(move.slot + STEP)[11:16]) for move in await transitions(bot)]


async def transitions(bot: Rig) -> list[Transition]:
    async with bot.history.reading() as tx:
        return list(await tx.alerts.transitions(1))


async def alert(bot: Rig) -> Alert:
    async with bot.history.reading() as tx:
        found = await tx.alerts.get(1)
    assert found is not None
    return found


async def test_time_is_data_time() -> None:
    """An alert's "since" is the end of the bucket that made it true, however late the bot learnt of it."""
    async with rig(rules(), picture("##"), instant(9, 0, 33), SOON) as bot:
        await bot.tick()
        bot.now = instant(9, 4, 33)
        await bot.tick()
        assert await moves(bot) == [("fired", "01:05"), ("resolved", "01:15")]
        assert iso((await alert(bot)).since) == "2026-06-10T01:05:00Z"
        fired, _ = await transitions(bot)
        assert fired.late_by(STEP) == timedelta(hours=3, minutes=28)


async def test_a_message_about_the_past_says_that_it_is_late() -> None:
    async with rig(rules(), picture("#" * 60), instant(9, 0, 33), SOON) as bot:
        await bot.tick()
        bot.now = instant(9, 4, 33)
        await bot.tick()
        (told,) = bot.people.seen
        assert "Learnt 3 hours 28 minutes late." in plain_text(told)


async def test_a_bucket_is_judged_when_it_is_complete() -> None:
    async with rig(rules(), picture("#"), instant(9, 0, 33), SOON) as bot:
        await bot.tick()
        bot.now = instant(9, 1, 4)
        await bot.tick()
        assert bot.people.told() == []
        bot.now = instant(9, 1, 7)
        await bot.tick()
        assert bot.people.told() == [("fired", "")]


async def test_a_gap_never_resolves_an_alert_and_never_counts_as_quiet() -> None:
    async with rig(rules(keep_firing=FIVE), picture("#____._."), instant(9, 0, 33), SOON) as bot:
        await bot.run(instant(9, 2), FIVE)
        assert await moves(bot) == [("fired", "01:05"), ("resolved", "01:40")]


async def test_a_known_sum_already_over_a_limit_convicts_despite_gaps() -> None:
    wide = Threshold(20 * MEGA, timedelta(minutes=30))
    async with rig(rules(wide), picture("__#__"), instant(9, 0, 33), SOON) as bot:
        await bot.run(instant(9, 1, 30), FIVE)
        assert (await moves(bot))[0] == ("fired", "01:15")


async def test_limits_of_time_are_inclusive() -> None:
    """`for: 5m` fires at the bucket end 5 minutes after the one that made it true."""
    async with rig(rules(hold=FIVE), picture("##"), instant(9, 0, 33), SOON) as bot:
        await bot.run(instant(9, 1, 30), FIVE)
        assert await moves(bot) == [("pending", "01:05"), ("fired", "01:10"), ("resolved", "01:15")]


async def test_a_gap_pauses_for_and_keep_firing_for() -> None:
    held = rules(hold=FIVE, keep_firing=FIVE)
    async with rig(held, picture("#__#.__."), instant(9, 0, 33), SOON) as bot:
        await bot.run(instant(9, 2), FIVE)
        assert await moves(bot) == [("pending", "01:05"), ("fired", "01:20"), ("resolved", "01:40")]


async def test_a_restart_keeps_pending_and_firing_states() -> None:
    held = rules(hold=timedelta(minutes=15))
    async with rig(held, picture("#" * 12), instant(9, 0, 33), SOON) as bot:
        await bot.run(instant(9, 1, 8), FIVE)
        assert (await alert(bot)).state is State.PENDING
        await bot.start(held)
        await bot.run(instant(9, 1, 33), FIVE)
        assert (await alert(bot)).state is State.FIRING
        await bot.start(held)
        await bot.run(instant(9, 2, 10), FIVE)
        assert await moves(bot) == [("pending", "01:05"), ("fired", "01:20"), ("resolved", "02:05")]
        assert bot.people.told() == [("fired", ""), ("resolved", "")]


async def test_down_time_counts_as_held_only_where_the_data_shows_that_it_did() -> None:
    """Time the bot was down does not count as time the condition held unless the data shows that it did."""
    for drawn, told in (("#######", [("fired", "")]), ("#__.__#", []), ("#_____#", [])):
        async with rig(rules(hold=timedelta(minutes=20)), picture(drawn), instant(9, 0, 33), SOON) as bot:
            await bot.run(instant(9, 1, 8), FIVE)
            bot.now = instant(9, 1, 37)
            await bot.tick()
            assert bot.people.told() == told


async def test_a_told_breach_that_is_no_longer_true_is_withdrawn_and_not_resolved() -> None:
    """A revised bucket re-opens its verdict."""
    async with rig(rules(), picture("#####"), instant(9, 0, 33), SOON) as bot:
        await bot.run(instant(9, 1, 18), FIVE)
        bot.api.revised |= dict.fromkeys(range(to_slot(START), to_slot(instant(9, 1, 25)), STEP), 3 * MEGA)
        await bot.run(instant(9, 1, 40), FIVE)
        assert [change for change, _ in bot.people.told()] == ["fired", "corrected"]
        last = (await transitions(bot))[-1]
        assert (last.change, last.reason, last.was, last.value) == (
            Change.CORRECTED,
            Reason.DATA_REVISED,
            25 * MEGA,
            3 * MEGA,
        )


async def test_a_breach_that_a_revision_reveals_is_told_once_marked_late() -> None:
    async with rig(rules(), picture("....."), instant(9, 0, 33), SOON) as bot:
        await bot.run(instant(9, 1, 28), FIVE)
        bot.api.revised[to_slot(instant(9, 1, 5))] = 25 * MEGA
        await bot.run(instant(9, 2), FIVE)
        assert [change for change, _ in bot.people.told()] == ["fired", "resolved"]
        assert bot.people.seen[0].news[0].late_by == timedelta(minutes=23)


async def test_a_rule_that_is_edited_tells_nothing_twice_and_says_no_false_resolved() -> None:
    async with rig(rules(), picture("#" * 24), instant(9, 0, 33), SOON) as bot:
        await bot.run(instant(9, 1, 28), FIVE)
        await bot.start(rules(replace(OVER, limit=10 * MEGA)))
        await bot.run(instant(9, 1, 58), FIVE)
        await bot.start(rules(replace(OVER, limit=90 * MEGA)))
        await bot.run(instant(9, 2, 28), FIVE)
        assert bot.people.told() == [("fired", "")]
        assert (await alert(bot)).reason is Reason.RULE_CHANGED


async def test_silence_is_a_condition_whose_gaps_are_the_breach_and_not_unknown() -> None:
    """The inclusive limit of time again: `no_data: {after: 15m}` at the end of the third silent bucket."""
    silent = rules(NoData(timedelta(minutes=15)))
    async with rig(silent, picture("_____"), instant(9, 0, 33), SOON) as bot:
        await bot.run(instant(9, 1, 40), FIVE)
        assert await moves(bot) == [("fired", "01:15"), ("resolved", "01:30")]


async def test_an_api_that_is_down_pauses_silence_and_resolves_none() -> None:
    api = Down(picture("_" * 12).amount, down=Window(to_slot(instant(9, 1, 30)), to_slot(instant(9, 3))))
    async with rig(rules(NoData(timedelta(minutes=15))), api, instant(9, 0, 33), SOON) as bot:
        await bot.run(instant(9, 2, 58), FIVE)
        assert await moves(bot) == [("fired", "01:15")]
        await bot.run(instant(9, 3, 10), FIVE)
        assert await moves(bot) == [("fired", "01:15"), ("resolved", "02:05")]
