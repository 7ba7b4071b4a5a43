"""Conditions that come and go: what a rule watches, a module a kind, all of them judged and replayed in one way."""

from __future__ import annotations

from collections.abc import Iterable

from bot.domain.times import HOUR
from bot.domain.usage import Direction
from bot.rules.model import NoData, Quota, Rule, Spike, Threshold
from bot.service.conditions.condition import Condition, Judged
from bot.service.conditions.no_data import Silent
from bot.service.conditions.pace import Burns
from bot.service.conditions.spike import Unusual
from bot.service.conditions.threshold import Passed

LONGEST = HOUR
"""Seconds of a bucket for spikes: longer ones say too little of when something came."""
__all__ = ["Condition", "Judged", "conditions_of"]


def conditions_of(rule: Rule, direction: Direction, step: int) -> Iterable[Condition]:
    """What a rule watches in one direction, with buckets of `step` seconds; nothing of a rule that only counts."""
    match rule.judge:
        case Threshold() as threshold:
            yield Passed(rule, direction, threshold, step)
        case NoData() as no_data:
            yield Silent(rule, direction, no_data)
        case Spike() as spike if step <= LONGEST:
            yield Unusual(rule, direction, spike)
        case Quota() as quota if quota.pace and not quota.pool:
            yield Burns(rule, direction, quota, step)
