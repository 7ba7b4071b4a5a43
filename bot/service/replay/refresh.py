"""Bringing the numbers of alerts up to what was known at a moment.

A replay judges from edge to edge; operation judges every bucket, and a message shows the latest numbers of every
alert in it, not of those alone that something happened to.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from bot.alerts.fleet import is_fleets
from bot.alerts.model import Alert
from bot.domain.times import HOUR, Slot, Window, floor
from bot.service.fleet import Fleet
from bot.service.judge import judge
from bot.service.judge_pools import judge_pool
from bot.service.judging import Batch, Due, keys_of, look_back
from bot.service.pools import pools
from bot.service.replay.memory import MemoryTransaction
from bot.service.spikes.fleet_rise import Rising
from bot.service.spikes.watch import directions_of


async def refresh(tx: MemoryTransaction, fleet: Fleet, window: Window, ids: Iterable[int], at: Slot) -> None:
    """Judge the alerts on, from where each was last judged up to `at`. Nothing happens to them meanwhile: else it would
    be recorded already."""
    until = Slot(min(floor(at, fleet.bucket), window.end))
    stale: dict[Slot, dict[int, Alert]] = {}
    for alert in tx.alerts.some(list(ids)):
        if alert.judged_until is not None and alert.judged_until < until and _goes_on(alert):
            stale.setdefault(alert.judged_until, {})[alert.id] = alert
    for judged_until, alerts in stale.items():
        await _judge_on(tx, fleet, alerts, Window(judged_until, until), at)


async def _judge_on(tx: MemoryTransaction, fleet: Fleet, alerts: Mapping[int, Alert], new: Window, at: Slot) -> None:
    """Alerts that were judged up to the same bucket."""
    past, names = tx.buckets.past, {alert.key.rule for alert in alerts.values()}
    rules = [rule for rule in fleet.configuration.rules if rule.name in names]
    keys = sorted({alert.key.site for alert in alerts.values() if alert.key.site is not None})
    sites = [site for site in map(fleet.by_key, keys) if site is not None]
    due = [Due(site, new.start, new.end, past.start, past.start, new.start, past.start) for site in sites]
    begin = floor(new.start - look_back(rules, fleet.bucket), HOUR)
    window = Window(Slot(max(begin, past.block.start)), new.end)
    watched = dict.fromkeys(names, past.start)
    known = tx.scored.known(at, directions_of(fleet.configuration.rules))
    batch = Batch(tx, due, await tx.buckets.block(keys_of(due), window, fleet.bucket), at, watched, known)
    if due:
        await judge(batch, rules)
    fresh = [alert for alert in batch.alerts if alert.id in alerts]
    fleets = [alert for alert in alerts.values() if is_fleets(alert.key)]
    fresh += [await _risen_on(tx, fleet, alert, new.end) for alert in fleets]
    if any(alert.key.site is None and not is_fleets(alert.key) for alert in alerts.values()):
        fresh += [alert for alert in await _pools_on(tx, fleet, new, at) if alert.id in alerts]
    await tx.alerts.save([_as_it_stands(alerts[alert.id], alert) for alert in fresh])


async def _pools_on(tx: MemoryTransaction, fleet: Fleet, new: Window, at: Slot) -> list[Alert]:
    past = tx.buckets.past
    sites = [site for site in map(fleet.by_key, past.sites.tolist()) if site is not None]
    due = [Due(site, new.start, new.end, past.start, past.start, new.start, past.start) for site in sites]
    watched = dict.fromkeys((rule.name for rule in fleet.configuration.rules), past.start)
    found = pools(fleet, [(one, True) for one in due])
    batches = [await judge_pool(tx, pool, at, watched, fleet.bucket) for pool in found]
    return [alert for batch in batches for alert in batch.alerts]


async def _risen_on(tx: MemoryTransaction, fleet: Fleet, alert: Alert, until: Slot) -> Alert:
    """The numbers of a fleet's alert."""
    rule, past = fleet.configuration.rule(alert.key.rule), tx.buckets.past
    known = [site for site in map(fleet.by_key, past.sites.tolist()) if site is not None]
    assert rule is not None and alert.judged_until is not None  # noqa: S101, PT018 - its rule judged it
    due = [
        Due(site, past.start, until, past.start, None, None, past.start)
        for site in known
        if site.workspace == alert.key.workspace and rule.sites.matches(site)
    ]
    rising = Rising(rule, alert.key.direction, tx.movement.whole)
    course = await rising.course_after(tx, due, alert, until)
    return replace(course.kept(alert, course.column(until) - 1), judged_until=until)


def _goes_on(alert: Alert) -> bool:
    """Open, or of a billing period that is not over."""
    return alert.is_open or (alert.key.period is not None and (alert.judged_until or 0) < alert.key.period.end)


def _as_it_stands(before: Alert, fresh: Alert) -> Alert:
    """Its life is what was recorded; its numbers are the latest."""
    return replace(fresh, state=before.state, reason=before.reason, since=before.since, resolved_at=before.resolved_at)
