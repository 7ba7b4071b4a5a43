"""Judge a batch of sites by every rule: the same for what has just arrived and for a whole past."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bot.alerts.model import Alert, AlertKey, Kind
from bot.domain.times import Slot
from bot.rules.model import NoData, Percentile, Quota, Rule, Spike, Threshold
from bot.service.judge_quotas import judge_quotas
from bot.service.judge_thresholds import judge_thresholds
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
        match rule.judge:
            case Quota() as quota:
                await judge_quotas(batch, rule, quota, recorded[Kind.QUOTA])
            case Threshold() as threshold:
                await judge_thresholds(batch, rule, threshold, recorded[Kind.THRESHOLD])
            case Percentile() | NoData() | Spike():
                pass  # the checker refuses these kinds so far


def _by_key(alerts: Iterable[Alert]) -> Recorded:
    grouped: Recorded = {}
    for alert in alerts:
        grouped.setdefault(alert.key, []).append(alert)
    return grouped
