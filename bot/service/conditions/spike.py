"""Spikes: more than is usual at this site at this time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bot.alerts.condition import ConditionRule
from bot.alerts.model import Alert, Kind
from bot.domain.block import Block
from bot.domain.usage import Direction
from bot.engine.edges import Verdicts
from bot.engine.spikes.scales import LOOK_BACK
from bot.engine.spikes.verdicts import judge_scores
from bot.rules.model import Rule, Spike
from bot.service.conditions.condition import Detail, measured
from bot.service.judging import Batch, Due


@dataclass(frozen=True, slots=True)
class Unusual:
    """More came than is usual."""

    rule: Rule
    direction: Direction
    spike: Spike

    @property
    def kind(self) -> Kind:
        return Kind.SPIKE

    @property
    def memory(self) -> int:
        return LOOK_BACK

    @property
    def measure(self) -> ConditionRule:
        return measured(self.rule, self.kind, 0)

    async def verdicts(
        self,
        batch: Batch,
        due: Sequence[Due],
        block: Block,
        since: NDArray[np.intp],
        open_alerts: Mapping[int, Alert],
    ) -> Verdicts:
        scores = await batch.scores(due, block, since)
        place = scores.directions.index(self.direction)
        was_open = np.array([one.site.key in open_alerts for one in due], np.bool_)
        return judge_scores(scores, place, self.spike, was_open, since)

    def kept(self, alert: Alert, value: int, until: int) -> Detail:  # noqa: ARG002
        return alert.detail
