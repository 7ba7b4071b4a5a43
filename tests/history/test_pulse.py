"""Whether the history can be written, and whether what it holds for people reaches them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from bot.domain.times import Slot
from bot.service.ports import History, Overdue, Standing
from tests.history.given import group, news, quota_alert


async def test_a_pulse_is_the_last_beat(history: History) -> None:
    async with history.writing() as t:
        assert await t.pulse.last() is None
        await t.pulse.beat(Slot(100))
        await t.pulse.beat(Slot(130))
    async with history.reading() as t:
        assert await t.pulse.last() == 130


async def overdue(history: History, before: int) -> Overdue | None:
    async with history.reading() as t:
        return await t.outbox.overdue(Slot(before))


async def test_what_is_overdue_is_so_since_it_was_due_or_first_failed_however_often_it_was_put_off(
    history: History,
) -> None:
    async with history.writing() as t:
        (alert,) = await t.alerts.save([quota_alert()])
        one, other = [(await t.outbox.save_group(group(alert.id))).id for _ in range(2)]
        tried, waits = [
            await t.outbox.save(news(of, 1, created_at=0, due_at=due)) for of, due in ((one, 50), (other, 300))
        ]
    assert await overdue(history, 50) is None
    assert await overdue(history, 51) == Overdue(1, Slot(50), one, "")
    for now in (60, 130, 250):
        async with history.writing() as t:
            (claimed,) = await t.outbox.claim("me", Slot(now), timedelta(seconds=60), 10)
            free = replace(claimed, due_at=Slot(now + 60), leased_by=None, leased_until=None, why="no answer in time")
            put_off = replace(free, failing_since=claimed.failing_since or Slot(now))
            assert await t.outbox.settle(put_off, "me")
    assert await overdue(history, 60) is None
    assert await overdue(history, 61) == Overdue(1, Slot(60), one, "no answer in time")
    assert await overdue(history, 301) == Overdue(2, Slot(60), one, "no answer in time")
    async with history.writing() as t:
        await t.outbox.save(replace(tried, standing=Standing.DELIVERED))
    assert await overdue(history, 301) == Overdue(1, Slot(300), waits.group, "")
