"""Each endpoint is a lane: one message at a time there, and none waits for another endpoint."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import timedelta
from itertools import pairwise

import pytest

from bot.service.options import DeliverOptions, Pace
from bot.service.ports import Delivered, Rejected, TryAgain
from tests.service.delivery.postroom import Postroom

FAST, SLOW, MAIL = "slack:#fast", "slack:#slow", "email:noc@example.com"
LATER = TryAgain("not now")


async def test_a_lane_that_hangs_holds_up_no_other_nor_what_comes_new(post: Postroom) -> None:
    await post.post(SLOW, SLOW, FAST)
    post.closed[SLOW] = asyncio.Event()
    deliver = post.deliver_as()
    running = asyncio.create_task(deliver.run())
    await post.until_told(1)
    await post.post(FAST, MAIL)
    deliver.wake()
    await post.until_told(3)
    assert {lane for lane, _ in post.told} == {FAST, MAIL}
    post.closed[SLOW].set()
    assert await running == Counter({"slack:delivered": 4, "email:delivered": 1})


async def test_one_at_a_time_on_each_lane_and_never_more_than_the_width(post: Postroom) -> None:
    lanes = [f"slack:#{number}" for number in range(5)]
    await post.post(*(lanes * 4))
    outcomes = await post.deliver_as(options=DeliverOptions(width=3)).run()
    assert outcomes == Counter({"slack:delivered": 20})
    assert post.at_once["all"] <= 3
    assert all(post.at_once[lane] == 1 for lane in lanes)
    assert sorted(group for _, group in post.told) == list(range(1, 21))


async def test_slack_is_paced_by_channel_and_nobody_else_is(post: Postroom) -> None:
    await post.post(FAST, FAST, FAST, MAIL, MAIL, MAIL)
    start = post.clock()
    await post.deliver_as(options=DeliverOptions(pace=Pace(post.clock.ticks, post.clock.sleep))).run()
    after = [(lane, (at - start).total_seconds()) for lane, at in post.told_at]
    slack = [seconds for lane, seconds in after if lane == FAST]
    assert [later - earlier >= 1 for earlier, later in pairwise(slack)] == [True, True]
    assert post.clock() - start < timedelta(seconds=2.1), "mails did not wait, too"


async def test_what_a_channel_asks_for_holds_for_all_its_messages_and_over_a_restart(post: Postroom) -> None:
    await post.post(SLOW, SLOW, FAST)
    post.outcomes[SLOW] = [TryAgain("429", timedelta(seconds=30))]
    await post.deliver_as().run()
    assert [lane for lane, _ in post.told] == [FAST]
    post.wait(30)
    await post.deliver_as("another replica, or the next life").run()
    assert [lane for lane, _ in post.told] == [FAST]
    post.wait(1)
    await post.deliver_as("the next").run()
    assert [lane for lane, _ in post.told] == [FAST, SLOW, SLOW]


async def test_two_failures_in_a_row_are_the_lanes_and_one_is_not(post: Postroom) -> None:
    await post.post(*[SLOW] * 4)
    deliver = post.deliver_as()
    post.outcomes[SLOW] = [LATER, Delivered("x"), LATER, LATER]
    assert await deliver.run() == Counter({"slack:tryagain": 3, "slack:delivered": 1})
    await post.post(SLOW)
    assert await deliver.run() == Counter(), "the lane is left alone"
    post.wait(5)
    outcomes = await deliver.run()
    post.wait(30)
    assert outcomes + await deliver.run() == Counter({"slack:delivered": 4})


async def test_a_message_that_fails_again_and_again_holds_up_no_other_of_its_lane(post: Postroom) -> None:
    await post.post(SLOW)
    deliver = post.deliver_as()
    post.outcomes[SLOW] = [LATER] * 4
    for _ in range(4):
        assert await deliver.run() == Counter({"slack:tryagain": 1})
        post.wait(100)
    post.wait(-90)
    await post.post(SLOW)
    assert await deliver.run() == Counter({"slack:delivered": 1})


async def test_who_of_several_has_no_mail_yet_holds_up_no_other_mail(post: Postroom) -> None:
    await post.post(*[MAIL] * 4)
    post.outcomes[MAIL] = [TryAgain("greylisted", partly=True)] * 3
    assert await post.deliver_as().run() == Counter({"email:tryagain": 3, "email:delivered": 1})


async def test_lanes_that_fail_leave_half_of_the_room_to_the_others(post: Postroom) -> None:
    failing = [f"slack:#{number}" for number in range(8)]
    await post.post(*failing)
    deliver = post.deliver_as(options=DeliverOptions(width=8))
    post.outcomes = {lane: [LATER] for lane in failing}
    await deliver.run()
    post.wait(60)
    post.closed = {lane: asyncio.Event() for lane in failing}
    post.arrived.clear()
    running = asyncio.create_task(deliver.run())
    await post.arrived.wait()
    await post.post(*(f"email:{number}@example.com" for number in range(8)))
    deliver.wake()
    await post.until_told(8)
    assert sum(post.on_its_way[lane] for lane in failing) == 4
    for event in post.closed.values():
        event.set()
    assert await running == Counter({"slack:delivered": 8, "email:delivered": 8})


async def test_a_stop_lets_what_is_on_its_way_end_and_begins_nothing(post: Postroom) -> None:
    await post.post(SLOW, SLOW)
    post.closed[SLOW] = asyncio.Event()
    deliver = post.deliver_as()
    running = asyncio.create_task(deliver.run())
    await post.arrived.wait()
    deliver.stop()
    post.closed[SLOW].set()
    assert await running == Counter({"slack:delivered": 1})
    assert await deliver.run() == Counter()


async def test_a_run_that_is_cut_short_leaves_nothing_behind_that_goes_on(post: Postroom) -> None:
    groups = await post.post(SLOW, FAST)
    post.closed[SLOW] = asyncio.Event()
    running = asyncio.create_task(post.deliver_as().run())
    await post.until_told(1)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert post.on_its_way["all"] == 0
    assert await post.standings(groups) == ["waiting", "delivered"]
    assert await post.deliver_as().run() == Counter(), "its lease is not over"
    post.wait(60)
    post.closed.clear()
    assert await post.deliver_as().run() == Counter({"slack:delivered": 1})


async def test_an_attempt_that_outlived_its_lease_writes_nothing(post: Postroom) -> None:
    """Not even in its own process: what took over has the word."""
    (group,) = await post.post(SLOW)
    post.closed[SLOW] = asyncio.Event()
    post.outcomes[SLOW] = [Delivered("the later"), Rejected("the earlier")]
    slow = asyncio.create_task(post.deliver_as("one").run())
    await post.arrived.wait()
    post.wait(61)
    hanging = post.closed.pop(SLOW)
    await post.deliver_as("one").run()
    hanging.set()
    await slow
    async with post.history.reading() as tx:
        (row,) = await tx.outbox.rows_of(group)
        found = await tx.outbox.get_group(group)
        waiting, _ = await tx.outbox.backlog()
    assert found is not None
    assert (row.standing.value, row.attempts, found.ref) == ("delivered", 2, "the later")
    assert waiting == 0, "nobody is told of a refusal"
