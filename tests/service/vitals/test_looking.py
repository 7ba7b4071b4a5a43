"""What the bot finds wrong with its process and its machine, from look to look, and over restarts."""

from __future__ import annotations

from dataclasses import replace

from bot.alerts.model import State
from bot.domain.times import Slot
from bot.domain.usage import Bucket
from bot.rules.model import Endpoint, Medium
from bot.service.ports import Group, OutboxRow, Reading, Standing
from bot.service.vitals.facts import Ear, Machine, Room
from tests.service.vitals.stage import LOOK, RULES, Stage, ahead, minutes

ALL = (1, 2, 3)
FULL = Machine(room=Room("/data", 10**6, 10**12))
ROOMY = Machine(room=Room("/data", 10**11, 10**12))
FAILING, WORKING, NOT_YET = (Machine(jobs={"assess": why}) for why in ("the disk is full", "", None))
DEAF, NEW, HEARD = (
    Machine(socket=ear) for ear in (Ear(minutes(6), True), Ear(minutes(0), False), Ear(minutes(0), True))
)


async def test_a_job_is_told_when_it_has_failed_for_a_quarter_of_an_hour_and_when_it_works_again(stage: Stage) -> None:
    stage.machine = FAILING
    await stage.go(20, *ALL)
    stage.machine = WORKING
    await stage.go(10, *ALL)
    what = "The bot's job 'assess' does not work"
    assert stage.told == [f"16 fired: {what}", f"26 resolved: {what}"]


async def test_a_job_that_fails_now_and_then_is_not(stage: Stage) -> None:
    for _ in range(8):
        stage.machine = FAILING
        await stage.go(1, *ALL)
        stage.machine = WORKING
        await stage.go(2, *ALL)
    assert stage.told == []


async def test_a_restart_neither_ends_a_failure_nor_begins_it_anew(stage: Stage) -> None:
    stage.machine = FAILING
    await stage.go(10, *ALL)
    stage.machine = NOT_YET
    stage.restart()
    await stage.go(2, *ALL)
    stage.machine = FAILING
    await stage.go(6, *ALL)
    assert [line.split(" ")[1] for line in stage.told] == ["fired:"]
    stage.machine = NOT_YET
    await stage.go(10, *ALL)
    assert len(stage.told) == 1, "until it has run nobody knows that it works"


async def test_a_socket_that_is_opened_anew_after_a_restart_is_not_well_for_that(stage: Stage) -> None:
    stage.machine = DEAF
    await stage.go(3, *ALL)
    stage.machine = NEW
    stage.restart()
    await stage.go(5, *ALL)
    stage.machine = DEAF
    await stage.go(5, *ALL)
    assert [line.split(" ")[1] for line in stage.told] == ["fired:"]
    stage.machine = HEARD
    await stage.go(7, *ALL)
    assert [line.split(" ")[1] for line in stage.told] == ["fired:", "resolved:"]


async def test_a_socket_that_is_not_used_any_more_is_no_trouble(stage: Stage) -> None:
    stage.machine = DEAF
    await stage.go(3, *ALL)
    stage.machine = Machine()
    await stage.go(6, *ALL)
    assert [line.split(" ")[1] for line in stage.told] == ["fired:", "resolved:"]


async def test_a_disk_that_fills_is_told_before_it_is_full(stage: Stage) -> None:
    stage.machine = Machine(room=Room("/data", 10**9, 10**12))
    await stage.go(3, *ALL)
    stage.machine = FULL
    await stage.go(3, *ALL)
    stage.machine = ROOMY
    await stage.go(10, *ALL)
    assert [line.split(" ")[1] for line in stage.told] == ["fired:", "worsened:", "resolved:"]
    assert {one.alerts[0].data_until for one in stage.seen} == {None}, "a disk has no data that reach to some time"


async def test_usage_of_the_future_says_that_the_clock_is_behind(stage: Stage) -> None:
    async with stage.history.writing() as tx:
        await tx.buckets.write([Reading(1, [Bucket(Slot(stage.now + 7200), 5, 5)])], stage.now, {})
    await stage.go(5, *ALL)
    [line] = stage.told
    assert line.endswith("This machine's clock is 1 hour 57 minutes behind the usage that is known already")


