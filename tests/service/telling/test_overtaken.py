"""News that waits to go out when a silence or a mute timing overtakes it: held back, as if it came a moment later."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.domain.times import Slot
from bot.rules.model import Severity
from bot.rules.telling import Match
from bot.service.ports import Standing
from tests.service.telling.stage import Stage, clock

WAITING = "routes: [{notify: [noc], group_wait: 5m}]"
ESCALATED = "routes: [{notify: [noc], group_wait: 5m, escalate: {after: 30m, notify: [boss]}}]"
MUTED = "routes: [{notify: [noc], group_wait: 5m, mute: nights}]"
ONE = Match(severities=(Severity.CRITICAL,))


async def standings(stage: Stage) -> list[str]:
    async with stage.history.reading() as tx:
        return [f"{row.standing} {row.loud}" for group in range(1, 9) for row in await tx.outbox.rows_of(group)]


async def test_what_waits_when_a_silence_is_set_is_told_when_that_ends(stage: Stage) -> None:
    stage.configure(WAITING)
    await stage.fire(1)
    await stage.go("10:02")
    await stage.silence("10:02", "11:00")
    await stage.go("10:59")
    assert (stage.said, stage.edited) == ([], [])
    assert (await stage.alert(1)).told_at is None
    await stage.go("12:00")
    assert stage.said == ["11:00 noc: fired 1"]
    assert (await stage.alert(1)).told_at == clock("11:00")


async def test_what_waits_when_a_silence_begins_is_told_when_that_ends(stage: Stage) -> None:
    stage.configure(WAITING)
    await stage.silence("10:05", "11:00")
    await stage.fire(1)
    await stage.go("12:00")
    assert stage.said == ["11:00 noc: fired 1"]


async def test_a_silence_that_is_over_before_the_news_is_due_delays_nothing(stage: Stage) -> None:
    stage.configure(WAITING)
    await stage.fire(1)
    await stage.silence("10:01", "10:05")
    await stage.go("11:00")
    assert stage.said == ["10:05 noc: fired 1"]


async def test_a_silence_that_is_ended_at_once_delays_nothing(stage: Stage) -> None:
    stage.configure(WAITING)
    await stage.fire(1)
    silence = await stage.silence("10:00", "12:00")
    await stage.go("10:03")
    await stage.unsilence(silence)
    await stage.go("11:00")
    assert stage.said == ["10:05 noc: fired 1"]


async def test_what_ends_under_the_silence_was_never_told(stage: Stage) -> None:
    stage.configure(WAITING)
    await stage.fire(1)
    await stage.go("10:02")
    await stage.silence("10:02", "11:00")
    await stage.go("10:30")
    await stage.resolve(1)
    await stage.go("12:00")
    assert (stage.said, stage.edited) == ([], [])


async def test_what_had_begun_and_ended_before_it_was_due_is_told_to_nobody(stage: Stage) -> None:
    stage.configure(WAITING)
    await stage.fire(1)
    await stage.go("10:02")
    await stage.resolve(1)
    await stage.silence("10:03", "11:00")
    await stage.go("12:00")
    assert (stage.said, stage.edited) == ([], [])
    assert await standings(stage) == ["withheld False"]


async def test_of_several_only_those_that_are_silenced_wait(stage: Stage) -> None:
    stage.configure(WAITING)
    await stage.fire(1)
    await stage.fire(2, severity=Severity.CRITICAL)
    await stage.silence("10:00", "11:00", ONE)
    await stage.go("12:00")
    assert stage.said == ["10:05 noc: fired 1", "11:00 noc: fired 2"]


async def test_what_waits_for_the_interval_is_held_back_and_the_message_edited(stage: Stage) -> None:
    await stage.fire(1)
    await stage.go("10:02")
    await stage.worsen(1)
    await stage.silence("10:03", "11:00")
    await stage.go("12:00")
    assert stage.said == ["10:00 noc: fired 1", "11:00 noc: worsened 1"]
    assert stage.edited[0] == "10:05 noc: "
    assert stage.seen[1].alerts[0].silenced_by == "Ana"


async def test_the_end_of_what_was_told_goes_out_all_the_same(stage: Stage) -> None:
    await stage.fire(1)
    await stage.go("10:02")
    await stage.worsen(1)
    await stage.resolve(1)
    await stage.silence("10:03", "11:00")
    await stage.go("12:00")
    assert stage.said == ["10:00 noc: fired 1", "10:05 noc: resolved 1"]


async def test_what_was_held_back_does_not_delay_what_comes_next(stage: Stage) -> None:
    """The group's interval counts from what people were told, not from what they were not."""
    await stage.fire(1)
    await stage.go("10:02")
    await stage.worsen(1, 80)
    await stage.silence("10:04", "10:06")
    await stage.go("12:00")
    assert stage.said == ["10:00 noc: fired 1", "10:06 noc: worsened 1"]


