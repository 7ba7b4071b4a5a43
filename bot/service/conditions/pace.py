"""Pace: a quota is being used up much faster than evenly, over a long span and a short one both."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

import numpy as np
from numpy.typing import NDArray

from bot.alerts.condition import ConditionRule
from bot.alerts.model import Alert, Kind
from bot.domain.block import Block
from bot.domain.usage import Direction
from bot.engine.edges import Verdicts
from bot.engine.pace import LARGEST, Burning, counted_level, judge_pace, pace_level
from bot.engine.threshold import buckets_in
from bot.engine.trailing import Trailing
from bot.rules.kinds import Pace
from bot.rules.model import Quota, Rule
from bot.service.conditions.condition import Judged, measured
from bot.service.conditions.granted import Piece, pieces
from bot.service.conditions.trailing import sums_of
from bot.service.judging import Batch, Due


@dataclass(frozen=True, slots=True)
class Burns:
    """Usage is faster than a multiple of even pace."""

    rule: Rule
    direction: Direction
    quota: Quota
    step: int

    @property
    def kind(self) -> Kind:
        return Kind.PACE

    @property
    def memory(self) -> int:
        return max(self._seconds(pair.long) for pair in self.quota.pace)

    @property
    def goes_on(self) -> bool:
        return False

    @property
    def measure(self) -> ConditionRule:
        details = [
            {"factor": str(pair.factor), "long": self._seconds(pair.long), "short": self._seconds(pair.short)}
            for pair in self.quota.pace
        ]
        return measured(self.rule, self.kind, 0, details=details)

    async def verdicts(
        self,
        batch: Batch,
        due: Sequence[Due],
        block: Block,
        since: NDArray[np.intp],
        open_alerts: Mapping[int, Alert],  # noqa: ARG002 - as the other kinds'
    ) -> Judged:
        spans = self._spans()
        sums = {span: await sums_of(batch, block, self.direction, span, int(since.min())) for span in spans}
        grants = await pieces(batch, self.quota, self.direction, due, block, since)
        return Judged(_billed(self._judge(sums, grants, due, block), due))

    def _spans(self) -> list[int]:
        return sorted({self._seconds(span) for pair in self.quota.pace for span in (pair.long, pair.short)})

    def _judge(
        self, sums: Mapping[int, Trailing], grants: Sequence[Piece], due: Sequence[Due], block: Block
    ) -> Verdicts:
        return judge_pace([self._burning(pair, sums, grants, due, block) for pair in self.quota.pace])

    def _seconds(self, span: timedelta) -> int:
        return buckets_in(span, self.step) * self.step

    def _burning(
        self, pair: Pace, sums: Mapping[int, Trailing], grants: Sequence[Piece], due: Sequence[Due], block: Block
    ) -> Burning:
        long, short = self._seconds(pair.long), self._seconds(pair.short)
        levels = [np.full(block.known.shape, LARGEST, np.int64) for _ in (long, short)]
        for piece in grants:
            for level, span in zip(levels, (long, short), strict=True):
                most = counted_level(pace_level(piece.limit, piece.period, span, pair.factor), piece.factor)
                level[piece.row, piece.first : piece.end] = most
        begun = np.array([item.known_from + short for item in due], np.int64)[:, None]
        ends = block.start + np.arange(1, block.length + 1) * block.step
        return Burning(sums[long], sums[short], levels[0], levels[1], ends >= begun)


def _billed(verdicts: Verdicts, due: Sequence[Due]) -> Verdicts:
    """Values and limits as the carrier counts, for showing: what was judged is counted bytes."""
    values, limits = verdicts.values.copy(), verdicts.limits
    assert limits is not None  # noqa: S101 - pace has a limit for every bucket
    limits = limits.copy()
    for row, item in enumerate(due):
        factor = item.site.billing_factor
        if factor != 1:
            for numbers in (values, limits):
                whole, rest = np.divmod(numbers[row], factor.denominator)
                numbers[row] = whole * factor.numerator + rest * factor.numerator // factor.denominator
    return replace(verdicts, values=values, limits=limits)
