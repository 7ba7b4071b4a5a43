"""Bringing the numbers of alerts up to what was known at a moment.

A replay judges from edge to edge; operation judges every bucket, and a message shows the latest numbers of every
alert in it, not of those alone that something happened to.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from bot.alerts.model import Alert
from bot.domain.times import HOUR, Slot, Window, floor
from bot.service.fleet import Fleet
from bot.service.judge import judge
from bot.service.judging import Batch, Due, keys_of, look_back
from bot.service.replay.memory import MemoryTransaction


async def refresh(tx: MemoryTransaction, fleet: Fleet, window: Window, ids: Iterable[int], at: Slot) -> None:
    """Judge the alerts on, from where each was last judged up to `at`. Nothing happens to them meanwhile: else it would
    be recorded already."""
    until = Slot(min(floor(at, fleet.bucket), window.end))
    stale = {alert.id: alert for alert in tx.alerts.some(list(ids)) if _is_stale(alert, until)}
    if not stale:
        return
    due = _due(tx, fleet, stale.values(), until)
    names = {alert.key.rule for alert in stale.values()}
    rules = [rule for rule in fleet.configuration.rules if rule.name in names]
    begin = floor(min(one.dirty_from for one in due) - look_back(rules, fleet.bucket), HOUR)
    block = await tx.buckets.block(
        keys_of(due), Window(Slot(max(begin, tx.buckets.past.block.start)), until), fleet.bucket
    )
    batch = Batch(tx, due, block, at, dict.fromkeys(names, window.start))
    await judge(batch, rules)
    fresh = [alert for alert in batch.alerts if alert.id in stale]
    await tx.alerts.save([_as_it_stands(stale[alert.id], alert) for alert in fresh])


def _is_stale(alert: Alert, until: Slot) -> bool:
    """Open, or of a billing period that goes on, and judged before the last bucket."""
    goes_on = alert.is_open or (alert.key.period is not None and (alert.judged_until or 0) < alert.key.period.end)
    return alert.key.site is not None and goes_on and alert.judged_until is not None and alert.judged_until < until


def _due(tx: MemoryTransaction, fleet: Fleet, alerts: Iterable[Alert], until: Slot) -> list[Due]:
    start, since = tx.buckets.past.start, dict[int, Slot]()
    for alert in alerts:
        if alert.key.site is not None and alert.judged_until is not None:
            since[alert.key.site] = Slot(min(alert.judged_until, since.get(alert.key.site, until)))
    sites = ((fleet.by_key(key), first) for key, first in sorted(since.items()))
    return [Due(s, first, until, start, start, first, is_settled_from=start) for s, first in sites if s is not None]


def _as_it_stands(before: Alert, fresh: Alert) -> Alert:
    """Its life is what was recorded; its numbers are the latest."""
    return replace(fresh, state=before.state, reason=before.reason, since=before.since, resolved_at=before.resolved_at)
