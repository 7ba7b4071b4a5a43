"""Percentile rules whose sites count together: they are summed bucket by bucket, and the sums are ranked.

A bucket of the pool is a burst where what is known of its sites is over the rate already; it is a gap where some site
is not known, and what is known is not.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bot.alerts.model import AlertKey, Kind
from bot.domain.block import Block
from bot.domain.times import HOUR, Slot, Window, floor
from bot.engine.percentile import Marks
from bot.rules.model import Percentile
from bot.service.bursts import Bursts
from bot.service.judge_percentiles import judge_marks
from bot.service.judging import POOL, Batch, Due
from bot.service.pools import Pool
from bot.service.quotas.periods import periods_of
from bot.service.summed import summed


@dataclass(frozen=True, slots=True)
class _BurstsTogether(Bursts):
    """As `Bursts`, of the pool whose sites are `members`. Other sites make another watch, that is counted anew."""

    sites: Batch
    members: Sequence[Due]

    @property
    def watch(self) -> str:
        keys = ",".join(str(one.site.key) for one in sorted(self.members, key=lambda one: one.site.key))
        return f"{self.direction} {self.rate} pool {hashlib.sha256(keys.encode()).hexdigest()[:16]}"

    async def marks(self, batch: Batch, sites: Sequence[int], window: Window, until: NDArray[np.int64]) -> Marks:  # noqa: ARG002
        begin = min(one.known_from for one in self.members)
        found = await summed(self.sites, self.members, window, self.direction, begin)
        step = self.sites.block.step
        starts = window.start + np.arange(len(found.used)) * step
        hot = found.used * 8 > self.rate * step
        gaps = ~found.known & ~hot & (starts < until[0])
        return Marks(window.start, step, hot[None, :], gaps[None, :])


async def judge_pool_percentile(batch: Batch, pool: Pool, percentile: Percentile) -> None:
    """Judge it for the pool whose sites are the batch's; what happened is noted on the batch."""
    step, due = batch.block.step, pool.as_one()
    first = min(due.dirty_from, Slot(due.until - step))
    found = await batch.tx.alerts.overlapping(Kind.PERCENTILE, [None], first)
    theirs = (pool.holder.workspace, pool.rule.name)
    recorded = {one.key: [one] for one in found if theirs == (one.key.workspace, one.key.rule)}
    window = Window(floor(first, HOUR), pool.seen)
    frame = Block.unknown(np.array([POOL], np.int64), window, step)
    together = Batch(batch.tx, [due], frame, batch.at, batch.watched_since)
    all_periods = periods_of(percentile.calendar_of(due.site), Window(first, due.until), step)
    for direction in pool.rule.directions:
        keys = {one: AlertKey(*theirs, Kind.PERCENTILE, None, direction, one) for one in all_periods}
        periods = [one for one in all_periods if keys[one] in recorded or _knows(pool.due, one.start)]
        members = [one for one in pool.due if periods and one.knows(periods[0].start)]
        if members:
            bursts = _BurstsTogether(percentile.rate, direction, batch, members)
            marks = await bursts.marks(together, [POOL], window, np.array([due.until], np.int64))
            await judge_marks(together, pool.rule, bursts, marks, periods, recorded)
    batch.note(together.alerts, together.moves)


def _knows(due: Sequence[Due], slot: Slot) -> bool:
    """A site that joins a pool that people heard of does not count until its own history is complete."""
    return all(one.knows(slot) for one in due)
