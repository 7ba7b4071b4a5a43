"""What is stored of usage, and what comes out of it."""

from __future__ import annotations

import numpy as np

from bot.domain.times import DAY, HOUR, Slot, Window
from bot.domain.usage import Bucket, Usage
from bot.service.ports import Grain, History
from tests.history.given import START, STEP, even, reading, slot, window, write

IN_MEMORY_TOO = True


async def test_a_block_has_its_rows_in_the_order_asked_and_masks_what_is_unknown(history: History) -> None:
    await write(history, reading(7, {0: (1, 2), 2: (3, 4)}), reading(3, {1: (5, 6)}))
    async with history.reading() as t:
        block = await t.buckets.block(np.array([7, 3, 5]), window(0, 3), STEP)
    assert block.known.tolist() == [[True, False, True], [False, True, False], [False] * 3]
    assert block.in_bytes.tolist() == [[1, 0, 3], [0, 5, 0], [0, 0, 0]]
    assert block.out_bytes.tolist() == [[2, 0, 4], [0, 6, 0], [0, 0, 0]]
    assert (block.start, block.step) == (START, STEP)


async def test_a_block_is_exact_where_floating_point_is_not(history: History) -> None:
    largest = 2**61 - 1
    await write(history, reading(1, {0: (largest, 2**53 + 1), 1: (0, largest)}))
    async with history.reading() as t:
        block = await t.buckets.block(np.array([1]), window(0, 2), STEP)
        nothing = await t.buckets.block(np.array([1]), window(2, 3), STEP)
    assert (block.in_bytes.tolist(), block.out_bytes.tolist()) == ([[largest, 0]], [[2**53 + 1, largest]])
    assert not nothing.known.any()


async def test_writing_tells_the_earliest_slot_that_was_new_or_changed(history: History) -> None:
    assert await write(history, even(1, range(4)), even(2, [2])) == {1: slot(0), 2: slot(2)}
    assert await write(history, reading(1, {0: (5, 3), 2: (9, 9), 3: (9, 9)}), even(2, [2])) == {1: slot(2)}


async def test_the_same_readings_again_write_nothing(history: History) -> None:
    first = await write(history, even(1, range(20)))
    again = await write(history, even(1, range(20)), judged_until={1: slot(20)})
    async with history.reading() as t:
        usage = await t.buckets.usage([1], window(0, 20), STEP)
        revisions = await t.buckets.revisions(1, window(0, 20))
    assert (first, again, revisions) == ({1: slot(0)}, {}, [])
    assert usage[1] == Usage(100, 60, 100, 20, 20)


async def test_zero_bytes_are_known_and_a_gap_is_not(history: History) -> None:
    assert await write(history, reading(1, {0: (0, 0)})) == {1: slot(0)}
    async with history.reading() as t:
        usage = await t.buckets.usage([1, 2], window(0, 2), STEP)
    assert usage == {1: Usage(known=1, expected=2), 2: Usage(known=0, expected=2)}


async def test_of_two_readings_of_one_bucket_the_later_counts(history: History) -> None:
    await write(history, reading(1, {0: (1, 1)}), reading(1, {0: (2, 2)}))
    async with history.reading() as t:
        assert (await t.buckets.usage([1], window(0, 1), STEP))[1] == Usage(2, 2, 2, 1, 1)


async def test_only_a_bucket_that_changes_after_it_was_judged_is_a_revision(history: History) -> None:
    judged = {1: slot(2)}
    await write(history, even(1, [0, 2]))
    await write(history, reading(1, {0: (7, 7), 1: (8, 8), 2: (9, 9)}), judged_until=judged, seen_at=50)
    await write(history, reading(1, {0: (1, 1)}), judged_until=judged, seen_at=60)
    async with history.reading() as t:
        assert await t.buckets.revisions(1, window(0, 3)) == [
            (Slot(50), Bucket(slot(0), 5, 3), Bucket(slot(0), 7, 7)),
            (Slot(60), Bucket(slot(0), 7, 7), Bucket(slot(0), 1, 1)),
        ]
        assert await t.buckets.revisions(1, window(1, 3)) == []


async def test_series_are_whole_hours_and_utc_days_that_start_inside_the_window(history: History) -> None:
    await write(history, even(1, range(288 + 12)), even(2, range(5)))
    async with history.reading() as t:
        hourly = await t.buckets.series(1, Window(Slot(START + 1), Slot(START + 3 * HOUR)), Grain.HOURLY)
        daily = await t.buckets.series(1, Window(START, Slot(START + 5 * DAY)), Grain.DAILY)
    assert hourly == [(START + HOUR * n, Usage(60, 36, 60, 12)) for n in (1, 2)]
    assert daily == [(START, Usage(1440, 864, 1440, 288)), (START + DAY, Usage(60, 36, 60, 12))]


async def test_hours_are_matrices_of_sums_with_how_many_buckets_are_known(history: History) -> None:
    await write(history, even(7, range(11, 25)), reading(3, {12: (1, 10), 13: (10, 1)}))
    async with history.reading() as t:
        hours = await t.buckets.hours(np.array([7, 3, 5]), Window(START, Slot(START + 3 * HOUR)))
    assert (hours.start, hours.sites.tolist()) == (START, [7, 3, 5])
    assert hours.known.tolist() == [[1, 12, 1], [0, 2, 0], [0, 0, 0]]
    assert hours.in_bytes.tolist() == [[5, 60, 5], [0, 11, 0], [0, 0, 0]]
    assert hours.out_bytes.tolist() == [[3, 36, 3], [0, 11, 0], [0, 0, 0]]
    assert hours.max_bytes.tolist() == [[5, 60, 5], [0, 20, 0], [0, 0, 0]]


async def test_usage_sums_the_larger_direction_of_each_bucket(history: History) -> None:
    await write(history, reading(1, {0: (1, 10), 1: (10, 1), 12: (4, 5), 13: (6, 5)}))
    async with history.reading() as t:
        assert (await t.buckets.usage([1], window(0, 24), STEP))[1].max_bytes == 31
        assert (await t.buckets.usage([1], window(1, 13), STEP))[1] == Usage(14, 6, 15, 2, 12)


async def test_sites_whose_buckets_lie_far_apart_are_written_in_one_call(history: History) -> None:
    far = [even(site, range(site * 500, site * 500 + 3)) for site in range(1, 30)]
    await write(history, *far)
    assert await write(history, *far) == {}
    async with history.reading() as t:
        usage = await t.buckets.usage(range(1, 30), window(0, 30 * 500), STEP)
    assert {one.in_bytes for one in usage.values()} == {15}


async def test_writing_nothing_changes_nothing(history: History) -> None:
    assert await write(history) == {}
    assert await write(history, even(1, [])) == {}
    async with history.reading() as t:
        assert await t.buckets.usage([], window(0, 1), STEP) == {}
        assert (await t.buckets.block(np.array([], np.int64), window(0, 2), STEP)).known.shape == (0, 2)
