"""Alerts that begin and end too often: the change that is one too many is told, and those after it when it is calm."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.alerts.flapping import KINDS, calm_at, changes_by, is_change, is_too_often, subject_of
from bot.alerts.model import Alert, AlertKey, Change, Transition
from bot.domain.times import Slot
from bot.service.fleet import Fleet
from bot.service.messages import Messages
from bot.service.ports import Transaction


async def notice_flapping(tx: Transaction, fleet: Fleet, moves: Sequence[Transition]) -> frozenset[int]:
    """Note with stored alerts that they flap. The moves of what did so before, which are kept quiet."""
    rule, own = fleet.configuration.flapping, [move for move in moves if _may_flap(move)]
    if rule is None or not own:
        return frozenset()
    subjects = {subject_of(move.alert.key) for move in own}
    counts = {subject_of(alert.key): alert.flapping for alert in await tx.alerts.flapping()}
    earliest = Slot(min(move.known_at for move in own) - rule.seconds)
    changes = await tx.alerts.changes(subjects, earliest)
    quiet, flapping = set[int](), dict[int, int]()
    for move in own:
        subject = subject_of(move.alert.key)
        known = [at for change, at in changes.get(subject, ()) if change <= move.id]
        if subject in counts:
            quiet.add(move.id)
        elif is_change(move) and is_too_often(known, rule, move.known_at):
            counts[subject] = changes_by(known, rule, move.known_at)
        if subject in counts:
            flapping[move.alert.id] = counts[subject]
    alerts = await tx.outbox.alerts(sorted(flapping)) if flapping else ()
    await tx.alerts.save([replace(one, flapping=flapping[one.id]) for one in alerts if not one.flapping])
    return frozenset(quiet)


def _may_flap(move: Transition) -> bool:
    return move.alert.key.kind in KINDS and (is_change(move) or move.change is Change.CORRECTED)


@dataclass(frozen=True, slots=True)
class Calm:
    """What flapped is calm again: what is still so is told, and what is over."""

    at: Slot
    alerts: tuple[Alert, ...]

    @property
    def matter(self) -> tuple[str, int, str]:
        return "calm", self.alerts[0].id, ""


async def calms(tx: Transaction, fleet: Fleet, at: Slot) -> list[Calm]:
    """When each that flaps will be calm, as things stand; at once where the rules do not know of flapping any more."""
    alerts, rule = await tx.alerts.flapping(), fleet.configuration.flapping
    found: dict[AlertKey, list[Alert]] = {}
    for alert in alerts:
        found.setdefault(subject_of(alert.key), []).append(alert)
    if rule is None or not alerts:
        return [Calm(at, tuple(own)) for own in found.values()]
    # What counts lies within the span before a subject's last change, which is not before its last beginning.
    began = min(max(map(_began, own)) for own in found.values())
    changes = await tx.alerts.changes(found.keys(), Slot(began - rule.seconds))
    times = {subject: [known for _, known in changes.get(subject, ())] for subject in found}
    return [Calm(_or(calm_at(times[subject], rule), at), tuple(own)) for subject, own in found.items()]


def _began(alert: Alert) -> Slot:
    return alert.since if alert.fired_at is None else alert.fired_at


def _or(calm: Slot | None, at: Slot) -> Slot:
    return at if calm is None else calm


async def become_calm(tx: Transaction, calm: Calm, at: Slot) -> None:
    """From now on what is held back of these alerts waits for nothing but time; their messages say so."""
    ids = [alert.id for alert in calm.alerts]
    await tx.alerts.save([replace(alert, flapping=0) for alert in await tx.outbox.alerts(ids)])
    held = [row for row in await tx.held.of(ids) if row.flaps]
    await tx.held.save([replace(r, flaps=False, since=at if r.source is None else r.since) for r in held])
    await (await Messages.about(tx.outbox, ids, at)).edit()
