"""The life of a percentile's alert within one billing period: a quota's, with burst time in the place of bytes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from bot.alerts.model import Alert
from bot.alerts.quota import QuotaStanding
from bot.domain.times import Slot
from bot.engine.percentile import burst_level


@dataclass(frozen=True, slots=True)
class BurstStanding(QuotaStanding):
    """What the data says of one percentile in one period now: `used` and `limit` are seconds of burst time.

    What is allowed rises where late data fills gaps, so a step can be withdrawn that no bucket took back.
    """

    def withdrawn(self, alert: Alert) -> Mapping[Fraction, Slot]:
        """Told steps that were reached by the same rule's last judgement, and are not now."""
        if alert.rule_version != self.rule_version:
            return {}
        return {
            step: end
            for step, end in alert.steps.items()
            if step in self.severities
            and self._level(alert.limit, step) <= alert.value
            and self.used < self._level(self.limit, step)
        }

    def _level(self, limit: int, step: Fraction) -> int:
        """Seconds that reach the step where `limit` seconds are allowed."""
        return burst_level(limit // self.bucket, step) * self.bucket
