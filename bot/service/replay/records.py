"""Alerts and their transitions in memory."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from itertools import islice, takewhile

from bot.alerts.flapping import is_change, subject_of
from bot.alerts.model import Alert, AlertKey, Kind, Transition
from bot.alerts.noise import is_of
from bot.domain.times import Slot, Window


class MemoryAlerts:
    """`AlertTable` in memory. Alerts are found by what they are about, however many there are."""

    def __init__(self) -> None:
        self._alerts: dict[int, Alert] = {}
        self._open: set[int] = set()
        self._taken: set[int] = set()
        self._open_at: defaultdict[int | None, set[int]] = defaultdict(set)
        self._flapping: set[int] = set()
        self._owned: defaultdict[tuple[Kind, int | None], list[int]] = defaultdict(list)
        self._moves: dict[int, Transition] = {}
        self._moves_of: defaultdict[int, list[int]] = defaultdict(list)
        self._changes: defaultdict[AlertKey, list[tuple[int, Slot]]] = defaultdict(list)
        self._watched: dict[str, Slot] = {}

    async def open(self) -> Sequence[Alert]:
        return [self._alerts[alert] for alert in sorted(self._open)]

    async def taken(self) -> Sequence[Alert]:
        return [self._alerts[alert] for alert in sorted(self._taken & self._open)]

    async def open_at(self, sites: Sequence[int | None]) -> Sequence[Alert]:
        ids = {alert for site in sites for alert in self._open_at.get(site, ())}
        return [self._alerts[alert] for alert in sorted(ids)]

    async def flapping(self) -> Sequence[Alert]:
        return [self._alerts[alert] for alert in sorted(self._flapping)]

    async def changes(
        self, subjects: Collection[AlertKey], since: Slot
    ) -> Mapping[AlertKey, Sequence[tuple[int, Slot]]]:
        """Time only goes on in a replay: what was known later was recorded later."""
        found = {}
        for subject in subjects:
            later = list(takewhile(lambda one: one[1] > since, reversed(self._changes.get(subject, []))))
            if later:
                found[subject] = later[::-1]
        return found

    async def overlapping(self, kind: Kind, sites: Sequence[int | None], since: Slot) -> Sequence[Alert]:
        ids = sorted(alert for site in sites for alert in self._owned.get((kind, site), ()))
        return [alert for alert in map(self._alerts.__getitem__, ids) if _lasts(alert, since)]

    async def noticed(self, kind: Kind | None, window: Window) -> Sequence[Alert]:
        meant = {kind} if kind is not None else set(Kind)
        return [alert for alert in self._alerts.values() if alert.key.kind in meant and is_of(alert, window)]

    async def save(self, alerts: Sequence[Alert]) -> Sequence[Alert]:
        return [self._put(alert) for alert in alerts]

    def _put(self, alert: Alert) -> Alert:
        if not alert.id:
            alert = replace(alert, id=len(self._alerts) + 1)
            self._owned[alert.key.kind, alert.key.site].append(alert.id)
        self._alerts[alert.id] = alert
        for chosen in (self._open, self._open_at[alert.key.site]):
            (chosen.add if alert.is_open else chosen.discard)(alert.id)
        is_taken = alert.acknowledged_at is not None and alert.acknowledged_until is not None
        (self._taken.add if is_taken else self._taken.discard)(alert.id)
        (self._flapping.add if alert.flapping else self._flapping.discard)(alert.id)
        return alert

    async def record(self, transitions: Sequence[Transition]) -> Sequence[Transition]:
        recorded = []
        for move in transitions:
            own = replace(move, id=len(self._moves) + 1)
            self._moves[own.id] = own
            self._moves_of[own.alert.id].append(own.id)
            if is_change(own):
                self._changes[subject_of(own.alert.key)].append((own.id, own.known_at))
            recorded.append(own)
        return recorded

    async def watched_since(self, signatures: Sequence[str], at: Slot) -> Mapping[str, Slot]:
        return {signature: self._watched.setdefault(signature, at) for signature in signatures}

    async def watches(self) -> Mapping[str, Slot]:
        return dict(self._watched)

    async def past(self, rule: str, site: int | None, limit: int) -> Sequence[Alert]:
        found = (alert for alert in reversed(self._alerts.values()) if (alert.key.rule, alert.key.site) == (rule, site))
        return list(islice(found, limit))

    async def get(self, alert: int) -> Alert | None:
        return self._alerts.get(alert)

    async def transitions(self, alert: int) -> Sequence[Transition]:
        return self.moves(self._moves_of.get(alert, ()))

    def some(self, ids: Sequence[int]) -> Sequence[Alert]:
        """The alerts with these ids, by id."""
        return [self._alerts[alert] for alert in sorted(ids) if alert in self._alerts]

    def moves(self, ids: Sequence[int]) -> Sequence[Transition]:
        """The transitions with these ids, by id, with their alerts as they are now."""
        found = [self._moves[move] for move in sorted(ids) if move in self._moves]
        return [replace(move, alert=self._alerts[move.alert.id]) for move in found]


def _lasts(alert: Alert, since: Slot) -> bool:
    if alert.key.period is not None:
        return alert.key.period.end > since
    return alert.is_open or (alert.resolved_at is not None and alert.resolved_at > since)
