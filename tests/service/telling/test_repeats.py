"""Repeats: each message has a clock of its own, which people stop by acknowledging."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from bot.alerts.model import Reason
from bot.service.messages import Messages
from bot.service.ports import Group
from bot.service.timers import run_timers
from tests.service.telling.stage import Stage, clock, words

REPEATED = "routes: [{notify: [noc], repeat_every: 4h}]"


async def test_what_still_fires_is_told_again_and_again(stage: Stage) -> None:
    stage.configure(REPEATED)
    await stage.fire(1)
    await stage.go("18:30")
    assert stage.said == ["10:00 noc: fired 1", "14:00 noc: repeated 1", "18:00 noc: repeated 1"]
    assert await stage.transitions(1) == ["10:00 fired", "14:00 repeated", "18:00 repeated"]


async def test_nothing_is_repeated_unless_it_is_written(stage: Stage) -> None:
    await stage.fire(1)
    await stage.go("1d 10:00")
    assert stage.said == ["10:00 noc: fired 1"]


async def test_a_repeat_is_never_marked_late(stage: Stage) -> None:
    stage.configure(REPEATED)
    await stage.fire(1)
    await stage.go("14:00")
    (news,) = stage.seen[-1].news
    assert (news.reason, news.late_by.total_seconds()) == (Reason.STILL_FIRING, 0)


async def test_the_instants_do_not_depend_on_when_the_bot_looks(stage: Stage) -> None:
    stage.configure(REPEATED)
    await stage.fire(1)
    await stage.go("20:00", tick=53 * 60)
    assert await stage.transitions(1) == ["10:00 fired", "14:00 repeated", "18:00 repeated"]


async def test_after_an_outage_only_the_latest_is_told(stage: Stage) -> None:
    stage.configure(REPEATED)
    await stage.fire(1)
    stage.now = clock("1d 11:00")
    await stage.go("1d 11:10")
    assert stage.said == ["10:00 noc: fired 1", "1d 11:00 noc: repeated 1"]
    assert await stage.transitions(1) == ["10:00 fired", "1d 10:00 repeated"]


async def test_news_of_the_message_begins_the_clock_anew(stage: Stage) -> None:
    stage.configure(REPEATED)
    await stage.fire(1)
    await stage.go("12:00")
    await stage.worsen(1)
    await stage.go("16:30")
    assert stage.said == ["10:00 noc: fired 1", "12:00 noc: worsened 1", "16:00 noc: repeated 1"]


async def test_an_acknowledgement_stops_repeats_until_it_gets_worse(stage: Stage) -> None:
    stage.configure(REPEATED)
    await stage.fire(1)
    await stage.go("11:00")
    await stage.acknowledge(1)
    await stage.go("19:00")
    assert stage.said == ["10:00 noc: fired 1"]
    await stage.worsen(1)
    assert (await stage.alert(1)).acknowledged_at is None
    await stage.go("23:30")
    assert stage.said == ["10:00 noc: fired 1", "19:00 noc: worsened 1", "23:00 noc: repeated 1"]


async def test_of_a_message_only_what_fires_and_nobody_has_is_repeated(stage: Stage) -> None:
    stage.configure(REPEATED)
    await stage.fire(1, 2, 3)
    await stage.go("11:00")
    await stage.acknowledge(2)
    await stage.resolve(3)
    await stage.go("15:30")
    assert stage.said == ["10:00 noc: fired 1, fired 2, fired 3", "11:00 noc: resolved 3", "15:00 noc: repeated 1"]


async def test_each_receiver_has_its_own_clock(stage: Stage) -> None:
    stage.configure("""
routes:
  - {match: {rule: lte}, notify: [noc], repeat_every: 2h, continue: true}
  - {notify: [boss], repeat_every: 3h}
""")
    await stage.fire(1)
    await stage.go("14:30")
    told = ["12:00 noc: repeated 1", "13:00 boss: repeated 1", "14:00 noc: repeated 1"]
    assert stage.said == ["10:00 noc: fired 1", "10:00 boss: fired 1", *told]
    await stage.go("16:00")
    assert (await stage.transitions(1))[-1] == "16:00 repeated"
    assert sorted(stage.said[-2:]) == ["16:00 boss: repeated 1", "16:00 noc: repeated 1"]
    assert len(await stage.transitions(1)) == 5


async def test_a_repeat_that_falls_into_a_silence_or_a_muted_night_is_told_at_its_end(stage: Stage) -> None:
    stage.configure("routes: [{notify: [noc], repeat_every: 4h, mute: nights}]")
    await stage.silence("13:00", "15:00")
    await stage.fire(1)
    await stage.go("1d 07:00")
    repeats = ["15:00 noc: repeated 1", "19:00 noc: repeated 1", "1d 06:00 noc: repeated 1"]
    assert stage.said == ["10:00 noc: fired 1", *repeats]


async def test_what_is_over_is_not_repeated(stage: Stage) -> None:
    stage.configure(REPEATED)
    await stage.fire(1)
    await stage.go("11:00")
    await stage.resolve(1)
    await stage.go("1d 10:00")
    assert stage.said == ["10:00 noc: fired 1", "11:00 noc: resolved 1"]


async def test_repeating_that_an_edit_adds_does_not_repeat_at_once(stage: Stage) -> None:
    await stage.fire(1)
    await stage.go("18:00")
    stage.configure(REPEATED)
    await stage.go("23:00")
    assert stage.said == ["10:00 noc: fired 1", "22:00 noc: repeated 1"]


async def test_repeats_for_a_slack_that_is_down_wait_in_one_row(stage: Stage) -> None:
    stage.configure(REPEATED)
    stage.is_down = True
    await stage.fire(1)
    await stage.go("23:00", tick=1800)
    stage.is_down = False
    await stage.go("23:01")
    assert stage.said == ["23:00 noc: fired 1, repeated 1, repeated 1, repeated 1"]


@pytest.mark.parametrize("told_at", ["09:00", "10:00"])
async def test_timers_come_to_an_end_although_telling_leaves_no_trace(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, told_at: str
) -> None:
    """A mistake in what is remembered of a message must not keep the bot from everything else."""
    stage.configure(REPEATED)
    await stage.fire(1)
    save = Messages._saved

    async def forgetful(self: Messages, group: Group) -> Group:
        return await save(self, replace(group, told_at=clock(told_at)))

    monkeypatch.setattr(Messages, "_saved", forgetful)
    stage.now = clock("14:00")
    async with stage.history.writing() as tx:
        moves = await asyncio.wait_for(run_timers(tx, stage.fleet, stage.now), 10)
    assert [(words(move.known_at), move.change.value) for move in moves] == [("14:00", "repeated")]
