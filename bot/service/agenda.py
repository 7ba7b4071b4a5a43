"""What is to be told by itself, and when: news whose silence ends, escalations, repeats, and what messages must say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from bot.alerts.model import Alert, Kind, State
from bot.alerts.routing import Hearer, Way, goes_on_by_itself, hearers_of, hearers_on, signature_of
from bot.alerts.silences import Quiet
from bot.domain.times import Slot
from bot.service.announce import timed, watched
from bot.service.flapping import Calm, calms
from bot.service.fleet import Fleet
from bot.service.hearing import quiet_of, site_of
from bot.service.ports import Group, HeldBack, Transaction
from bot.service.upkeep import Lapse, Show, silences_to_show, upkeep_of

Matter = tuple[str, int, str]
"""What an item is about, whenever it is due."""


@dataclass(frozen=True, slots=True)
class Release:
    """Tell what was held back; nobody (`hearer` None) where the receiver hears of the alert no more."""

    at: Slot
    row: HeldBack
    hearer: Hearer | None

    @property
    def matter(self) -> Matter:
        return "release", self.row.alert, self.row.receiver


@dataclass(frozen=True, slots=True)
class Escalate:
    """Tell further receivers of an alert that nobody has acknowledged."""

    at: Slot
    alert: Alert
    way: Way

    @property
    def matter(self) -> Matter:
        return "escalate", self.alert.id, signature_of(self.way, self.alert)


@dataclass(frozen=True, slots=True)
class Repeat:
    """Tell a message's alert again."""

    at: Slot
    group: Group
    alert: Alert
    hearer: Hearer

    @property
    def matter(self) -> Matter:
        return "repeat", self.alert.id, str(self.group.id)


Item = Release | Escalate | Repeat | Lapse | Show | Calm


async def agenda_of(tx: Transaction, fleet: Fleet, at: Slot) -> list[Item]:
    """Everything that is due or will be, as it stands at `at`; of a repeat that was missed only the latest."""
    held, silences = await tx.held.all(), await silences_to_show(tx, at)
    goes_on = goes_on_by_itself(fleet.configuration)
    firing = [one for one in await tx.alerts.open() if one.state is State.FIRING] if goes_on or silences else []
    items: list[Item] = [*await upkeep_of(tx, fleet, firing, silences, at), *await calms(tx, fleet, at)]
    going_on = [one for one in firing if _goes_on(one)] if goes_on else []
    if held or going_on:
        agenda = await _Agenda.of(tx, fleet, at, going_on, held)
        items += [*agenda.releases(), *agenda.escalations(), *agenda.repeats()]
    return sorted(items, key=lambda item: item.at)


def _goes_on(alert: Alert) -> bool:
    """Whether people were told of it, and nobody has taken it."""
    return alert.key.kind is not Kind.SELF and alert.told_at is not None and alert.acknowledged_at is None


