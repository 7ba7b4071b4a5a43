"""What is remembered of buckets over a rate."""

from __future__ import annotations

import pytest

from bot.domain.times import DAY, HOUR, Slot, Window
from bot.history.store import SqlHistory
from bot.service.ports import BurstHour
from tests.history.given import START

RATE = "total 1000000"
BIT = {minute: 1 << minute for minute in range(0, 60, 5)}


def hours(first: int, end: int) -> Window:
    return Window(Slot(START + first * HOUR), Slot(START + end * HOUR))


def hour(site: int, number: int, hot: tuple[int, ...] = (), gaps: tuple[int, ...] = ()) -> BurstHour:
    return BurstHour(site, Slot(START + number * HOUR), sum(BIT[m] for m in hot), sum(BIT[m] for m in gaps))


@pytest.fixture(autouse=True)
async def _remembered(history: SqlHistory) -> None:
    rows = [hour(1, 0, (0, 5)), hour(1, 2, (55,), (0, 30)), hour(2, 2, (10, 15, 20))]
    async with history.writing() as tx:
        assert tx.bursts is not None
        await tx.bursts.write(RATE, hours(0, 4), rows, {1: hours(0, 4), 2: hours(0, 4)})


async def counts(history: SqlHistory, window: Window, watch: str = RATE) -> dict[int, tuple[int, int]]:
    async with history.reading() as tx:
        assert tx.bursts is not None
        return dict(await tx.bursts.counts(watch, [1, 2, 3], window))


async def spans(history: SqlHistory, watch: str = RATE) -> dict[int, Window]:
    async with history.reading() as tx:
        assert tx.bursts is not None
        return dict(await tx.bursts.spans(watch, [1, 2, 3]))


async def test_whole_hours_are_counted_for_each_site(history: SqlHistory) -> None:
    assert await counts(history, hours(0, 4)) == {1: (3, 2), 2: (3, 0), 3: (0, 0)}
    assert await counts(history, hours(1, 2)) == {1: (0, 0), 2: (0, 0), 3: (0, 0)}
    assert await spans(history) == {1: hours(0, 4), 2: hours(0, 4)}


@pytest.mark.parametrize(
    ("start", "end", "found"),
    [
        (5 * 60, 2 * HOUR + 35 * 60, {1: (1, 2), 2: (3, 0), 3: (0, 0)}),
        (2 * HOUR + 15 * 60, 2 * HOUR + 20 * 60, {1: (0, 0), 2: (1, 0), 3: (0, 0)}),
        (2 * HOUR + 30 * 60, 3 * HOUR + 30 * 60, {1: (1, 1), 2: (0, 0), 3: (0, 0)}),
        (HOUR + 30 * 60, 2 * HOUR + 15 * 60, {1: (0, 1), 2: (1, 0), 3: (0, 0)}),
    ],
)
async def test_parts_of_hours_are_counted_to_the_bucket(
    history: SqlHistory, start: int, end: int, found: dict[int, tuple[int, int]]
) -> None:
    assert await counts(history, Window(Slot(START + start), Slot(START + end))) == found


async def test_what_is_written_takes_the_place_of_what_was_there_of_those_sites_and_hours(history: SqlHistory) -> None:
    async with history.writing() as tx:
        assert tx.bursts is not None
        await tx.bursts.write(RATE, hours(2, 5), [hour(1, 4, (0,))], {1: hours(0, 5)})
    assert await counts(history, hours(0, 6)) == {1: (3, 0), 2: (3, 0), 3: (0, 0)}
    assert (await spans(history))[1] == hours(0, 5)


async def test_watches_know_nothing_of_each_other(history: SqlHistory) -> None:
    assert await counts(history, hours(0, 4), "in 1000000") == {1: (0, 0), 2: (0, 0), 3: (0, 0)}
    assert await spans(history, "in 1000000") == {}


async def test_the_rows_of_one_site_come_in_order_with_their_bits(history: SqlHistory) -> None:
    async with history.reading() as tx:
        assert tx.bursts is not None
        found = await tx.bursts.hours(RATE, 1, hours(0, 4))
    assert found == [hour(1, 0, (0, 5)), hour(1, 2, (55,), (0, 30))]


async def test_a_recount_goes_back_as_far_as_there_are_raw_buckets(history: SqlHistory) -> None:
    async with history.writing() as tx:
        assert tx.bursts is not None
        await tx.retention.sweep(
            raw_before=Slot(START + 2 * HOUR), hourly_before=Slot(START - 9 * DAY), pulls_before=Slot(0)
        )
        await tx.bursts.recount([1])
    assert await spans(history) == {1: hours(0, 2), 2: hours(0, 4)}


async def test_a_recount_of_what_was_never_swept_begins_anew(history: SqlHistory) -> None:
    async with history.writing() as tx:
        assert tx.bursts is not None
        await tx.bursts.recount([1])
    assert await spans(history) == {2: hours(0, 4)}


async def test_what_retention_deletes_counts_as_not_looked_at(history: SqlHistory) -> None:
    later = Slot(START + 2 * DAY)
    async with history.writing() as tx:
        assert tx.bursts is not None
        await tx.bursts.write(RATE, Window(later, Slot(later + HOUR)), [], {1: Window(START, Slot(later + HOUR))})
        await tx.retention.sweep(raw_before=later, hourly_before=Slot(START + DAY), pulls_before=Slot(0))
    assert await spans(history) == {1: Window(Slot(START + DAY), Slot(later + HOUR))}
    assert await counts(history, hours(0, 4)) == {1: (0, 0), 2: (0, 0), 3: (0, 0)}