async def test_messages_that_wait_too_long_are_told_once_they_can_be(stage: Stage) -> None:
    stage.machine = FULL
    stage.is_down = True
    await stage.go(20, *ALL)
    assert (stage.told, stage.vitals.is_stuck) == ([], True)
    stage.is_down = False
    await stage.go(15, *ALL)
    full = "The disk of /data is nearly full: 1.00 MB of 1.00 TB are free"
    waited = "1 message has been waiting to be delivered since Mon 1 Jun 06:02 UTC"
    told = sorted(line.partition(" ")[2] for line in stage.told)
    assert told == [f"fired: {waited}", f"fired: {full}", f"resolved: {waited}"]
    assert not stage.vitals.is_stuck


async def test_replicas_that_look_in_turn_tell_once(stage: Stage) -> None:
    other = Stage(stage.history, stage.now, told=stage.told, seen=stage.seen)
    await other.begin()
    stage.machine, other.machine = ahead(90), ahead(0)
    for _ in range(10):
        await stage.go(LOOK / 60, *ALL)
        other.now = Slot(stage.now + LOOK // 2)
        await other.vitals.run()
        await other.deliver_.run()
    assert [line.split(" ")[1] for line in stage.told] == ["fired:"]
    stage.machine = ahead(0)
    await stage.go(10, *ALL)
    assert [line.split(" ")[1] for line in stage.told] == ["fired:", "resolved:"]


async def test_a_bot_that_is_well_only_writes_that_it_can(stage: Stage) -> None:
    stage.machine = ROOMY
    await stage.go(10, *ALL)
    async with stage.history.reading() as tx:
        assert await tx.pulse.last() == stage.now
        assert await tx.alerts.get(1) is None


async def test_what_did_not_last_was_pending_and_nobody_heard_of_it(stage: Stage) -> None:
    stage.machine = FAILING
    await stage.go(5, *ALL)
    assert [alert.state for alert in await stage.alerts()] == [State.PENDING]
    stage.machine = WORKING
    await stage.go(2, *ALL)
    assert (await stage.alerts(), stage.seen) == ([], [])


async def test_what_is_about_a_receiver_or_a_workspace_that_is_gone_is_closed(stage: Stage) -> None:
    rules = RULES.replace("receivers: {", 'receivers: {shop: {slack: "#shop"}, ')
    await stage.begin(rules)
    await stage.notices.refused("acme", "401 Unauthorized", stage.now)
    for topic in ("shop:slack", "shop:slack:partly", "slack"):
        await stage.notices.tell("", f"delivery:{topic}", f"{topic} cannot be reached", stage.now)
    await stage.notices.tell("", "rules", "broken", stage.now)
    await stage.go(1, *ALL)
    assert not [line for line in stage.told if "resolved" in line]
    await stage.begin(RULES.replace("{name: acme}, ", ""))
    await stage.go(1, *ALL)
    assert [alert.key.rule for alert in await stage.alerts()] == ["usagebot:rules"]
    await stage.go(5, *ALL)
    assert len([line for line in stage.told if "resolved" in line]) == 4


async def test_what_still_fails_on_its_way_to_a_receiver_that_is_gone_is_not_told_again_and_again(stage: Stage) -> None:
    await stage.notices.tell("", "delivery:shop:webhook", "no such receiver", stage.now)
    async with stage.history.writing() as tx:
        endpoint = Endpoint(Medium.WEBHOOK, ("SHOP_URL",))
        group = await tx.outbox.save_group(Group("shop", endpoint, "acme/lte", stage.now, frozenset(), stage.now))
        later = Slot(stage.now + 3600)
        row = OutboxRow(group.id, (), True, stage.now, later, lane=str(endpoint), failing_since=stage.now)
        row = await tx.outbox.save(row)
    await stage.go(1, *ALL)
    assert len(await stage.alerts()) == 1
    async with stage.history.writing() as tx:
        await tx.outbox.save(replace(row, standing=Standing.DISCARDED))
    await stage.go(1, *ALL)
    assert await stage.alerts() == []
