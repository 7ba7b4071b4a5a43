"""What is deleted, what stays, and that nothing is ever counted twice."""

from __future__ import annotations

from bot.domain.times import DAY, HOUR, Slot, Window
from bot.domain.usage import Usage
from bot.history.store import SqlHistory
from bot.service.ports import Grain
from tests.history.given import START, STEP, even, pull, reading, slot, window, write

ALL = Window(START, Slot(START + 3 * DAY))


async def sweep(history: SqlHistory, raw: int = START, hourly: int = START, pulls: int = 0) -> int:
    async with history.writing() as t:
        return await t.retention.sweep(raw_before=Slot(raw), hourly_before=Slot(hourly), pulls_before=Slot(pulls))


async def usage(history: SqlHistory, of: Window = ALL) -> Usage:
    async with history.reading() as t:
        return (await t.buckets.usage([1], of, STEP))[1]


async def test_raw_buckets_go_by_whole_hours_and_their_sums_stay(history: SqlHistory) -> None:
    await write(history, even(1, range(36)))
    before = await usage(history)
    assert await sweep(history, raw=START + 2 * HOUR + 1200) == 24
    assert await usage(history) == before
    assert (await usage(history, window(23, 25))).known == 1


async def test_hours_go_by_whole_days_and_days_stay_for_ever(history: SqlHistory) -> None:
    await write(history, even(1, range(400)))
    before = await usage(history)
    assert await sweep(history, raw=START + 3 * DAY, hourly=START + DAY + HOUR) == 400 + 24
    assert await usage(history) == before
    async with history.reading() as t:
        assert len(await t.buckets.series(1, ALL, Grain.DAILY)) == 2
        assert (await t.buckets.series(1, ALL, Grain.HOURLY))[0][0] == START + DAY


async def test_old_pulls_go(history: SqlHistory) -> None:
    async with history.writing() as t:
        await t.pulls.add([pull("answered", 10), pull("answered", 20)])
    assert await sweep(history, pulls=20) == 1


async def test_a_swept_hour_that_is_read_again_is_not_counted_twice(history: SqlHistory) -> None:
    await write(history, even(1, range(36)))
    before = await usage(history)
    await sweep(history, raw=START + 2 * HOUR)
    assert await write(history, even(1, range(36))) == {}
    assert await usage(history) == before


async def test_a_swept_day_that_is_read_again_is_not_counted_twice(history: SqlHistory) -> None:
    await write(history, even(1, range(400)))
    before = await usage(history)
    await sweep(history, raw=START + 3 * DAY, hourly=START + DAY)
    assert await write(history, even(1, range(288))) == {}
    assert await usage(history) == before


async def test_old_history_of_a_new_site_is_taken_even_where_others_were_swept(history: SqlHistory) -> None:
    await write(history, even(2, range(400)))
    await sweep(history, raw=START + 3 * DAY, hourly=START + DAY)
    assert await write(history, even(1, range(200, 400))) == {1: slot(200)}
    assert await write(history, even(1, range(200))) == {1: slot(0)}
    assert (await usage(history)).known == 400
    await sweep(history, raw=START + 3 * DAY, hourly=START + DAY)
    assert await write(history, even(1, range(400)), even(2, range(400))) == {}
    assert (await usage(history)).known == 400


async def test_zeros_are_no_use(history: SqlHistory) -> None:
    await write(history, reading(1, {0: (0, 1), 1: (0, 0)}))
    async with history.reading() as t:
        assert await t.retention.newest() == slot(1)
        assert await t.retention.is_used_since(slot(0))
        assert not await t.retention.is_used_since(slot(1))
