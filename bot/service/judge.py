"""Judge a batch of sites by every rule: the same for what has just arrived and for a whole past."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bot.alerts.model import Alert, AlertKey, Kind
from bot.domain.times import Slot
from bot.rules.model import Percentile, Quota, Rule
from bot.service.conditions import conditions_of
from bot.service.judge_conditions import judge_condition
from bot.service.judge_forecasts import judge_forecasts
from bot.service.judge_percentiles import judge_percentiles
from bot.service.judge_quotas import judge_quotas
from bot.service.judging import Batch

Recorded = dict[AlertKey, list[Alert]]


async def judge(batch: Batch, rules: Sequence[Rule]) -> None:
    """What comes of it is noted on the batch."""
    sites = [due.site.key for due in batch.due]
    since = min(min(due.dirty_from, Slot(due.until - batch.block.step)) for due in batch.due)
    recorded: dict[Kind, Recorded] = {}
    for kind in dict.fromkeys(Kind(kind) for rule in rules for kind in rule.kinds):
        recorded[kind] = _by_key(await batch.tx.alerts.overlapping(kind, sites, since))
    for rule in rules:
        if isinstance(rule.judge, Quota):
            await judge_quotas(batch, rule, rule.judge, recorded[Kind.QUOTA])
            await judge_forecasts(batch, rule, rule.judge, recorded.get(Kind.FORECAST, {}))
        if isinstance(rule.judge, Percentile):
            await judge_percentiles(batch, rule, rule.judge, recorded[Kind.PERCENTILE])
        for direction in rule.directions:
            for condition in conditions_of(rule, direction, batch.block.step):
                await judge_condition(batch, condition, recorded[condition.kind])


def _by_key(alerts: Iterable[Alert]) -> Recorded:
    grouped: Recorded = {}
    for alert in alerts:
        grouped.setdefault(alert.key, []).append(alert)
    return grouped
