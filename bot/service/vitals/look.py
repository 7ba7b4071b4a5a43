"""Look at the bot, and tell the operators what is wrong with it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import replace

import structlog

from bot.alerts.model import Alert, AlertKey, Transition
from bot.alerts.trouble import Found, Vital, looked
from bot.domain.times import Slot, to_instant, to_slot
from bot.service.announce import record
from bot.service.finish import to_its_end
from bot.service.fleet import Fleet
from bot.service.ports import Clock, History, Transaction
from bot.service.vitals.checks import Speech, is_vital, vitals
from bot.service.vitals.facts import Machine
from bot.service.vitals.orphans import orphans_of
from bot.service.vitals.stored import Pace, open_notices, reaches_of, stuck_of

log = structlog.get_logger()

FUTURE = "the usage that is known already"


class Vitals:
    """The use case. `measure` says how the process and its machine are, `unlisted` which workspaces' sites are not
    listed and why; `announced` is called after a commit that left something to deliver."""

    def __init__(
        self,
        history: History,
        fleet: Callable[[], Fleet],
        clock: Clock,
        measure: Callable[[], Awaitable[Machine]],
        pace: Pace,
        unlisted: Callable[[], Mapping[str, str]] = dict,
        announced: Callable[[], None] = lambda: None,
    ) -> None:
        self._history = history
        self._fleet = fleet
        self._clock = clock
        self._measure = measure
        self._pace = pace
        self._unlisted = unlisted
        self._announced = announced
        self.is_stuck = False
        """Whether messages waited for too long at the last look."""

    async def run(self) -> list[Transition]:
        """One look. What became of the bot's own alerts. Raises only what the history raises."""
        machine, at, fleet = await self._measure(), to_slot(self._clock()), self._fleet()
        async with self._history.reading() as tx:
            machine = await _with_known_usage(tx, machine, at)
            reaches = await reaches_of(tx, fleet, at, self._pace, self._unlisted())
            stuck = await stuck_of(tx, at)
        found = list(vitals(machine, reaches, stuck, Speech(fleet.configuration.timezone, to_instant(at))))
        moves = await to_its_end(self._tell(fleet, found, at))
        self.is_stuck = stuck is not None
        for move in moves:
            log.info("transition", alert=move.alert.short_id, rule=move.alert.key.rule, change=move.change.value)
        if moves:
            self._announced()
        return moves

    async def _tell(self, fleet: Fleet, found: Sequence[Vital], at: Slot) -> list[Transition]:
        """The transaction; it writes in any case, to see that it can."""
        async with self._history.writing() as tx:
            await tx.pulse.beat(at)
            notices = await open_notices(tx, at)
            stored = {alert.key: alert for alert in notices if is_vital(alert.key)}
            alerts, moves = _after(found, stored, at)
            for alert, move in await orphans_of(tx, fleet.configuration, notices, at):
                alerts.append(alert)
                moves.append(move)
            return await record(tx, fleet, alerts, moves, at)


def _after(found: Sequence[Vital], stored: Mapping[AlertKey, Alert], at: Slot) -> tuple[list[Alert], list[Transition]]:
    """The alerts that changed, and what happened to them."""
    alerts, moves = [], []
    for vital in [*found, *_gone(found, stored)]:
        before = stored.get(vital.key)
        alert, move = looked(before, vital, at)
        if alert is not None and alert != before:
            alerts.append(alert)
        if move is not None:
            moves.append(move)
    return alerts, moves


def _gone(found: Iterable[Vital], stored: Iterable[AlertKey]) -> list[Vital]:
    """What nobody measures any more, such as a workspace that was taken out of the rules, is no trouble."""
    measured = {vital.key for vital in found}
    return [Vital(key, Found.CLEAR) for key in stored if key not in measured]


async def _with_known_usage(tx: Transaction, machine: Machine, at: Slot) -> Machine:
    """Usage that is known already cannot be of the future."""
    newest = await tx.retention.newest()
    if newest is None or newest <= at or not await tx.retention.is_used_since(at):
        return machine
    return replace(machine, ahead={**machine.ahead, FUTURE: float(at - newest)})
