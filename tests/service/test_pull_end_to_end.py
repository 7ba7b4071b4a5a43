"""Pulling when the API takes short windows only, when some sites never answer, and when the clock was wrong."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta

import pytest

from bot.domain.times import DAY, Window, to_slot
from bot.domain.usage import Bucket
from bot.history.store import SqlHistory, SqlTransaction
from bot.rules.sites import ListedSite
from bot.service.options import PullOptions
from bot.service.ports import Answered, Declined, Listed, ListOutcome, PullOutcome, Unavailable
from bot.service.pull import Pull
from bot.service.survey import Survey
from tests.service.test_quotas_end_to_end import MEGA, Scripted, configuration, instant, rig

NONE = "rules: []"


@dataclass
class ShortWindows(Scripted):
    """An API that refuses windows longer than `longest` seconds."""

    longest: int = DAY

    async def usage(self, sites: Sequence[str], window: Window) -> PullOutcome:
        if window.end - window.start > self.longest:
            return Declined("the window is too long", 400)
        return await super().usage(sites, window)


async def test_an_api_that_takes_a_day_at_once_is_still_read_after_the_first_hour() -> None:
    """The window that is read again every hour is two days, and is asked for whatever the API said to that."""
    async with rig(NONE, ShortWindows(lambda _: MEGA), instant(9, 0, 3)) as bot:
        await bot.run(instant(9, 3))
        async with bot.history.reading() as tx:
            progress = (await tx.progress.all())[1]
        assert progress.watermark is not None
        assert progress.watermark >= to_slot(instant(9, 2, 55))


async def test_a_refused_window_of_an_odd_number_of_buckets_is_not_halved_within_a_bucket() -> None:
    options = PullOptions(chunk=31 * DAY + 300)
    async with rig(NONE, ShortWindows(lambda _: MEGA, longest=20 * DAY), instant(9, 0, 3), options) as bot:
        await bot.tick()
        assert {window.start % 300 for window in bot.api.asked} == {0}


async def test_a_clock_that_was_a_day_ahead_for_a_moment_does_not_blind_the_bot_for_a_day() -> None:
    async with rig(NONE, Scripted(lambda _: MEGA), instant(9, 0, 3)) as bot:
        await bot.tick()
        bot.api.amount = lambda slot: MEGA if slot < to_slot(instant(9, 0, 10)) else None
        bot.now += timedelta(days=1)
        await bot.tick()
        bot.api.amount = lambda _: MEGA
        bot.now = instant(9, 3, 3)
        await bot.tick()
        window = Window(to_slot(instant(9, 2)), to_slot(instant(9, 3)))
        async with bot.history.reading() as tx:
            usage = (await tx.buckets.usage([1], window, 300))[1]
        assert usage.known == 12


class SomeBroken:
    """A fleet of which the first sites are always answered with a 5xx."""

    def __init__(self, count: int, broken: int) -> None:
        self.ids = [f"{n:08x}-1111-4111-8111-111111111111" for n in range(count)]
        self.broken = set(self.ids[:broken])

    async def usage(self, sites: Sequence[str], window: Window) -> PullOutcome:
        await asyncio.sleep(0)
        return Unavailable("HTTP 500") if sites[0] in self.broken else Answered([])

    async def list_sites(self, known: Collection[str] = ()) -> ListOutcome:
        return Listed([ListedSite("default", site, f"s{n}", "UTC") for n, site in enumerate(self.ids)])


class Plenty(SomeBroken):
    """A fleet whose answers are long."""

    async def usage(self, sites: Sequence[str], window: Window) -> PullOutcome:
        await asyncio.sleep(0)
        return Answered([Bucket(slot, MEGA, MEGA) for slot in range(window.start, window.end, 300)])


async def test_a_first_start_queues_for_the_history_with_one_batch_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Else assessing, and with it the first message, waits behind eight batches."""
    monkeypatch.setattr("bot.service.pull.BATCH_BUCKETS", 100)
    history, queued, longest = SqlHistory("sqlite://"), 0, 0
    writing = history.writing

    @asynccontextmanager
    async def counted() -> AsyncIterator[SqlTransaction]:
        nonlocal queued, longest
        queued += 1
        longest = max(longest, queued)
        async with writing() as tx:
            yield tx
        queued -= 1

    await history.open()
    now, source = instant(9, 0, 3), Plenty(20, 0)
    survey = Survey(history, {"default": source}, configuration(NONE), lambda: now, 300)
    await survey.run()
    monkeypatch.setattr(history, "writing", counted)
    await Pull(history, {"default": source}, survey.fleet, lambda: now, PullOptions(baseline=DAY, chunk=DAY)).run()
    await history.close()
    assert longest == 1


async def test_sites_that_never_answer_do_not_keep_the_others_from_being_read() -> None:
    history, source = SqlHistory("sqlite://"), SomeBroken(40, 9)
    await history.open()
    now = instant(9, 0, 3)
    try:
        survey = Survey(history, {"default": source}, configuration(NONE), lambda: now, 300)
        await survey.run()
        pull = Pull(history, {"default": source}, survey.fleet, lambda: now, PullOptions())
        for _ in range(12):
            await pull.run()
            now += timedelta(minutes=5)
        async with history.reading() as tx:
            read = [row for row in (await tx.progress.all()).values() if row.watermark == to_slot(instant(9, 0, 55))]
        assert len(read) == 31
    finally:
        await history.close()
