"""What is remembered of sites that come and go, where it can go back to, and when it is written."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from bot.domain.times import DAY, HOUR, Slot, Window
from bot.domain.usage import Bucket, Direction
from bot.engine.spikes.memory import NEVER, Memory
from bot.history.baselines import SqlBaselines
from bot.history.store import SqlHistory
from bot.service.judging import Due
from bot.service.ports import Reading
from bot.service.spikes import held
from bot.service.spikes.held import Held
from bot.service.spikes.marks import Marks
from bot.service.spikes.watch import Watch
from tests.service.judged import site

START = Slot(20_240 * DAY)
BOTH = (Direction.IN, Direction.OUT)


def test_a_site_that_is_gone_leaves_what_is_remembered_of_the_others() -> None:
    all_held = Held(BOTH, HOUR)
    rows = all_held.rows([5, 6, 7])
    all_held.memory.until[rows], all_held.counts[rows] = [50, 60, 70], [1, 2, 3]
    all_held.keep({5, 7})
    rows = all_held.rows([7, 6, 5])
    assert all_held.memory.until[rows].tolist() == [70, NEVER, 50]
    assert all_held.counts[rows].tolist() == [3, held.NOBODY, 1]


def test_what_is_revised_before_the_newer_mark_is_gone_on_with_from_the_older() -> None:
    memory, row = Memory.empty(1, BOTH, HOUR), np.array([0])
    marks = Marks(memory)
    for hour in (3, 5, 6):
        memory.until[0], memory.now_worst[0] = START + hour * HOUR, hour
        if hour < 6:
            marks.set(row)
    assert marks.go_back(row, np.array([START + 4 * HOUR])).all()
    assert (int(memory.until[0]), memory.now_worst[0].tolist()) == (START + 3 * HOUR, [3, 3])
    assert not marks.go_back(row, np.array([START + 2 * HOUR])).any()


async def test_a_pass_writes_some_sites_those_first_that_were_written_longest_ago(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(held, "SAVED_AT_ONCE", 2)
    history, watch, stored = SqlHistory("sqlite://"), Watch(BOTH, HOUR), []
    await history.open()
    async with history.writing() as tx:
        buckets = [Bucket(START + n * HOUR, 7, 7) for n in range(73)]
        end = Slot(START + 73 * HOUR)
        await tx.buckets.write([Reading(key, buckets) for key in (1, 2, 3)], end, {})
        for begin, until in ((0, 49), (49, 73)):
            window = Window(Slot(START + begin * HOUR), Slot(START + until * HOUR))
            due = [Due(site(key), window.start, window.end, START, START, window.start, None) for key in (1, 2, 3)]
            await watch.see(tx, due, await tx.buckets.block(np.arange(1, 4), window, HOUR))
            await watch.save(tx.baselines)
            watch.settle(is_done=True)
            kept = await tx.baselines.load([1, 2, 3])
            stored.append({key: (one.until - START) // DAY for key, one in kept.items()})
    await history.close()
    assert stored == [{1: 2, 2: 2}, {1: 3, 2: 2, 3: 3}]


async def test_who_judged_a_site_again_goes_on_without_loading_it(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []

    async def load(_: object, sites: object) -> dict[int, object]:
        asked.append(sites)
        return {}

    monkeypatch.setattr(SqlBaselines, "load", load)
    history, watch = SqlHistory("sqlite://"), Watch(BOTH, HOUR)
    await history.open()
    async with history.writing() as tx:
        for dirty, until, rewound in ((0, 30, 0), (29, 30, 0), (30, 31, 1), (31, 32, 2)):
            window, judged_until = Window(START, Slot(START + until * HOUR)), Slot(START + max(dirty, 30) * HOUR)
            due = Due(site(1), Slot(START + dirty * HOUR), window.end, START, START, judged_until, None, rewound)
            if not dirty:
                due = replace(due, judged_until=None)
            await watch.see(tx, [due], await tx.buckets.block(np.array([1]), window, HOUR))
            watch.settle(is_done=True)
            asked.append(until)
    await history.close()
    assert asked == [[1], 30, 30, 31, [1], 32]  # somebody else judged it again before the last


async def test_of_a_site_that_turns_out_to_have_begun_earlier_the_beginning_is_known() -> None:
    history, watch = SqlHistory("sqlite://"), Watch(BOTH, HOUR)
    window = Window(START, Slot(START + 12 * HOUR))
    await history.open()
    async with history.writing() as tx:
        for known, dirty in ((10, 5), (7, 7)):  # marked at five; and then what came late, before all that was known
            await tx.buckets.write([Reading(1, [Bucket(START + known * HOUR, 7, 7)])], window.end, {})
            due = Due(site(1), Slot(START + dirty * HOUR), window.end, START, START, None, None)
            await watch.see(tx, [due], await tx.buckets.block(np.array([1]), window, HOUR))
            assert watch._held.memory.since.tolist() == [START + known * HOUR]
    await history.close()