async def test_nothing_is_escalated_of_what_nobody_was_told(stage: Stage) -> None:
    stage.configure(ESCALATED)
    await stage.fire(1)
    await stage.silence("10:00", "11:00")
    await stage.go("13:00")
    assert stage.said == ["11:00 noc: fired 1", "11:30 boss: escalated 1"]


async def test_news_whose_wait_ends_at_night_is_told_in_the_morning(stage: Stage) -> None:
    stage.configure(MUTED)
    stage.now = clock("21:58")
    await stage.fire(1)
    await stage.go("1d 07:00")
    assert stage.said == ["1d 06:00 noc: fired 1"]


@pytest.mark.parametrize(("looked_at", "told"), [("22:00", "22:00"), ("22:05", "1d 06:00")])
async def test_news_that_is_due_before_night_goes_out_unless_the_bot_is_much_too_late(
    stage: Stage, looked_at: str, told: str
) -> None:
    stage.configure(MUTED)
    stage.now = Slot(clock("21:55") - 10)
    await stage.fire(1)
    stage.now = clock(looked_at)
    await stage.go("1d 07:00")
    assert stage.said == [f"{told} noc: fired 1"]


async def test_what_could_not_be_sent_before_the_silence_is_held_back(stage: Stage) -> None:
    stage.is_down = True
    await stage.fire(1)
    stage.now = clock("10:20")
    await stage.silence("10:20", "11:00")
    stage.is_down = False
    await stage.go("12:00")
    assert stage.said == ["11:00 noc: fired 1"]


async def test_a_message_of_several_receivers_waits_for_each(stage: Stage) -> None:
    stage.configure("""
routes:
  - {match: {rule: lte}, notify: [noc], group_wait: 5m, continue: true}
  - {notify: [boss], group_wait: 10m}
""")
    await stage.fire(1)
    await stage.go("10:06")
    await stage.silence("10:06", "11:00")
    await stage.go("12:00")
    assert stage.said == ["10:05 noc: fired 1", "11:00 boss: fired 1"]
    assert (await stage.alert(1)).told_at == clock("10:05")


TWO = """
version: 1
defaults: {receivers: [noc]}
receivers: {noc: {slack: "#noc", email: [noc@example.com]}}
rules: [{name: lte, quota: 1 GB, at: [50%, 80%, 100%]}]
routes: [{group_wait: 5m}]
"""


async def test_all_endpoints_of_a_receiver_wait_together(stage: Stage) -> None:
    stage.configure("", TWO)
    await stage.fire(1)
    await stage.silence("10:02", "11:00")
    await stage.go("12:00")
    assert stage.said == ["11:00 noc: fired 1"] * 2


async def test_what_one_endpoint_has_told_the_others_tell_too(stage: Stage) -> None:
    """Else it would be told there twice when the silence ends."""
    stage.configure("", TWO)
    await stage.fire(1)
    async with stage.history.writing() as tx:
        (row,) = await tx.outbox.rows_of(1)
        await tx.outbox.save(replace(row, standing=Standing.DELIVERED, attempts=1, attempted_at=row.due_at))
    stage.now = clock("10:05")
    await stage.silence("10:05", "11:00")
    await stage.go("12:00")
    assert stage.said == ["10:05 noc: fired 1"]


async def test_an_alert_that_got_worse_waits_at_all_endpoints_together(stage: Stage) -> None:
    stage.configure("", TWO)
    await stage.fire(1)
    await stage.go("10:06")
    await stage.worsen(1)
    await stage.silence("10:06", "11:00")
    await stage.go("12:00")
    assert stage.said == ["10:05 noc: fired 1"] * 2 + ["11:00 noc: worsened 1"] * 2
