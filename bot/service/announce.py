"""From transitions to the outbox: which receivers hear of it, and in which message.

One message to each endpoint for each rule. A site that begins to fire joins the rule's message while that is
at most an hour old; later it opens a new one, so that nothing is buried in an old message. Once a message was
announced, further news of it wait until `GROUP_INTERVAL` has passed since the last and then go out together.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.alerts.model import BOT_RULE, Alert, AlertKey, Change, Transition
from bot.domain.times import HOUR, Slot
from bot.rules.model import Configuration, Endpoint, Receiver
from bot.service.ports import Group, OutboxRow, OutboxTable, Transaction

GROUP_INTERVAL = 300
JOINABLE = HOUR


def receivers_of(configuration: Configuration, key: AlertKey) -> tuple[Receiver, ...]:
    """Who hears of an alert: its rule's receivers, or the operators where it is about the bot itself.

    Nobody hears of a rule that is not configured any more.
    """
    if key.rule.startswith(BOT_RULE):
        names = configuration.operators or configuration.default_receivers
        return tuple(configuration.receivers[name] for name in names)
    rule = configuration.rule(key.rule)
    return configuration.receivers_of(rule) if rule else ()


async def record(
    tx: Transaction, configuration: Configuration, alerts: Sequence[Alert], moves: Sequence[Transition], at: Slot
) -> list[Transition]:
    """Store alerts and what happened to them, and the intent to tell it, in the caller's transaction.

    `moves` refer to `alerts` by (key, since). Returns the moves with their ids.
    """
    if not alerts:
        return []
    saved = {(alert.key, alert.since): alert for alert in await tx.alerts.save(alerts)}
    latest = {alert.key: alert for alert in saved.values()}
    own = [
        replace(move, alert=saved.get((move.alert.key, move.alert.since)) or latest[move.alert.key]) for move in moves
    ]
    stored = list(await tx.alerts.record(own))
    by_key: dict[tuple[str, str], list[Transition]] = {}
    for move in stored:
        by_key.setdefault((move.alert.key.workspace, move.alert.key.rule), []).append(move)
    for (workspace, rule), news in by_key.items():
        for receiver in receivers_of(configuration, news[0].alert.key):
            for endpoint in receiver.endpoints:
                await _tell(tx.outbox, f"{workspace}/{rule}", receiver, endpoint, news, at)
    return stored


async def _tell(
    outbox: OutboxTable, name: str, receiver: Receiver, endpoint: Endpoint, news: Sequence[Transition], at: Slot
) -> None:
    """Put each transition into the message that its alert is in, or into one that it may join or open."""
    mine = await outbox.groups_with([move.alert.id for move in news])
    groups = {alert: group for group in mine if _is_for(group, receiver, endpoint) for alert in group.alerts}
    joinable = await _joinable(outbox, name, receiver, endpoint, at)
    told: dict[int, list[Transition]] = {}
    for move in news:
        group = groups.get(move.alert.id)
        if group is None and opens(move):
            group = joinable or await outbox.save_group(
                Group(receiver.name, endpoint, name, opened_at=at, alerts=frozenset(), notified_at=Slot(0))
            )
            group = await outbox.save_group(replace(group, alerts=group.alerts | {move.alert.id}))
            joinable = groups[move.alert.id] = group
        if group is not None:
            told.setdefault(group.id, []).append(move)
    latest = {group.id: group for group in [*groups.values(), *([joinable] if joinable else [])]}
    for group_id, moves in told.items():
        await _enqueue(outbox, latest[group_id], moves, at)


def opens(move: Transition) -> bool:
    """Whether a move may begin a message: people are not told of the end of what they never heard of."""
    return move.reason.notifies and move.change in {Change.FIRED, Change.WORSENED}


def _is_for(group: Group, receiver: Receiver, endpoint: Endpoint) -> bool:
    return group.receiver == receiver.name and group.endpoint == endpoint


async def _joinable(outbox: OutboxTable, name: str, receiver: Receiver, endpoint: Endpoint, at: Slot) -> Group | None:
    groups = await outbox.groups_named(name, Slot(at - JOINABLE))
    return next((group for group in reversed(groups) if _is_for(group, receiver, endpoint)), None)


async def _enqueue(outbox: OutboxTable, group: Group, moves: Sequence[Transition], at: Slot) -> None:
    """A newer state replaces one that still waits; else it is a row of its own, not before the interval is over."""
    loud = any(move.reason.notifies for move in moves)
    ids = tuple(move.id for move in moves)
    waiting = await outbox.waiting(group.id)
    if waiting is not None:
        await outbox.save(replace(waiting, transitions=waiting.transitions + ids, loud=waiting.loud or loud))
        return
    due_at = Slot(max(at, group.notified_at + GROUP_INTERVAL)) if group.notified_at else at
    await outbox.save(OutboxRow(group.id, ids, loud, created_at=at, due_at=due_at))
    await outbox.save_group(replace(group, notified_at=due_at))
