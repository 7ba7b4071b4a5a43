"""What changes by itself about alerts that people know of: an acknowledgement is over, a silence begins or ends. Their
messages say so; nobody is told anew."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.alerts.attention import lapsed
from bot.alerts.candidates import Candidates
from bot.alerts.model import Alert
from bot.alerts.silences import Silence
from bot.domain.times import DAY, Slot
from bot.service.attend import show
from bot.service.audit import BY_ITSELF, LAPSED, note
from bot.service.fleet import Fleet
from bot.service.hearing import site_of
from bot.service.ports import Group, Transaction

BELATED = DAY
"""A silence that began or ended longer ago than that is not looked at any more: it was shown, or is old news."""


@dataclass(frozen=True, slots=True)
class Lapse:
    """Nobody has the alert any more: the acknowledgement was until now."""

    at: Slot
    alert: Alert

    @property
    def matter(self) -> tuple[str, int, str]:
        return "lapse", self.alert.id, ""


@dataclass(frozen=True, slots=True)
class Show:
    """Have the messages of these alerts say that a silence has begun or ended."""

    at: Slot
    silence: int
    alerts: tuple[int, ...]

    @property
    def matter(self) -> tuple[str, int, str]:
        return "show", self.silence, str(self.at)


Upkeep = Lapse | Show


async def is_upkept(tx: Transaction, at: Slot) -> bool:
    """Whether there may be any of it."""
    return bool(await tx.alerts.taken() or await silences_to_show(tx, at))


async def silences_to_show(tx: Transaction, at: Slot) -> Sequence[Silence]:
    """Those of which messages may have to say at `at`, or later, that they begin or end."""
    return await tx.silences.ending_after(Slot(at - BELATED))


async def upkeep_of(
    tx: Transaction, fleet: Fleet, firing: Sequence[Alert], silences: Sequence[Silence], at: Slot
) -> list[Upkeep]:
    """Everything of this kind that is due or will be, as it stands at `at`. `firing` is everything that fires, and
    `silences` those that are to be shown."""
    lapses = [Lapse(one.acknowledged_until, one) for one in await tx.alerts.taken() if one.acknowledged_until]
    return [*lapses, *await _shows(tx, fleet, firing, silences, Slot(at - BELATED))]


async def _shows(
    tx: Transaction, fleet: Fleet, firing: Sequence[Alert], silences: Sequence[Silence], since: Slot
) -> list[Show]:
    """One for each beginning and end after which a message of what the silence covers was not edited yet."""
    candidates, turns = Candidates(silences), dict[tuple[Slot, int], set[int]]()
    for alert in firing if silences else ():
        site = site_of(fleet, alert)
        for silence in candidates.of(alert, site):
            for at, seen_at in _turns(silence):
                if at > since and silence.covers(alert, site, seen_at) > seen_at:
                    turns.setdefault((at, silence.id), set()).add(alert.id)
    shown = _shown_at(await tx.outbox.groups_with(sorted(set[int]().union(*turns.values())))) if turns else {}
    behind = {turn: [one for one in alerts if shown.get(one, turn[0]) < turn[0]] for turn, alerts in turns.items()}
    return [Show(at, silence, tuple(sorted(alerts))) for (at, silence), alerts in behind.items() if alerts]


def _shown_at(groups: Sequence[Group]) -> dict[int, Slot]:
    """By alert, when the one of its messages was brought up to date that was so the longest ago."""
    found: dict[int, Slot] = {}
    for group in groups:
        for alert in group.alerts:
            found[alert] = min(group.notified_at, found.get(alert, group.notified_at))
    return found


def _turns(silence: Silence) -> Iterator[tuple[Slot, Slot]]:
    """When what messages say of it changes, and an instant at which it covers what they are about. What is in force as
    soon as it is set was shown then."""
    if silence.created_at is not None and silence.starts_at > silence.created_at:
        yield silence.starts_at, silence.starts_at
    yield silence.ends_at, Slot(silence.ends_at - 1)


async def lapse(tx: Transaction, alerts: Sequence[Alert], at: Slot) -> None:
    """Free alerts whose acknowledgement is over."""
    await tx.alerts.save([lapsed(alert) for alert in alerts])
    for alert in alerts:
        detail = {"rule": alert.key.rule, "by": alert.acknowledged_by}
        await note(tx, at, BY_ITSELF, LAPSED, alert.short_id, alert.key.workspace, **detail)
    await show(tx, [alert.id for alert in alerts], at)
