"""From transitions to the outbox: which receivers hear of it, and in which message.

One message to each endpoint for each rule. A site that begins to fire joins the rule's message while that is
at most an hour old; later it opens a new one, so that nothing is buried in an old message. Once a message was
announced, further news of it wait until `GROUP_INTERVAL` has passed since the last and then go out together.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from bot.alerts.model import Alert, AlertKey, Change, Kind, Transition
from bot.domain.times import HOUR, Slot
from bot.rules.model import Configuration, Endpoint, Receiver
from bot.service.ports import Group, OutboxRow, OutboxTable, Transaction

GROUP_INTERVAL = 300
JOINABLE = HOUR


def receivers_of(configuration: Configuration, key: AlertKey) -> tuple[Receiver, ...]:
    """Who hears of an alert: its rule's receivers, or the operators where it is about the bot itself.

    Nobody hears of a rule that is not configured any more.
    """
    if key.kind is Kind.SELF:
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
    own = [replace(move, alert=saved[move.alert.key, move.alert.since]) for move in moves]
    stored = list(await tx.alerts.record(own))
    by_key: dict[tuple[str, str], list[Transition]] = {}
    for move in stored:
        by_key.setdefault((move.alert.key.workspace, move.alert.key.rule), []).append(move)
    for (workspace, rule), news in by_key.items():
        told = [(r, endpoint) for r in receivers_of(configuration, news[0].alert.key) for endpoint in r.endpoints]
        for receiver, endpoint in told:
            await _tell(tx.outbox, f"{workspace}/{rule}", receiver, endpoint, news, at)
        await _bring_up_to_date(tx.outbox, {(receiver.name, endpoint) for receiver, endpoint in told}, news, at)
    return stored


async def _bring_up_to_date(
    outbox: OutboxTable, told: Collection[tuple[str, Endpoint]], news: Sequence[Transition], at: Slot
) -> None:
    """Messages to those whom the rule does not tell any more are edited, so that none says "firing" for ever."""
    for group in await outbox.groups_with([move.alert.id for move in news]):
        if (group.receiver, group.endpoint) not in told:
            await _enqueue(outbox, group, [move for move in news if move.alert.id in group.alerts], at, is_loud=False)


async def _tell(
    outbox: OutboxTable, name: str, receiver: Receiver, endpoint: Endpoint, news: Sequence[Transition], at: Slot
) -> None:
    """Put each transition into the message that its alert is in, or into one that it may join or open."""
    mine = await outbox.groups_with([move.alert.id for move in news])
    groups = {alert: group for group in mine if _is_for(group, receiver, endpoint) for alert in group.alerts}
    joining: set[int] = set()
    heard: list[Transition] = []
    for move in news:
        if move.alert.id not in groups and opens(move):
            joining.add(move.alert.id)
        if move.alert.id in groups or move.alert.id in joining:
            heard.append(move)
    if joining:  # together: a whole fleet may begin to fire at once
        new = Group(receiver.name, endpoint, name, opened_at=at, alerts=frozenset(), notified_at=Slot(0))
        group = await _joinable(outbox, name, receiver, endpoint, at) or new
        group = await outbox.save_group(replace(group, alerts=group.alerts | joining))
        groups.update(dict.fromkeys(group.alerts, group))
    told: dict[int, list[Transition]] = {}
    for move in heard:
        told.setdefault(groups[move.alert.id].id, []).append(move)
    latest = {group.id: group for group in groups.values()}
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


async def _enqueue(
    outbox: OutboxTable, group: Group, moves: Sequence[Transition], at: Slot, *, is_loud: bool = True
) -> None:
    """A newer state replaces one that still waits; else it is a row of its own, not before the interval is over."""
    loud = is_loud and any(move.reason.notifies for move in moves)
    ids = tuple(move.id for move in moves)
    waiting = await outbox.waiting(group.id)
    if waiting is not None:
        await outbox.save(replace(waiting, transitions=waiting.transitions + ids, loud=waiting.loud or loud))
        return
    # A clock that was ahead must not hold news back until it is caught up with.
    due_at = Slot(max(at, min(group.notified_at, at) + GROUP_INTERVAL)) if group.notified_at else at
    await outbox.save(OutboxRow(group.id, ids, loud, created_at=at, due_at=due_at))
    await outbox.save_group(replace(group, notified_at=due_at))
