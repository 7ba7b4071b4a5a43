"""The pace of a quota that sites share: what all of them used, as billed, against the grant of their pool."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from bot.alerts.model import Alert, Kind
from bot.domain.block import Block
from bot.domain.times import HOUR, Slot, Window, floor
from bot.engine.trailing import Trailing
from bot.rules.contracts import Contract
from bot.rules.model import Quota
from bot.service.conditions import Judged
from bot.service.conditions.granted import Piece
from bot.service.conditions.pace import Burns
from bot.service.conditions.trailing import sums_of
from bot.service.counting import granted
from bot.service.judge_conditions import judge_rows
from bot.service.judging import POOL, Batch, Due
from bot.service.pools import Pool
from bot.service.quotas.periods import periods_of
from bot.service.quotas.pooled import Pooled
from bot.service.summed import Groups

PLAIN = Fraction(1)
"""Of grants and sums that are as billed already."""


async def judge_pool_pace(batch: Batch, pool: Pool, quota: Quota, own: Contract) -> None:
    """Judge it as far as the data of all sites reach; what happened is noted on the batch."""
    if not quota.pace:
        return
    found = await batch.tx.alerts.overlapping(Kind.PACE, [None], min(pool.dirty_from, pool.judged_until))
    theirs = (own.holder.workspace, pool.rule.name)
    for direction in pool.rule.directions:
        recorded = [
            alert
            for alert in found
            if (*theirs, direction) == (alert.key.workspace, alert.key.rule, alert.key.direction)
        ]
        due = pool.as_one(recorded)
        if due.dirty_from < due.until:
            window = Window(floor(due.dirty_from, HOUR), due.until)
            block = Block.unknown(np.array([POOL], np.int64), window, batch.block.step)
            condition = _BurnsTogether(pool.rule, direction, quota, batch.block.step, own)
            by_key = {recorded[0].key: recorded} if recorded else {}
            await judge_rows(batch, condition, block, [due], by_key)


@dataclass(frozen=True, slots=True)
class _BurnsTogether(Burns):
    """As `Burns`, of the pool whose sites are the batch's."""

    contract: Contract

    async def verdicts(
        self,
        batch: Batch,
        due: Sequence[Due],
        block: Block,
        since: NDArray[np.intp],
        open_alerts: Mapping[int, Alert],  # noqa: ARG002 - as the other kinds'
    ) -> Judged:
        first = int(since[0])
        factors = sorted({one.site.billing_factor for one in batch.due})
        groups = [[one for one in batch.due if one.site.billing_factor == factor] for factor in factors]
        source = Groups(batch, groups, self.direction)
        own = await source.read(source.keys, Window(block.start, block.end))
        sums = {span: await sums_of(source, own, self.direction, span, first) for span in self._spans()}
        billed = {span: _billed_together(each, factors) for span, each in sums.items()}
        return Judged(self._judge(billed, await self._grants(batch, due[0], block, first), due, block))

    async def _grants(self, batch: Batch, due: Due, block: Block, first: int) -> list[Piece]:
        """Of the columns from `first` on."""
        step, start, until = block.step, Slot(block.start + first * block.step), min(due.until, block.end)
        if start >= until:
            return []
        new, known = Window(start, until), {one.site.key: one.known_from for one in batch.due}
        asked, found = Pooled(batch, new).asked, list[Piece]()

        def knows(site: int, slot: Slot) -> bool:
            return site not in known or known[site] <= slot

        for period in periods_of(self.contract.calendar, new, step):
            grant = await granted(asked, self.contract, self.direction, period, step, knows)
            inside = period.overlap(new)
            for window, limit in grant.pieces(inside, step) if grant is not None and inside is not None else ():
                found.append(Piece(0, block.column(window.start), block.column(window.end), period, limit, PLAIN))
        return found


def _billed_together(sums: Trailing, factors: Sequence[Fraction]) -> Trailing:
    """Each row as billed by its factor, rounded down, and all of them in one."""
    used = np.zeros((1, sums.used.shape[1]), np.int64)
    for row, factor in enumerate(factors):
        whole, rest = np.divmod(sums.used[row], factor.denominator)
        used[0] += whole * factor.numerator + rest * factor.numerator // factor.denominator
    whole = np.logical_and.reduce(sums.whole, axis=0, keepdims=True)
    return Trailing(used, whole, sums.width)
