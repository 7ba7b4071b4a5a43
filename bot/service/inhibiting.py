"""What holds what back at the places where something happened, as all of it stands after a whole pass.

A held back alert has a row for each receiver that would hear of it: one without transitions where the receiver was told
of it before, and is only not told again. So it is known from the rows alone, also after a restart, and when the cause
ends the rows say when.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from bot.alerts.fleet import is_fleets
from bot.alerts.inhibition import Place, goes_on_holding_back, holds_back, place_of, places_around
from bot.alerts.model import Alert, Kind, State
from bot.alerts.routing import Hearer, hearers_of
from bot.domain.times import Slot
from bot.service.fleet import Fleet
from bot.service.hearing import Key, site_of
from bot.service.ports import HeldBack, Transaction


@dataclass(slots=True)
class Holding:
    """`firing` is what fires at each place, what holds others back first. `rows` is what is held back of it, and of
    what happened there."""

    fleet: Fleet
    at: Slot
    firing: Mapping[Place, Sequence[Alert]]
    rows: dict[Key, HeldBack]
    _hearers: dict[int, frozenset[str]] = field(default_factory=dict)

    @classmethod
    async def around(
        cls, tx: Transaction, fleet: Fleet, happened: Collection[Alert], places: Collection[Place] | None, at: Slot
    ) -> Holding:
        """At these places (None: at every one); `happened` are alerts that may be over by now."""
        sites = [place[1] if isinstance(place[1], int) else None for place in places or ()]
        found = await (tx.alerts.open() if places is None else tx.alerts.open_at(list(dict.fromkeys(sites))))
        firing: defaultdict[Place, list[Alert]] = defaultdict(list)
        for alert in found:
            place = place_of(alert.key)
            if alert.state is State.FIRING and alert.key.kind is not Kind.SELF and (places is None or place in places):
                firing[place].append(alert)
        about = {alert.id for alert in happened} | {alert.id for alerts in firing.values() for alert in alerts}
        rows = await tx.held.of(sorted(about)) if about else ()
        ordered = {place: sorted(alerts, key=_first) for place, alerts in firing.items()}
        return cls(fleet, at, ordered, {(row.alert, row.receiver): row for row in rows})

    def source_of(self, target: Alert, receiver: str) -> Alert | None:
        """What keeps the receiver from hearing of the target: something that it hears of itself."""
        sources = (one for one in self._sources_of(target) if receiver in self._hearers_of(one))
        return next(sources, None)

    def holds_back(self, target: Alert, receiver: str) -> bool:
        return self.source_of(target, receiver) is not None

    def keeps_end_quiet(self, target: Alert, receiver: str) -> bool:
        """Whether not even the target's end is told: it is part of what the receiver is told of the whole fleet."""
        source = self.source_of(target, receiver)
        return source is not None and is_fleets(source.key)

    def _sources_of(self, target: Alert) -> Iterator[Alert]:
        around = (one for place in places_around(target.key) for one in self.firing.get(place, ()))
        return (one for one in around if holds_back(one, target))

    def concerned(self) -> list[Alert]:
        """What fires and is held back, or was until now, or is quiet because it flaps."""
        held = {alert for alert, _ in self.rows}
        return [
            one
            for alerts in self.firing.values()
            for one in alerts
            if one.id in held or one.flapping or any(self._sources_of(one))
        ]

    def settle(self, heard: Collection[Key]) -> Iterator[tuple[HeldBack, bool]]:
        """Rows to be stored so that they say what holds each alert back now, and whether a message shows that. `heard`
        says who was told of what."""
        for target in self.concerned():
            hearers = hearers_of(self.fleet.configuration, target, site_of(self.fleet, target))
            left = [name for alert, name in self.rows if alert == target.id and name not in hearers]
            for name in [*hearers, *left]:
                row = self.rows.get((target.id, name))
                if row is not None or (target.id, name) in heard:
                    now = self._settled(row or HeldBack(target.id, name, (), self.at), target, hearers)
                    if now != row and (row is not None or now.waits):
                        self.rows[target.id, name] = now
                        yield now, now.source != (row.source if row else None)

    def _settled(self, row: HeldBack, target: Alert, hearers: Mapping[str, Hearer]) -> HeldBack:
        """News that waits for a silence alone goes on to do so when its alert begins to flap. That of a receiver which
        hears of the alert no more waits for what holds it back from those who may be told instead."""
        instead = [name for name, hearer in hearers.items() if hearer.begins]
        names = [row.receiver] if row.receiver in hearers else instead
        source = next((found for name in names if (found := self.source_of(target, name))), None)
        flaps = row.flaps if row.transitions else target.flapping > 0
        now = replace(row, source=source.id if source else None, flaps=flaps)
        return replace(now, since=self.at) if row.waits and not now.waits else now

    def _hearers_of(self, source: Alert) -> frozenset[str]:
        if source.id not in self._hearers:
            self._hearers[source.id] = hears_of(self.fleet, source)
        return self._hearers[source.id]


def hears_of(fleet: Fleet, alert: Alert) -> frozenset[str]:
    """The receivers that hear of an alert as it stands, from its beginning or because it was escalated to them."""
    found = hearers_of(fleet.configuration, alert, site_of(fleet, alert))
    return frozenset(name for name, hearer in found.items() if hearer.begins or _is_escalated(hearer, alert))


def _first(alert: Alert) -> tuple[bool, int, int]:
    return alert.key.kind is not Kind.NO_DATA, -alert.severity.rank, alert.id


def _is_escalated(hearer: Hearer, alert: Alert) -> bool:
    """Whether those to whom the way escalates were told of the alert."""
    escalate = hearer.way.telling.escalate
    if escalate is None or alert.told_at is None or alert.escalated_at is None:
        return False
    return alert.escalated_at >= alert.told_at + int(escalate.after.total_seconds())


def places_of(alerts: Collection[Alert]) -> set[Place] | None:
    """Where what happened to these alerts may hold others back, or set them free; None for everywhere."""
    if any(is_fleets(alert.key) for alert in alerts):
        return None
    return {place for alert in alerts if alert.key.kind is not Kind.SELF for place in places_around(alert.key)}


async def loosened(tx: Transaction, saved: Sequence[Alert]) -> set[Place]:
    """Where something is held back by one of these alerts, as it was judged now, that is too mild for it: an edit of
    its rule says so, and nothing happened to it."""
    known = {alert.id: alert for alert in saved if alert.key.kind is not Kind.SELF}
    rows = [row for row in await tx.held.by_sources() if row.source in known] if known else []
    others = await tx.outbox.alerts(sorted({row.alert for row in rows} - known.keys())) if rows else ()
    known |= {alert.id: alert for alert in others}
    pairs = ((known[row.source], known[row.alert]) for row in rows if row.source is not None)
    freed = [target for source, target in pairs if not goes_on_holding_back(source, target)]
    return {place for target in freed for place in places_around(target.key)}
