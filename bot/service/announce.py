"""From facts to the outbox: store alerts and what happened to them, and the intent to tell it, in one transaction."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace

from bot.alerts.attention import attended
from bot.alerts.model import Alert, Change, Transition
from bot.alerts.routing import Hearer, Way, goes_on, goes_on_by_itself, signature_of, ways_of
from bot.alerts.seen import seen_of
from bot.domain.times import Slot
from bot.service.flapping import notice_flapping
from bot.service.fleet import Fleet
from bot.service.hearing import Hearing, quiet_of, released, site_of
from bot.service.inhibiting import Holding, loosened, places_of
from bot.service.messages import Messages, Word
from bot.service.ports import HeldBack, Transaction


@dataclass(slots=True)
class Recorded:
    """What was stored of one pass: alerts as they stand, and what happened to them, both with their ids."""

    alerts: list[Alert] = field(default_factory=list)
    moves: list[Transition] = field(default_factory=list)


async def record(
    tx: Transaction, fleet: Fleet, alerts: Sequence[Alert], moves: Sequence[Transition], at: Slot
) -> list[Transition]:
    """Store alerts and what happened to them by `at`, and the intent to tell it, in the caller's transaction.

    `moves` refer to `alerts` by (key, since). Returns the moves with their ids.
    """
    recorded = Recorded()
    await store(tx, recorded, alerts, moves)
    await announce(tx, fleet, recorded, at)
    return recorded.moves


async def store(tx: Transaction, recorded: Recorded, alerts: Sequence[Alert], moves: Sequence[Transition]) -> None:
    """The first half of `record`: add a part of a pass to what was stored of it."""
    if alerts:
        saved = await tx.alerts.save(await _attended(tx, alerts, moves))
        by_life = {(alert.key, alert.since): alert for alert in saved}
        own = [replace(m, alert=by_life[m.alert.key, m.alert.since], seen=seen_of(m.alert)) for m in moves]
        recorded.moves += await tx.alerts.record(own)
        recorded.alerts += saved


async def announce(tx: Transaction, fleet: Fleet, recorded: Recorded, at: Slot, *, anew: bool = False) -> None:
    """The second half: tell what is news of a whole pass, as all of it stands now. `anew`: who hears of what may have
    changed since the last pass, by an edit of the rules."""
    flapping = await notice_flapping(tx, fleet, recorded.moves)
    happened = [move.alert for move in recorded.moves]
    places = None if anew else places_of(happened)
    places = places if places is None else places | await loosened(tx, recorded.alerts)
    holding = await Holding.around(tx, fleet, happened, places, at)
    if recorded.moves:
        await _announce(tx, holding, recorded.moves, flapping)
    elif holding.firing:
        await _hold_on(tx, holding)


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


async def _announce(tx: Transaction, holding: Holding, moves: Sequence[Transition], flapping: Collection[int]) -> None:
    fleet, at = holding.fleet, holding.at
    alerts = {move.alert.id: move.alert for move in moves}
    if goes_on_by_itself(fleet.configuration):
        await watched(tx, [(alert, way) for alert in alerts.values() for way in timed(fleet, alert)], at)
    messages = await Messages.about(tx.outbox, {*alerts, *(one.id for one in holding.concerned())}, at)
    quiet = await quiet_of(tx, fleet, at)
    known = {move.id: move for move in [*await _waiting(tx, holding, alerts), *moves]}
    hearing = Hearing(fleet, quiet, at, messages.heard(), holding.rows, holding, flapping, known)
    was_heard = set(hearing.heard)
    words = list(hearing.words(moves))
    for key, (row, hearer) in hearing.late.items():
        words = [*await held_words(tx, row, hearer, was_heard=key in was_heard), *words]
    settled = list(holding.settle(hearing.heard))
    await messages.tell(words)
    await messages.bring_up_to_date(moves, words)
    await messages.edit({(row.alert, row.receiver) for row, is_shown in settled if is_shown})
    await tx.held.drop(list(hearing.freed.values()))
    await tx.held.save(list({**hearing.kept, **{(row.alert, row.receiver): row for row, _ in settled}}.values()))
    await note_told(tx, messages)


async def _waiting(tx: Transaction, holding: Holding, alerts: Collection[int]) -> Sequence[Transition]:
    """The news of these alerts that is held back."""
    ids = sorted({one for (alert, _), row in holding.rows.items() if alert in alerts for one in row.transitions})
    return await tx.outbox.transitions(ids) if ids else ()


async def hold_on(tx: Transaction, fleet: Fleet, told: Collection[int], at: Slot) -> None:
    """After people were told of these alerts by themselves: whoever hears of one now hears no more of what is less."""
    alerts = await tx.outbox.alerts(sorted(told)) if told else ()
    if alerts:
        holding = await Holding.around(tx, fleet, alerts, places_of(alerts), at)
        await _hold_on(tx, holding)


async def _hold_on(tx: Transaction, holding: Holding) -> None:
    concerned = [alert.id for alert in holding.concerned()]
    if concerned:
        messages = await Messages.about(tx.outbox, concerned, holding.at)
        settled = list(holding.settle(messages.heard()))
        await messages.edit({(row.alert, row.receiver) for row, is_shown in settled if is_shown})
        await tx.held.save([row for row, _ in settled])


async def held_words(tx: Transaction, row: HeldBack, hearer: Hearer, *, was_heard: bool) -> list[Word]:
    """What a receiver is told at last of what was held back."""
    moves = await tx.outbox.transitions(row.transitions) if row.transitions else ()
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
