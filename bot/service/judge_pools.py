"""Rules whose sites count together: judged whenever any of the sites has something new."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from bot.alerts.model import AlertKey, Kind
from bot.domain.block import Block
from bot.domain.times import HOUR, Slot, Window, floor
from bot.domain.usage import Direction
from bot.rules.contracts import Contract, contract
from bot.rules.model import Percentile, Quota
from bot.service.judge_forecasts import judge_pool_forecast
from bot.service.judge_pool_paces import judge_pool_pace
from bot.service.judge_pool_percentiles import judge_pool_percentile
from bot.service.judging import Batch, keys_of
from bot.service.pools import Pool
from bot.service.ports import Transaction
from bot.service.quotas.books import Books
from bot.service.quotas.case import Case, judge_case
from bot.service.quotas.conclude import conclude
from bot.service.quotas.gaps import Gaps
from bot.service.quotas.periods import periods_of
from bot.service.quotas.pooled import Pooled, Together, counted_together
from bot.service.quotas.recorded import Records


@dataclass(frozen=True, slots=True)
class _Shared:
    """A pool's quota."""

    pool: Pool
    quota: Quota
    contract: Contract

    def key(self, direction: Direction, period: Window) -> AlertKey:
        return AlertKey(self.pool.holder.workspace, self.pool.rule.name, Kind.QUOTA, None, direction, period)

    def case(self, direction: Direction, period: Window) -> Case:
        pool, key = self.pool, self.key(direction, period)
        return Case(pool.rule, self.quota, self.contract, key, period, pool.dirty_from, pool.until, pool.seen)

    def knows(self, period: Window, step: int) -> bool:
        """The history of every site is complete, or given up; of a site never heard of, nothing is waited for."""
        by_site = {one.site.key: one for one in self.pool.due}
        parts = self.contract.parts(period, min(self.pool.seen, period.end), step)
        return all(by_site[site].knows(part.since) for part in parts for site in part.sites if site in by_site)

    def is_due(self, direction: Direction, period: Window, records: Records, step: int) -> bool:
        """A site that joins a pool that people heard of does not hold it back until its own history is complete."""
        return self.key(direction, period) in records.by_key or self.knows(period, step)


async def judge_pool(
    tx: Transaction, pool: Pool, at: Slot | None, watched_since: Mapping[str, Slot], step: int
) -> Batch:
    """Judge one pool; what happened is noted on the batch. `step` is the seconds of a bucket, the rest as of Batch."""
    first = Slot(min(pool.dirty_from, pool.seen - step))
    window = Window(floor(first, HOUR), pool.seen)
    nothing = Block.unknown(np.array([], np.int64), window, step)
    batch = Batch(tx, pool.due, nothing, at, watched_since)
    if isinstance(pool.rule.judge, Quota):
        shared = _Shared(pool, pool.rule.judge, contract(pool.rule.judge, pool.holder))
        await _judge_quota(batch, shared, first)
        await judge_pool_forecast(batch, pool.rule, shared.quota, shared.contract, pool.judged_until, pool.until)
        await judge_pool_pace(batch, pool, shared.quota, shared.contract)
    elif isinstance(pool.rule.judge, Percentile):
        await judge_pool_percentile(batch, pool, pool.rule.judge)
    return batch


async def _judge_quota(batch: Batch, shared: _Shared, first: Slot) -> None:
    pool, own, step = shared.pool, shared.contract, batch.block.step
    periods = periods_of(own.calendar, Window(first, pool.seen), step)
    found = await batch.tx.alerts.overlapping(Kind.QUOTA, [None], first)
    recorded = {alert.key: [alert] for alert in found if alert.key.workspace == own.holder.workspace}
    rows = counted_together(own, periods, pool.seen, step)
    for direction in pool.rule.directions:
        records = Records.of(recorded, pool.rule, direction)
        cases = [shared.case(direction, one) for one in periods if shared.is_due(direction, one, records, step)]
        if cases:
            await _judge(batch, shared, cases, records, rows, direction)


async def _judge(
    batch: Batch,
    shared: _Shared,
    cases: Sequence[Case],
    records: Records,
    rows: Sequence[Together],
    direction: Direction,
) -> None:
    window = Window(batch.block.start, batch.block.end)
    pooled, gaps = Pooled(batch, window), None
    if shared.quota.possible:
        asked = Window(min(window.start, cases[0].period.start), window.end)
        gaps = await Gaps.read(batch.tx, keys_of(batch.due), asked, batch.block.step, direction)
    ledger = await pooled.ledger(rows, direction, gaps)
    place = {sites: row for row, sites in enumerate(rows)}
    since = {one.site.key: one.known_from for one in batch.due}

    def knows(site: int, slot: Slot) -> bool:
        return site not in since or since[site] <= slot

    books = Books(ledger, direction, pooled.asked, place.__getitem__, knows, gaps)
    judged = []
    for case in cases:
        said = await judge_case(books, case, as_it_went=batch.at is None)
        if said is not None and (case.key in records.by_key or any(one.reached for one in said.standings)):
            judged.append((case, await pooled.with_shares(said, case, direction)))
    await conclude(batch, books, records, judged)
