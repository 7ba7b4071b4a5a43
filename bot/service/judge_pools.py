"""Quota rules whose sites share one quota: judged whenever any of the sites has something new."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from bot.alerts.model import AlertKey, Kind
from bot.domain.block import Block
from bot.domain.times import HOUR, Slot, Window, floor
from bot.domain.usage import Direction
from bot.rules.contracts import Contract, contract, holders
from bot.rules.model import Quota, Rule
from bot.service.fleet import Fleet
from bot.service.judge_forecasts import judge_pool_forecast
from bot.service.judging import Batch, Due, keys_of
from bot.service.ports import Progress, Transaction
from bot.service.quotas.books import Books
from bot.service.quotas.case import Case, judge_case
from bot.service.quotas.conclude import conclude
from bot.service.quotas.gaps import Gaps
from bot.service.quotas.periods import periods_of
from bot.service.quotas.pooled import Pooled, Together, common_end, counted_together
from bot.service.quotas.recorded import Records


@dataclass(frozen=True, slots=True)
class Pool:
    """A rule's pool in one workspace. `due` are its sites that anything is known of; `dirty_from` is the first bucket
    of any of them that is new."""

    rule: Rule
    quota: Quota
    contract: Contract
    due: Sequence[Due]
    dirty_from: Slot

    @property
    def seen(self) -> Slot:
        """The end of the newest data of any site."""
        return max(one.until for one in self.due)

    @property
    def until(self) -> Slot:
        """Where the data of all sites reach, but of those that are far behind."""
        return common_end([one.until for one in self.due])[0]

    @property
    def judged_until(self) -> Slot:
        """As `until`, of what was judged before."""
        return common_end([one.judged_until or one.dirty_from for one in self.due])[0]

    def key(self, direction: Direction, period: Window) -> AlertKey:
        return AlertKey(self.contract.holder.workspace, self.rule.name, Kind.QUOTA, None, direction, period)

    def knows(self, period: Window, step: int) -> bool:
        """The history of every site is complete, or given up; of a site never heard of, nothing is waited for."""
        by_site = {one.site.key: one for one in self.due}
        parts = self.contract.parts(period, min(self.seen, period.end), step)
        return all(by_site[site].knows(part.since) for part in parts for site in part.sites if site in by_site)


def members(fleet: Fleet, progress: Mapping[int, Progress]) -> list[tuple[Due, bool]]:
    """Every site that anything is known of, and whether something of it is new."""
    found = []
    for site in fleet.sites:
        row = progress.get(site.key)
        if row is not None and row.watermark is not None and row.known_from is not None:
            first = row.dirty_from if row.dirty_from is not None else row.watermark
            ends = (first, row.watermark, row.known_from, row.judged_from, row.judged_until)
            found.append((Due(site, *ends, row.gave_up_before), row.dirty_from is not None))
    return found


def pools(fleet: Fleet, sites: Sequence[tuple[Due, bool]]) -> list[Pool]:
    """The pools of which any site has something new. `sites` as `members` gives them."""
    by_site = {due.site.key: (due, is_new) for due, is_new in sites}
    found = []
    for rule in fleet.configuration.rules:
        if not isinstance(rule.judge, Quota) or not rule.judge.pool:
            continue
        matched = [site for site in fleet.sites if rule.sites.matches(site)]
        for holder in holders(rule.judge, matched, fleet.configuration.timezone):
            mine = [by_site[site.key] for site in holder.sites if site.key in by_site]
            fresh = [due.dirty_from for due, is_new in mine if is_new]
            own = contract(rule.judge, holder)
            if fresh and own.has_quota:
                found.append(Pool(rule, rule.judge, own, [due for due, _ in mine], min(fresh)))
    return found


async def judge_pool(
    tx: Transaction, pool: Pool, at: Slot | None, watched_since: Mapping[str, Slot], step: int
) -> Batch:
    """Judge one pool; what happened is noted on the batch. `step` is the seconds of a bucket, the rest as of Batch."""
    first = Slot(min(pool.dirty_from, pool.seen - step))
    window = Window(floor(first, HOUR), pool.seen)
    nothing = Block.unknown(np.array([], np.int64), window, step)
    batch = Batch(tx, pool.due, nothing, at, watched_since)
    periods = periods_of(pool.contract.calendar, Window(first, pool.seen), step)
    found = await tx.alerts.overlapping(Kind.QUOTA, [None], first)
    recorded = {alert.key: [alert] for alert in found if alert.key.workspace == pool.contract.holder.workspace}
    rows = counted_together(pool.contract, periods, pool.seen, step)
    for direction in pool.rule.directions:
        records = Records.of(recorded, pool.rule, direction)
        cases = [_case(pool, direction, one) for one in periods if _is_due(pool, direction, one, records, step)]
        if cases:
            await _judge(batch, pool, cases, records, rows, direction)
    await judge_pool_forecast(batch, pool.rule, pool.quota, pool.contract, pool.judged_until, pool.until)
    return batch


def _is_due(pool: Pool, direction: Direction, period: Window, records: Records, step: int) -> bool:
    """A site that joins a pool that people heard of does not hold it back until its own history is complete."""
    return pool.key(direction, period) in records.by_key or pool.knows(period, step)


def _case(pool: Pool, direction: Direction, period: Window) -> Case:
    key = pool.key(direction, period)
    return Case(pool.rule, pool.quota, pool.contract, key, period, pool.dirty_from, pool.until, pool.seen)


async def _judge(
    batch: Batch, pool: Pool, cases: Sequence[Case], records: Records, rows: Sequence[Together], direction: Direction
) -> None:
    window = Window(batch.block.start, batch.block.end)
    pooled, gaps = Pooled(batch, window), None
    if pool.quota.possible:
        asked = Window(min(window.start, cases[0].period.start), window.end)
        gaps = await Gaps.read(batch.tx, keys_of(pool.due), asked, batch.block.step, direction)
    ledger = await pooled.ledger(rows, direction, gaps)
    place = {sites: row for row, sites in enumerate(rows)}
    since = {one.site.key: one.known_from for one in pool.due}

    def knows(site: int, slot: Slot) -> bool:
        return site not in since or since[site] <= slot

    books = Books(ledger, direction, pooled.asked, place.__getitem__, knows, gaps)
    judged = []
    for case in cases:
        said = await judge_case(books, case, as_it_went=batch.at is None)
        if said is not None and (case.key in records.by_key or any(one.reached for one in said.standings)):
            judged.append((case, await pooled.with_shares(said, case, direction)))
    await conclude(batch, books, records, judged)
