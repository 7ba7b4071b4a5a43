"""What is kept of each site's usual, and how often its past was judged again."""

from __future__ import annotations

from bot.domain.times import DAY, Slot
from bot.history.store import SqlHistory
from bot.service.ports import Baseline, Progress
from tests.history.given import even, slot, write

NOON = Slot(20_000 * DAY + DAY // 2)
MIDNIGHT, LATER = Slot(20_000 * DAY), Slot(20_001 * DAY)
EVERY_BYTE = bytes(range(256))


def of(until: Slot, value: bytes = EVERY_BYTE) -> Baseline:
    return Baseline(Slot(MIDNIGHT - 40 * DAY), until, value)


async def test_what_is_kept_of_a_site_is_replaced_moved_back_and_forgotten(history: SqlHistory) -> None:
    async with history.writing() as tx:
        await tx.baselines.save({2: of(MIDNIGHT), 1: of(LATER), 3: of(LATER, b"")})
        await tx.baselines.save({2: of(LATER, b"newer")})
    async with history.writing() as tx:
        await tx.baselines.go_back({1: MIDNIGHT, 2: Slot(LATER + DAY), 7: MIDNIGHT})
        await tx.baselines.forget([3, 8])
    async with history.reading() as tx:
        assert await tx.baselines.load([1, 2, 3, 4]) == {1: of(MIDNIGHT), 2: of(LATER, b"newer")}
    async with history.writing() as tx:
        await tx.baselines.clear()
    async with history.reading() as tx:
        assert await tx.baselines.load([1, 2]) == {}


async def test_a_site_counts_how_often_it_was_judged_again(history: SqlHistory) -> None:
    row = Progress(1, NOON, Slot(NOON + 900), NOON)
    async with history.writing() as tx:
        await tx.progress.save([row, Progress(2, NOON, Slot(NOON + 900), NOON, rewound=5)])
        for dirty_from in (NOON, Slot(NOON + 900), Slot(NOON + 600), None):
            stored = (await tx.progress.all())[1]
            until = Slot(NOON + 900)
            again = Progress(1, NOON, until, dirty_from, stored.judged_until, rewound=stored.rewound)
            await tx.progress.save([again])
            await tx.progress.mark_judged({1: until})
        counts = {site: one.rewound for site, one in (await tx.progress.all()).items()}
    assert counts == {1: 1, 2: 5}


async def test_the_earliest_bucket_of_all_sites_is_where_the_buckets_begin(history: SqlHistory) -> None:
    async with history.reading() as tx:
        assert await tx.buckets.begin() is None
    await write(history, even(1, range(3, 6)), even(2, range(4, 9)))
    async with history.reading() as tx:
        assert await tx.buckets.begin() == slot(3)
