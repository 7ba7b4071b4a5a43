"""Spikes: more than is usual at this site at this time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
from numpy.typing import NDArray

from bot.alerts.condition import ConditionRule
from bot.alerts.model import Alert, Kind
from bot.alerts.spike import ending, judged_on
from bot.domain.block import Block
from bot.domain.usage import Direction
from bot.engine.spikes.course import Course
from bot.engine.spikes.seen import LOOK_BACK
from bot.engine.spikes.verdicts import bars_of, judge_scores
from bot.rules.model import Rule, Spike
from bot.service.conditions.condition import Judged, measured
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
    def goes_on(self) -> bool:
        return True

    @property
    def measure(self) -> ConditionRule:
        return replace(measured(self.rule, self.kind, 0), ending=ending)

    async def verdicts(
        self,
        batch: Batch,
        due: Sequence[Due],
        block: Block,
        since: NDArray[np.intp],
        open_alerts: Mapping[int, Alert],
    ) -> Judged:
        scores = await batch.scores(due, block, since)
        place = scores.directions.index(self.direction)
        going_on = {site for site, alert in open_alerts.items() if not alert.cleared}
        was_on = np.array([one.site.key in going_on for one in due], np.bool_)
        tells = bars_of(scores, place, self.spike, len(self.rule.directions))
        verdicts = judge_scores(scores, place, self.spike, tells, was_on, since)

        @cache
        def course(row: int) -> Course:
            return Course.of(scores, verdicts, block, row, place, tells)

        return Judged(verdicts, lambda alert, row, column: judged_on(alert, course(row), column))
