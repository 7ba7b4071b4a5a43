"""Timers: tell what is due by itself. At each instant the facts of that instant come first, then its timers.

Everything that is due has an exact instant, whenever it is looked for, so that operation and a replay say the same.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import structlog

from bot.alerts.attention import escalated, still_firing
from bot.alerts.model import Alert, Transition
from bot.alerts.routing import Hearer, Way, goes_on_by_itself, hearers_of
from bot.domain.times import Slot, to_slot
from bot.service.agenda import Escalate, Item, Release, Repeat, agenda_of
from bot.service.announce import held_words, hold_on, note_told
from bot.service.attend import show
from bot.service.finish import to_its_end
from bot.service.flapping import Calm, become_calm
from bot.service.fleet import Fleet
from bot.service.hearing import at_once, site_of, worded
from bot.service.messages import Messages, Word
from bot.service.ports import Clock, HeldBack, History, Transaction
from bot.service.reminders import next_reminder, remind
from bot.service.upkeep import Lapse, Show, is_upkept, lapse

log = structlog.get_logger()
LOOK_AGAIN = 60
"""Seconds after which everything is looked at again, although nothing is due that is known of."""


async def next_due(tx: Transaction, fleet: Fleet, at: Slot) -> Slot | None:
    """When `run_timers` has something to do next, as things stand at `at`; None where nothing is to come. In a
    transaction that may write."""
    agenda = await agenda_of(tx, fleet, at)
    return agenda[0].at if agenda else None


async def run_timers(tx: Transaction, fleet: Fleet, at: Slot) -> list[Transition]:
    """Tell everything that is due by `at`, in order, as of when it was due. What happened to alerts by that.

    It comes to an end whatever telling leaves behind: its instants never go back, and nothing is told twice at one.
    """
    moves: list[Transition] = []
    now, done = Slot(0), set[object]()
    while items := [item for item in await agenda_of(tx, fleet, at) if item.at <= at and item.matter not in done]:
        due = max(now, items[0].at)
        together = [item for item in items if item.at <= due]
        done = {item.matter for item in together} | (done if due == now else set())
        now = due
        moves += await _Timer(tx, fleet, due).run(together)
    return moves


class _Timer:
    """Everything that is due at one instant."""

    def __init__(self, tx: Transaction, fleet: Fleet, at: Slot) -> None:
        self._tx = tx
        self._fleet = fleet
        self._at = at
        self._moves: list[Transition] = []

    async def run(self, items: Sequence[Item]) -> list[Transition]:
        await self._keep_up(items)
        releases = [item for item in items if isinstance(item, Release)]
        about = {one.row.alert for one in releases}
        about |= {one.alert.id for one in items if isinstance(one, Escalate | Repeat)}
        messages = await Messages.about(self._tx.outbox, about, self._at)
        heard = messages.heard()
        words = [word for one in releases if one.hearer for word in await self._released(one.row, one.hearer, heard)]
        await self._tx.held.drop([one.row for one in releases])
        words += await self._escalated([item for item in items if isinstance(item, Escalate)])
        words += await self._repeated([item for item in items if isinstance(item, Repeat)])
        await messages.tell(words)
        await note_told(self._tx, messages)
        await hold_on(self._tx, self._fleet, {word.move.alert.id for word in words}, self._at)
        return self._moves

    async def _keep_up(self, items: Sequence[Item]) -> None:
        """What people are not told anew."""
        taken = [item.alert for item in items if isinstance(item, Lapse)]
        if taken:
            await lapse(self._tx, taken, self._at)
        for calm in items:
            if isinstance(calm, Calm):
                await become_calm(self._tx, calm, self._at)
        await show(self._tx, {alert for item in items if isinstance(item, Show) for alert in item.alerts}, self._at)

    async def _released(self, row: HeldBack, hearer: Hearer, heard: set[tuple[int, str]]) -> list[Word]:
        return await held_words(self._tx, row, at_once(hearer), was_heard=(row.alert, row.receiver) in heard)

    async def _escalated(self, items: Sequence[Escalate]) -> list[Word]:
        """One transition an alert, however many ways escalate it now."""
        ways: dict[int, list[Way]] = {}
        for item in items:
            ways.setdefault(item.alert.id, []).append(item.way)
        alerts = {item.alert.id: item.alert for item in items}
        moves = await self._record([escalated(alert, self._fleet.bucket, self._at) for alert in alerts.values()])
        await self._tx.alerts.save([move.alert for move in moves])
        words = []
        for move in moves:
            hearers = hearers_of(self._fleet.configuration, move.alert, site_of(self._fleet, move.alert))
            for way in ways[move.alert.id]:
                names = way.telling.escalate.notify if way.telling.escalate else ()
                told = [at_once(replace(hearers[name], way=way)) for name in names]
                words += [worded(move, hearer, loud=True, begins=True) for hearer in told]
        return words

    async def _repeated(self, items: Sequence[Repeat]) -> list[Word]:
        """One transition an alert, however many messages tell it again now."""
        alerts: dict[int, Alert] = {item.alert.id: item.alert for item in items}
        moves = await self._record([still_firing(alert, self._fleet.bucket, self._at) for alert in alerts.values()])
        by_alert = {move.alert.id: move for move in moves}
        return [
            Word(by_alert[item.alert.id], item.hearer.receiver, item.hearer.way, True, False, (item.group.endpoint,))
            for item in items
        ]

    async def _record(self, moves: Sequence[Transition]) -> list[Transition]:
        stored = list(await self._tx.alerts.record(moves))
        self._moves += stored
        return stored


class Timers:
    """The use case. `announced` is called after a commit that left something to deliver; what other processes do is
    noticed within `look_again` seconds."""

    def __init__(
        self,
        history: History,
        fleet: Callable[[], Fleet],
        clock: Clock,
        announced: Callable[[], None] = lambda: None,
        *,
        look_again: int = LOOK_AGAIN,
    ) -> None:
        self._history = history
        self._fleet = fleet
        self._clock = clock
        self._announced = announced
        self._look_again = look_again
        self._looked_at: Slot | None = None
        self._idle_until = Slot(0)

    def wake(self) -> None:
        """Look at everything at the next run: something has happened since."""
        self._looked_at = None

    async def run(self) -> list[Transition]:
        """Tell everything that is due now. Raises only what the history raises."""
        at = to_slot(self._clock())
        if self._looked_at is not None and self._looked_at <= at < self._idle_until:
            return []
        self._looked_at, self._idle_until = at, Slot(at + self._look_again)
        try:
            moves = await to_its_end(self._run(at)) if await self._is_needed() else None
        except BaseException:
            self.wake()
            raise
        for move in moves or ():
            log.info("transition", alert=move.alert.short_id, rule=move.alert.key.rule, change=move.change.value)
        if moves is not None:
            self._announced()
        return moves or []

    async def _is_needed(self) -> bool:
        """Writers queue: whoever has nothing to do keeps out of their way."""
        if goes_on_by_itself(self._fleet().configuration):
            return True
        at = to_slot(self._clock())
        async with self._history.reading() as tx:
            is_held = bool(await tx.held.all() or await tx.alerts.flapping())
            return is_held or await is_upkept(tx, at) or await next_reminder(tx, at) is not None

    async def _run(self, at: Slot) -> list[Transition] | None:
        """None where nothing is due."""
        fleet, moves = self._fleet(), list[Transition]()
        async with self._history.writing() as tx:
            first = await self._next(tx, fleet, at)
            is_due = first is not None and first <= at
            if is_due:
                moves = [*await run_timers(tx, fleet, at), *await remind(tx, fleet, at)]
            due = await self._next(tx, fleet, at) if is_due else first
        if due is not None:
            self._idle_until = min(self._idle_until, due)
        return moves if is_due else None

    @staticmethod
    async def _next(tx: Transaction, fleet: Fleet, at: Slot) -> Slot | None:
        dues = (await next_due(tx, fleet, at), await next_reminder(tx, at))
        return min((due for due in dues if due is not None), default=None)
