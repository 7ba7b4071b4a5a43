"""Whatever was written, in whatever order: rollups are the sums of raw buckets, and usage is exact."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.times import DAY, HOUR, Slot, Window, floor
from bot.domain.usage import Usage
from bot.history.store import SqlHistory
from bot.service.ports import Grain, Reading
from tests.history.given import START, STEP, reading, slot, window, write

SITES = (1, 2)
LAST = 3 * 288
amounts = st.tuples(st.integers(0, 10**14), st.integers(0, 10**14))
indexes = st.one_of(st.integers(0, 30), st.integers(270, 300), st.integers(0, LAST - 1))
readings = st.builds(reading, st.sampled_from(SITES), st.dictionaries(indexes, amounts, max_size=12))
calls = st.lists(st.lists(readings, max_size=3), max_size=5)
ends = st.tuples(st.integers(0, LAST), st.integers(0, LAST)).filter(lambda both: both[0] != both[1])
Model = dict[tuple[int, int], tuple[int, int]]


def model_of(calls: Sequence[Sequence[Reading]]) -> Model:
    """What is known in the end: the last word on each (site, slot)."""
    every = [(one.site, bucket) for call in calls for one in call for bucket in one.buckets]
    return {(site, bucket.slot): (bucket.in_bytes, bucket.out_bytes) for site, bucket in every}


def naive(model: Model, site: int, of: Window, expected: int = 0) -> Usage:
    known = [both for (owner, at), both in model.items() if owner == site and at in of]
    return Usage(sum(i for i, _ in known), sum(o for _, o in known), sum(map(max, known)), len(known), expected)


async def check(calls: Sequence[Sequence[Reading]], windows: Sequence[tuple[int, int]]) -> None:
    history, model = SqlHistory("sqlite://"), model_of(calls)
    await history.open()
    for call in calls:
        await write(history, *call, judged_until={1: slot(100)})
    async with history.reading() as t:
        for first, last in (sorted(pair) for pair in windows):
            usage = await t.buckets.usage(SITES, window(first, last), STEP)
            assert usage == {site: naive(model, site, window(first, last), last - first) for site in SITES}
        for grain, span in ((Grain.HOURLY, HOUR), (Grain.DAILY, DAY)):
            for site in SITES:
                starts = sorted({floor(at, span) for owner, at in model if owner == site})
                sums = [(at, naive(model, site, Window(at, Slot(at + span)))) for at in starts]
                assert await t.buckets.series(site, Window(START, slot(LAST)), grain) == sums
    await history.close()


@given(calls, st.lists(ends, min_size=1, max_size=4))
@settings(max_examples=60, deadline=None)
def test_rollups_are_the_sums_of_raw_buckets_and_usage_is_exact(
    calls: list[list[Reading]], windows: list[tuple[int, int]]
) -> None:
    asyncio.run(check(calls, windows))