@dataclass(frozen=True, slots=True)
class _Agenda:
    fleet: Fleet
    at: Slot
    quiet: Quiet
    timed: Mapping[int, tuple[Alert, Sequence[Way]]]
    since: Mapping[str, Slot]
    groups: Sequence[Group]
    held: Mapping[tuple[int, str], HeldBack]
    alerts: Mapping[int, Alert]

    @classmethod
    async def of(
        cls, tx: Transaction, fleet: Fleet, at: Slot, firing: Sequence[Alert], held: Sequence[HeldBack]
    ) -> _Agenda:
        going_on = {alert.id: (alert, ways) for alert in firing if (ways := timed(fleet, alert))}
        since = await watched(tx, [(alert, way) for alert, ways in going_on.values() for way in ways], at)
        told = [alert.told_at for alert in firing if alert.told_at is not None]
        oldest = min([at, *told, *(row.since for row in held)])
        return cls(
            fleet,
            at,
            await quiet_of(tx, fleet, oldest),
            going_on,
            since,
            await tx.outbox.groups_with(list(going_on)),
            {(row.alert, row.receiver): row for row in held},
            {alert.id: alert for alert in await tx.outbox.alerts(sorted({row.alert for row in held}))},
        )

    def releases(self) -> Iterator[Release]:
        for row in self.held.values():
            alert = self.alerts[row.alert]
            site = site_of(self.fleet, alert)
            formerly = not alert.is_open
            hearers = hearers_of(self.fleet.configuration, alert, site, formerly=formerly)
            found = [hearers[row.receiver]] if row.receiver in hearers else self._instead(alert, hearers)
            if not found:
                yield Release(row.since, row, None)
            if row.waits:
                continue
            for hearer in found:
                at = self.quiet.heard_from(alert, site, hearer.way.telling, row.since)
                if at is not None:
                    yield Release(at, row, hearer)

    def _instead(self, alert: Alert, hearers: Mapping[str, Hearer]) -> list[Hearer]:
        """Who is told in place of a receiver that hears of the alert no more, as nobody has or will otherwise."""
        is_unheard_of = alert.state is State.FIRING and alert.told_at is None
        if not is_unheard_of or any((alert.id, name) in self.held for name in hearers):
            return []
        return [hearer for hearer in hearers.values() if hearer.begins]

    def escalations(self) -> Iterator[Escalate]:
        """A way that escalates only since an edit does so for what comes due after that."""
        for alert, ways in self.timed.values():
            for way in ways:
                at = self._escalates_at(alert, way)
                if at is not None and at > self.since[signature_of(way, alert)]:
                    yield Escalate(at, alert, way)

    def _escalates_at(self, alert: Alert, way: Way) -> Slot | None:
        """None where it never does, or did already. While somebody had the alert it was not."""
        if way.telling.escalate is None or alert.told_at is None:
            return None
        due = Slot(alert.told_at + int(way.telling.escalate.after.total_seconds()))
        at, free = self._heard_from(alert, way, due), self._released_from(alert, way)
        is_done = alert.escalated_at is not None and at is not None and at <= alert.escalated_at
        if is_done or free is None:
            return None
        return self._heard_from(alert, way, _free_from(alert, max(due, free)))

    def _released_from(self, alert: Alert, way: Way) -> Slot | None:
        """Since when one of the way's receivers hears of an alert that was held back from all of them, 0 where it was
        not; None where it still is."""
        rows = [self.held.get((alert.id, receiver.name)) for receiver in way.receivers]
        if not rows or None in rows:
            return Slot(0)
        return min((row.since for row in rows if row is not None and not row.waits), default=None)

    def _heard_from(self, alert: Alert, way: Way, due: Slot) -> Slot | None:
        return self.quiet.heard_from(alert, site_of(self.fleet, alert), way.telling, due)

    def repeats(self) -> Iterator[Repeat]:
        """A message's clock runs from when it last told anything; what is quiet then is told again when it is not."""
        hearers = {
            alert.id: hearers_on(self.fleet.configuration, ways)
            for alert, ways in self.timed.values()
            if any(way.telling.repeat_every for way in ways)
        }
        for group in self.groups:
            if group.instead_of:  # its news come by way of the receiver in whose place it is told
                continue
            for member in sorted(group.alerts & hearers.keys()):
                hearer, row = hearers[member].get(group.receiver), self.held.get((member, group.receiver))
                if hearer is not None and (row is None or not (row.waits or row.transitions)):
                    yield from self._repeat(group, self.timed[member][0], hearer, row.since if row else Slot(0))

    def _repeat(self, group: Group, alert: Alert, hearer: Hearer, free: Slot) -> Iterator[Repeat]:
        """Not before it is `free` of what held it back."""
        telling = hearer.way.telling
        if telling.repeat_every is None or group.told_at is None or group.endpoint not in hearer.receiver.endpoints:
            return
        since = self.since[signature_of(hearer.way, alert)]
        due = _tick(group.told_at, int(telling.repeat_every.total_seconds()), since, self.at)
        at = self._heard_from(alert, hearer.way, _free_from(alert, max(due, free)))
        if at is not None:
            yield Repeat(at, group, alert, hearer)


def _free_from(alert: Alert, due: Slot) -> Slot:
    """When something is due of an alert that somebody had until some time."""
    return max(due, alert.acknowledged_until or due)


def _tick(start: Slot, every: int, since: Slot, at: Slot) -> Slot:
    """The latest `start + n * every`, n > 0, until `at` and after `since`; the first after `since` where none is."""
    first = max(1, (since - start) // every + 1)
    return Slot(start + max(first, (at - start) // every) * every)
