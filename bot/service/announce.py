"""From facts to the outbox: store alerts and what happened to them, and the intent to tell it, in one transaction."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from bot.alerts.attention import attended
from bot.alerts.model import Alert, Change, Transition
from bot.alerts.routing import Hearer, Way, goes_on, goes_on_by_itself, signature_of, ways_of
from bot.alerts.seen import seen_of
from bot.domain.times import Slot
from bot.service.fleet import Fleet
from bot.service.hearing import Hearing, quiet_of, released, site_of
from bot.service.messages import Messages, Word
from bot.service.ports import HeldBack, Transaction


async def record(
    tx: Transaction, fleet: Fleet, alerts: Sequence[Alert], moves: Sequence[Transition], at: Slot
) -> list[Transition]:
    """Store alerts and what happened to them by `at`, and the intent to tell it, in the caller's transaction.

    `moves` refer to `alerts` by (key, since). Returns the moves with their ids.
    """
    if not alerts:
        return []
    saved = {(alert.key, alert.since): alert for alert in await tx.alerts.save(await _attended(tx, alerts, moves))}
    own = [replace(move, alert=saved[move.alert.key, move.alert.since], seen=seen_of(move.alert)) for move in moves]
    stored = list(await tx.alerts.record(own))
    if stored:
        await _announce(tx, fleet, stored, at)
    return stored


async def _attended(tx: Transaction, alerts: Sequence[Alert], moves: Sequence[Transition]) -> list[Alert]:
    """The alerts with what people did about them, which whoever judged them need not know; where it is known, the
    stored ones are not read again."""
    unknown = [alert.id for alert in alerts if alert.id and alert.told_at is None]
    stored = {alert.id: alert for alert in alerts if alert.id}
    stored |= {alert.id: alert for alert in await tx.outbox.alerts(unknown)}
    changes: dict[int, set[Change]] = {}
    for move in moves:
        changes.setdefault(move.alert.id, set()).add(move.change)
    return [
        attended(stored[alert.id], alert, changes.get(alert.id, ())) if alert.id in stored else alert
        for alert in alerts
    ]


async def _announce(tx: Transaction, fleet: Fleet, moves: Sequence[Transition], at: Slot) -> None:
    alerts = {move.alert.id: move.alert for move in moves}
    if goes_on_by_itself(fleet.configuration):
        await watched(tx, [(alert, way) for alert in alerts.values() for way in timed(fleet, alert)], at)
    messages = await Messages.about(tx.outbox, alerts, at)
    held = {(row.alert, row.receiver): row for row in await tx.held.of(list(alerts))}
    hearing = Hearing(fleet, await quiet_of(tx, fleet, at), at, messages.heard(), held)
    was_heard = set(hearing.heard)
    words = list(hearing.words(moves))
    for key, (row, hearer) in hearing.late.items():
        words = [*await held_words(tx, row, hearer, was_heard=key in was_heard), *words]
    await messages.tell(words)
    await messages.bring_up_to_date(moves, words)
    await tx.held.drop(list(hearing.freed.values()))
    await tx.held.save(list(hearing.kept.values()))
    await note_told(tx, messages)


async def held_words(tx: Transaction, row: HeldBack, hearer: Hearer, *, was_heard: bool) -> list[Word]:
    """What a receiver is told at last of what was held back."""
    moves = await tx.outbox.transitions(row.transitions)
    return released(moves[0].alert, moves, hearer, was_heard=was_heard) if moves else []


async def note_told(tx: Transaction, messages: Messages) -> None:
    """Keep with each alert when people were first told of it."""
    fresh = [alert for alert in await tx.outbox.alerts(sorted(messages.told)) if alert.told_at is None]
    if fresh:
        await tx.alerts.save([replace(alert, told_at=messages.told[alert.id]) for alert in fresh])


def timed(fleet: Fleet, alert: Alert) -> list[Way]:
    """The ways on which an alert goes on by itself: it is repeated, or escalated."""
    return [way for way in ways_of(fleet.configuration, alert, site_of(fleet, alert)) if goes_on(way.telling)]


async def watched(tx: Transaction, ways: Iterable[tuple[Alert, Way]], at: Slot) -> dict[str, Slot]:
    """Signature of a way → since when it repeats and escalates as it does now; noted from `at` on where it is new."""
    signatures = sorted({signature_of(way, alert) for alert, way in ways})
    return dict(await tx.alerts.watched_since(signatures, at)) if signatures else {}
