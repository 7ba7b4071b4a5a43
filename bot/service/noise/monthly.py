"""On the first of a month the operators are told how much noise each spike rule made in the month before."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, time

import structlog

from bot.alerts.model import BOT_RULE, Alert, Change, Reason, State, Transition
from bot.alerts.noise import Account
from bot.domain.periods import Calendar, Per, Starts
from bot.domain.times import DAY, HOUR, Slot, Window, to_instant, to_slot
from bot.rules.model import Rule, Severity
from bot.service.announce import record
from bot.service.finish import to_its_end
from bot.service.fleet import Fleet
from bot.service.noise.accounts import accounts_of, spike_rules
from bot.service.noise.words import note_of
from bot.service.notices import EVERY_WORKSPACE, notice_key
from bot.service.ports import Clock, History, Transaction

log = structlog.get_logger()

TOPIC = "noise"
TOLD_AT = time(8)
LATEST = 7 * DAY
"""Seconds after which it is old news. So long it may be late."""
LOOK_EVERY = HOUR
"""Seconds after which a rule without an account is looked at again."""


@dataclass(frozen=True, slots=True)
class Due:
    """A `month` that is over, and when people are told of it."""

    month: Window
    at: Slot


def last_due(fleet: Fleet, at: Slot) -> Due | None:
    """The month of which people are to be told at `at`, or should have been less than a week before."""
    zone = fleet.configuration.timezone
    due = Calendar(Per.MONTH, zone, Starts(time=TOLD_AT)).period(at).start
    months = Calendar(Per.MONTH, zone)
    month = months.period(months.period(due).start - 1)
    return Due(month, due) if at < due + LATEST else None


class MonthlyNoise:
    """The use case. `announced` is called after a commit that left something to deliver."""

    def __init__(
        self, history: History, fleet: Callable[[], Fleet], clock: Clock, announced: Callable[[], None] = lambda: None
    ) -> None:
        self._history = history
        self._fleet = fleet
        self._clock = clock
        self._announced = announced
        self._looked: tuple[Due, str] | None = None
        self._looked_at = Slot(0)

    async def run(self) -> list[Transition]:
        """Tell of the last month whatever was not told yet. Raises only what the history raises."""
        at, fleet = to_slot(self._clock()), self._fleet()
        due = last_due(fleet, at)
        if due is None or not spike_rules(fleet.configuration):
            return []
        look = due, fleet.configuration.version
        if look == self._looked and self._looked_at <= at < self._looked_at + LOOK_EVERY:
            return []
        moves = await to_its_end(self._tell(fleet, due, at)) if await self._is_needed(fleet, due) else []
        self._looked, self._looked_at = look, at
        for move in moves:
            log.info("transition", alert=move.alert.short_id, rule=move.alert.key.rule, change=move.change.value)
        if moves:
            self._announced()
        return moves

    async def _is_needed(self, fleet: Fleet, due: Due) -> bool:
        """Writers queue: whoever has nothing to do keeps out of their way."""
        async with self._history.reading() as tx:
            return bool(await _untold(tx, fleet, due))

    async def _tell(self, fleet: Fleet, due: Due, at: Slot) -> list[Transition]:
        """The transaction. Another replica may have told it just now."""
        async with self._history.writing() as tx:
            rules = await _untold(tx, fleet, due)
            accounts = await accounts_of(tx, fleet, rules, fleet.everything, due.month)
            told = [_told(account, fleet, due.at, to_instant(at)) for account in accounts if account.sites]
            return await record(tx, fleet, [move.alert for move in told], told, due.at) if told else []


async def _untold(tx: Transaction, fleet: Fleet, due: Due) -> Sequence[Rule]:
    """The rules of whose noise in the month nobody was told."""
    return [rule for rule in spike_rules(fleet.configuration) if not await _is_told(tx, rule, due)]


async def _is_told(tx: Transaction, rule: Rule, due: Due) -> bool:
    """Also where the zone was another one when it was."""
    latest = await tx.alerts.past(f"{BOT_RULE}:{TOPIC}:{rule.name}", None, 1)
    return bool(latest) and latest[0].since >= due.month.end - DAY


def _told(account: Account, fleet: Fleet, due: Slot, now: datetime) -> Transition:
    """It is a word, and nothing that goes on: its alert is over as soon as it is told."""
    key = notice_key(EVERY_WORKSPACE, f"{TOPIC}:{account.rule}")
    note = note_of(account, fleet.labels(fleet.everything), fleet.configuration.timezone, now)
    reason = Reason.NOISE_COUNTED
    alert = Alert(key, State.RESOLVED, due, Severity.INFO, fired_at=due, resolved_at=due, reason=reason, note=note)
    return Transition(alert, Change.FIRED, reason, due, due)
