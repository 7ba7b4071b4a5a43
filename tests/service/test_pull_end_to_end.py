"""Pulling when the API takes short windows only, when some sites never answer, and when the clock was wrong."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest

from bot.domain.times import DAY, Window, to_slot
from bot.domain.usage import Bucket
from bot.history.store import SqlHistory, SqlTransaction
from bot.rules.sites import ListedSite
from bot.service.options import PullOptions
from bot.service.ports import Answered, Declined, Listed, ListOutcome, PullOutcome, Unavailable
from bot.service.pull import Pull
from bot.service.survey import Survey
from tests.service.test_quotas_end_to_end import MEGA, SITE, Rig, Scripted, configuration, instant, rig

NONE = "rules: []"
QUOTA = "rules: [{name: quota, sites: all, quota: 500 GB, per: month, at: [80%]}]"


@dataclass
class ShortWindows(Scripted):
    """An API that refuses windows longer than `longest` seconds."""

    longest: int = DAY
    status: int = 400

    async def usage(self, sites: Sequence[str], window: Window) -> PullOutcome:
        if window.end - window.start > self.longest:
            return Declined("the window is too long", self.status)
        return await super().usage(sites, window)


async def test_an_api_that_takes_a_day_at_once_is_still_read_after_the_first_hour() -> None:
    """The window that is read again every hour is two days, and is asked for whatever the API said to that."""
    async with rig(NONE, ShortWindows(lambda _: MEGA), instant(9, 0, 3)) as bot:
        await bot.run(instant(9, 3))
        async with bot.history.reading() as tx:
            progress = (await tx.progress.all())[1]
        assert progress.watermark is not None
        assert progress.watermark >= to_slot(instant(9, 2, 55))


async def test_an_api_that_says_422_to_long_windows_is_read_in_shorter_ones() -> None:
    async with rig(QUOTA, ShortWindows(lambda _: MEGA, status=422), instant(9, 0, 3)) as bot:
        for _ in range(30):
            await bot.tick()
            bot.now += timedelta(minutes=5)
        async with bot.history.reading() as tx:
            progress = (await tx.progress.all())[1]
        assert progress.known_from is not None
        assert progress.known_from <= to_slot(instant(0))


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


QUIET_FOR = "\nrules: [{name: quiet, threshold: {under: 1 MB, within: 30m}, sites: {name: s0}}]"


@dataclass
class TwoSites(Scripted):
    """An API that leaves out the rows in which nothing was used. `s0` rests from `quiet_from` on; `s1` never does,
    unless the whole API answers with nothing (`is_mute`)."""

    quiet_from: datetime = field(default_factory=lambda: instant(99))
    is_mute: bool = False

    async def usage(self, sites: Sequence[str], window: Window) -> PullOutcome:
        end = min(window.end, to_slot(self.quiet_from)) if sites == [SITE] else window.end
        return Answered([] if self.is_mute or end <= window.start else self.buckets(Window(window.start, end)))

    async def list_sites(self, known: Collection[str] = ()) -> ListOutcome:
        return Listed([ListedSite("default", SITE, "s0", "UTC"), ListedSite("default", SITE[::-1], "s1", "UTC")])


async def silent(bot: Rig, start: datetime, end: datetime) -> tuple[int, int]:
    """Known buckets of `s0`, and its bytes."""
    async with bot.history.reading() as tx:
        usage = (await tx.buckets.usage([1], Window(to_slot(start), to_slot(end)), 300))[1]
    return usage.known, usage.in_bytes


async def test_a_silence_is_known_where_left_out_rows_are_zero_and_is_judged() -> None:
    api = TwoSites(lambda _: MEGA, quiet_from=instant(9, 1))
    async with rig(QUIET_FOR, api, instant(9, 0, 3), PullOptions(empty_is_zero=True)) as bot:
        await bot.run(instant(9, 2, 30), timedelta(minutes=15))
        assert await silent(bot, instant(9, 1), instant(9, 2)) == (12, 0)
        assert bot.people.told() == [("fired", "")]


async def test_a_silence_is_unknown_where_left_out_rows_are() -> None:
    async with rig(QUIET_FOR, TwoSites(lambda _: MEGA, quiet_from=instant(9, 1)), instant(9, 0, 3)) as bot:
        await bot.run(instant(9, 2, 30), timedelta(minutes=15))
        assert await silent(bot, instant(9, 1), instant(9, 2)) == (0, 0)
        assert bot.people.told() == []


async def test_an_api_that_answers_nothing_by_mistake_is_no_silence_and_what_it_kept_back_is_caught_up() -> None:
    api = TwoSites(lambda _: MEGA, quiet_from=instant(99))
    async with rig(QUIET_FOR, api, instant(9, 0, 3), PullOptions(empty_is_zero=True)) as bot:
        await bot.run(instant(9, 1), timedelta(minutes=15))
        api.is_mute = True
        await bot.run(instant(9, 4), timedelta(minutes=15))
        assert await silent(bot, instant(9, 2), instant(9, 3)) == (0, 0)
        api.is_mute = False
        await bot.run(instant(9, 5, 30), timedelta(minutes=15))
        assert await silent(bot, instant(9, 0), instant(9, 5)) == (60, 60 * MEGA)
        assert bot.people.told() == []


async def test_rows_that_come_late_take_the_place_of_zeros_and_the_alert_is_corrected() -> None:
    api = TwoSites(lambda _: MEGA, quiet_from=instant(9, 1))
    async with rig(QUIET_FOR, api, instant(9, 0, 3), PullOptions(empty_is_zero=True)) as bot:
        await bot.run(instant(9, 2), timedelta(minutes=15))
        assert bot.people.told() == [("fired", "")]
        api.quiet_from = instant(99)
        await bot.run(instant(9, 3, 30), timedelta(minutes=15))
        assert await silent(bot, instant(9, 1), instant(9, 3)) == (24, 24 * MEGA)
        assert [change for change, _ in bot.people.told()] == ["fired", "corrected"]
