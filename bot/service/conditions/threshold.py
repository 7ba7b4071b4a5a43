"""Thresholds: more, or less, than so many bytes in the last `within`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bot.alerts.condition import ConditionRule
from bot.alerts.model import Alert, Kind
from bot.domain.block import Block
from bot.domain.usage import Direction
from bot.engine.threshold import buckets_in, judge_sums
from bot.rules.model import Rule, Threshold
from bot.service.conditions.condition import Judged, measured
from bot.service.conditions.trailing import sums_of
from bot.service.judging import Batch, Due


@dataclass(frozen=True, slots=True)
class Passed:
    """A limit was passed."""

    rule: Rule
    direction: Direction
    threshold: Threshold
    step: int

    @property
    def kind(self) -> Kind:
        return Kind.THRESHOLD

    @property
    def memory(self) -> int:
        return buckets_in(self.threshold.within, self.step) * self.step

    @property
    def goes_on(self) -> bool:
        return False

    @property
    def measure(self) -> ConditionRule:
        return measured(self.rule, self.kind, self.threshold.limit, under=self.threshold.under)

    async def verdicts(
        self,
        batch: Batch,
        due: Sequence[Due],  # noqa: ARG002
        block: Block,
        since: NDArray[np.intp],
        open_alerts: Mapping[int, Alert],  # noqa: ARG002 - as the other kinds'
    ) -> Judged:
        sums = await sums_of(batch, block, self.direction, self.memory, int(since.min()))
        return Judged(judge_sums(sums, self.threshold))
