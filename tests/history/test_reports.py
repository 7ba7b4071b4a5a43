"""Which reports there are, and which digests were taken up."""

from __future__ import annotations

from dataclasses import replace

from bot.domain.times import DAY, Slot, Window
from bot.rules.model import Endpoint, Medium
from bot.rules.telling import Rhythm
from bot.service.ports import Digested, Group, History, Schedule

AT = Slot(20_000 * DAY)
WEEK = Window(Slot(AT - 8 * DAY), Slot(AT - DAY))
DIGEST = Digested("weekly", Rhythm.WEEKLY, WEEK, "Africa/Johannesburg", AT, ("acme",), is_operators=True)


async def test_a_schedule_is_kept_replaced_and_forgotten(history: History) -> None:
    async with history.writing() as tx:
        assert await tx.reports.schedules() == {}
        await tx.reports.begin("weekly", Schedule("mon", AT))
        await tx.reports.begin("finance", Schedule("1", AT))
        await tx.reports.begin("weekly", Schedule("tue", Slot(AT + 1)))
        await tx.reports.forget(["finance", "no such"])
    async with history.reading() as tx:
        assert await tx.reports.schedules() == {"weekly": Schedule("tue", Slot(AT + 1))}


async def test_a_digest_is_taken_up_once(history: History) -> None:
    later = replace(DIGEST, window=Window(WEEK.end, Slot(WEEK.end + 7 * DAY)))
    async with history.writing() as tx:
        assert await tx.reports.take(DIGEST, AT)
        assert not await tx.reports.take(replace(DIGEST, due_at=Slot(AT + 5)), Slot(AT + 9))
        assert await tx.reports.take(replace(DIGEST, report="other"), AT)
        assert await tx.reports.take(replace(DIGEST, rhythm=Rhythm.MONTHLY), AT)
    async with history.writing() as tx:
        assert await tx.reports.take(later, Slot(AT + 7 * DAY))
        assert not await tx.reports.take(DIGEST, AT)


async def test_what_was_taken_up_under_a_clock_that_was_ahead_is_not_counted(history: History) -> None:
    ahead = replace(DIGEST, window=Window(WEEK.end, Slot(WEEK.end + 7 * DAY)))
    async with history.writing() as tx:
        assert await tx.reports.taken_until("weekly", Rhythm.WEEKLY, AT) is None
        await tx.reports.take(DIGEST, AT)
        await tx.reports.take(ahead, Slot(AT + 1))
        assert await tx.reports.taken_until("weekly", Rhythm.WEEKLY, AT) == WEEK.end
        assert await tx.reports.taken_until("weekly", Rhythm.WEEKLY, Slot(AT + 1)) == ahead.window.end
        assert await tx.reports.taken_until("weekly", Rhythm.MONTHLY, Slot(AT + 1)) is None


async def test_a_message_says_which_digest_it_is(history: History) -> None:
    new = Group("noc", Endpoint(Medium.SLACK, ("#noc",)), "/weekly", AT, frozenset(), AT, digest=DIGEST)
    async with history.writing() as tx:
        saved = await tx.outbox.save_group(new)
    async with history.reading() as tx:
        assert await tx.outbox.get_group(saved.id) == saved
        assert saved.digest == DIGEST
