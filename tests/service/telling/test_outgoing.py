"""What people do about notifications: have one sent again, or give it up."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.domain.times import Slot
from bot.service.outgoing import Done, discard, outgoing, requeue
from bot.service.ports import AuditEntry, OutboxRow, Outcome, Rejected, Standing
from bot.service.views import Notification
from tests.service.telling.stage import ANA, Stage, clock

BEN = replace(ANA, name="Ben", via="terminal")
GONE = "the channel #noc is archived"


class Refusing(Stage):
    """A stage on which everything is refused while it `refuses`."""

    refuses = True

    async def deliver(self, notification: Notification) -> Outcome:
        return Rejected(GONE) if self.refuses else await super().deliver(notification)


@pytest.fixture
def refusing(stage: Stage) -> Refusing:
    found = Refusing(stage.history)
    found.configure("operators: [boss]\n", HEAD_WITHOUT_OPERATORS)
    return found


HEAD_WITHOUT_OPERATORS = """
version: 1
defaults: {receivers: [noc]}
receivers: {noc: {terminal: true}, boss: {slack: "#boss"}}
rules: [{name: lte, quota: 1 GB, at: [50%, 80%, 100%]}]
"""


async def rows(stage: Stage, *standings: Standing) -> list[OutboxRow]:
    async with stage.history.reading() as tx:
        return [one.row for one in await outgoing(tx, standings or set(Standing), Slot(0), None, "noc")]


async def again(stage: Stage, *ids: int) -> Done:
    async with stage.history.writing() as tx:
        return await requeue(tx, ids, BEN, stage.now)


async def up(stage: Stage, *ids: int, reason: str = "the site is sold") -> Done:
    async with stage.history.writing() as tx:
        return await discard(tx, ids, reason, BEN, stage.now)


async def audited(stage: Stage) -> list[AuditEntry]:
    async with stage.history.reading() as tx:
        return [replace(entry, id=0) for entry in await tx.audit.since(Slot(0), None)]


async def test_what_was_rejected_is_sent_when_it_is_put_back(refusing: Refusing) -> None:
    await refusing.fire(1)
    (row,) = await rows(refusing, Standing.REJECTED)
    refusing.refuses = False
    refusing.now = clock("11:00")
    done = await again(refusing, row.id)
    assert ([one.id for one in done.changed], done.left) == ([row.id], ())
    await refusing.go("11:01")
    assert "11:00 noc: fired 1" in refusing.said
    (sent,) = await rows(refusing)
    assert (sent.standing, sent.why, sent.failing_since) == (Standing.DELIVERED, "", None)
    detail = {"receiver": "noc", "was": "rejected", "why": GONE}
    assert AuditEntry(clock("11:00"), "Ben", "terminal", "requeued", row.short_id, "default", detail) in await audited(
        refusing
    )


async def test_what_waits_for_its_turn_is_tried_at_once(stage: Stage) -> None:
    await stage.fire(1)
    await stage.worsen(1)
    (row,) = await rows(stage, Standing.WAITING)
    assert row.due_at == clock("10:05")
    await again(stage, row.id)
    await stage.go("10:01")
    assert stage.said == ["10:00 noc: fired 1", "10:00 noc: worsened 1"]


async def test_what_is_put_back_has_all_its_time_again(stage: Stage) -> None:
    stage.is_down = True
    await stage.fire(1)
    (row,) = await rows(stage)
    async with stage.history.writing() as tx:
        await tx.outbox.save(
            replace(row, standing=Standing.REJECTED, attempts=9, failing_since=Slot(1), settled_at=Slot(2))
        )
    (put_back,) = (await again(stage, row.id)).changed
    assert (put_back.failing_since, put_back.settled_at, put_back.attempts) == (None, None, 9)


async def test_what_was_delivered_is_not_said_twice_and_what_is_not_there_is_said_to_be(stage: Stage) -> None:
    await stage.fire(1)
    (row,) = await rows(stage)
    done = await again(stage, row.id, 99, 99)
    assert [(left.id, left.why) for left in done.left] == [
        (row.id, "it was delivered, and is not said twice"),
        (99, "there is no such notification"),
    ]
    assert await rows(stage) == [row]
    assert await audited(stage) == []


async def test_what_is_being_sent_is_left_alone_until_its_lease_is_over(stage: Stage) -> None:
    stage.is_down = True
    await stage.fire(1)
    (row,) = await rows(stage)
    async with stage.history.writing() as tx:
        await tx.outbox.save(replace(row, attempts=1, leased_by="other", leased_until=Slot(stage.now + 60)))
    for done in (await again(stage, row.id), await up(stage, row.id)):
        assert done.changed == ()
        assert "until 2026-06-03T10:01:00Z" in done.left[0].why
    stage.now = clock("10:01")
    (given_up,) = (await up(stage, row.id)).changed
    assert (given_up.leased_by, given_up.leased_until) == (None, None)


async def test_what_is_discarded_is_not_sent_and_what_comes_behind_it_is(stage: Stage) -> None:
    stage.is_down = True
    await stage.fire(1)
    (row,) = await rows(stage)
    assert await up(stage, row.id) == Done(
        (replace(row, standing=Standing.DISCARDED, settled_at=stage.now, why=WHY),), ()
    )
    assert [left.why for left in (await up(stage, row.id)).left] == ["it was discarded already"]
    stage.is_down = False
    await stage.worsen(1)
    await stage.go("10:10")
    assert stage.said == ["10:05 noc: worsened 1"]
    (entry,) = await audited(stage)
    assert (entry.action, entry.subject, entry.detail["reason"]) == ("discarded", row.short_id, "the site is sold")


WHY = "discarded by Ben: the site is sold"


async def test_a_discarded_one_can_be_put_back(stage: Stage) -> None:
    stage.is_down = True
    await stage.fire(1)
    (row,) = await rows(stage)
    await up(stage, row.id)
    await again(stage, row.id)
    stage.is_down = False
    await stage.go("10:01")
    assert stage.said == ["10:00 noc: fired 1"]


async def test_what_is_held_back_is_no_notification_any_more(stage: Stage) -> None:
    stage.configure("routes: [{notify: [noc], group_wait: 5m}]")
    await stage.fire(1)
    await stage.silence("10:02", "11:00")
    await stage.go("10:30")
    (row,) = await rows(stage)
    assert row.standing is Standing.WITHHELD
    for done in (await again(stage, row.id), await up(stage, row.id)):
        assert done.changed == ()
        assert "held back" in done.left[0].why
    await stage.go("12:00")
    assert (stage.said, stage.edited) == (["11:00 noc: fired 1"], [])


async def test_a_reason_must_be_given(stage: Stage) -> None:
    with pytest.raises(ValueError, match="say why"):
        await up(stage, 1, reason=" \n")
