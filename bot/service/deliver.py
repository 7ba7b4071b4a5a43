"""Deliver: take what waits in the outbox, tell it, and write down what became of it.

The attempt is committed before it is made, so after a crash it is known that a message may be out there, and
the notifier looks for it before it posts. A lease outlives the attempt's time-out, which begins with it, so no two
attempts overlap.

Each endpoint is a lane: one attempt at a time on each, all lanes beside each other, so that none waits for a slow one.
What waits stays in the history; only what is on its way is in memory.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import timedelta
from random import Random

import structlog

from bot.domain.times import Slot, to_slot
from bot.service.finish import to_its_end
from bot.service.fleet import Fleet
from bot.service.flights import Flights
from bot.service.lanes import Lanes
from bot.service.letters import Letter, letters_of
from bot.service.options import DeliverOptions
from bot.service.ports import Clock, History, Notifier, OutboxRow, Outcome, Transaction, TryAgain
from bot.service.reports.tell import with_digest
from bot.service.settle import Ended, Settle
from bot.service.withhold import withhold

log = structlog.get_logger()
LOOK_EVERY = 1.0
"""Seconds after which new things are looked for, also while attempts are on their way."""


class Deliver:
    """The use case. `owner` names this process among those that share the outbox."""

    def __init__(
        self,
        history: History,
        notifier: Notifier,
        fleet: Callable[[], Fleet],
        clock: Clock,
        random: Random,
        *,
        owner: str,
        options: DeliverOptions | None = None,
    ) -> None:
        self._history = history
        self._notifier = notifier
        self._fleet = fleet
        self._clock = clock
        self._owner = owner
        self._options = options or DeliverOptions()
        self._lanes = Lanes(self._options, random)
        self._settle = Settle(history, fleet, self._lanes, self._options, owner)
        self._woken = asyncio.Event()
        self._is_stopping = False

    def wake(self) -> None:
        """There is something new to tell: look for it, also while attempts are on their way."""
        self._woken.set()

    def stop(self) -> None:
        """Begin no new attempt."""
        self._is_stopping = True
        self._woken.set()

    async def run(self) -> Counter[str]:
        """Deliver until nothing is due. How many outcomes of each kind (and medium) there were.

        Whatever fails here, or cuts it short, no attempt goes on unseen: those on their way end first.
        """
        flights = Flights()
        self._woken.clear()
        if self._is_stopping or not await self._is_needed():
            return flights.outcomes
        try:
            await self._settle.look()
            while await self._take_off(flights) or flights:
                await flights.some(self._woken, LOOK_EVERY)
        except asyncio.CancelledError:
            flights.cancel()
            raise
        finally:
            await flights.land()
        if flights.failure is not None:
            raise flights.failure
        return flights.outcomes

    async def _is_needed(self) -> bool:
        """Writers queue: whoever has nothing to do keeps out of their way."""
        async with self._history.reading() as tx:
            waiting, _ = await tx.outbox.backlog()
        return bool(waiting)

    async def _take_off(self, flights: Flights) -> bool:
        """Start what may be started now; whether anything was."""
        free = self._options.width - len(flights)
        if self._is_stopping or flights.failure is not None or free < 1:
            return False
        async with self._history.writing() as tx:
            # A history that is slow to say what is to be told must not let the attempt outlive its lease.
            until = asyncio.get_running_loop().time() + self._options.timeout
            rows = list[OutboxRow]()
            while not rows and (claimed := await self._claim(tx, flights, free)):
                rows = await withhold(tx, self._fleet(), claimed, self._now())
        for letter in await self._letters(rows):
            flights.start(letter.row.way, self._attempt(letter, until))
        return bool(rows)

    async def _claim(self, tx: Transaction, flights: Flights, free: int) -> list[OutboxRow]:
        """Lanes that fail come last, and never take more than half of the room: they may be slow to fail."""
        now, lease = to_slot(self._clock()), timedelta(seconds=self._options.lease)
        flying, failing = flights.lanes, self._lanes.failing
        rows = list(await tx.outbox.claim(self._owner, now, lease, free, apart_from=flying | failing))
        room = min(free - len(rows), self._options.width // 2 - len(flying & failing))
        again = failing - flying - self._lanes.left_alone(now)
        if again and room > 0:
            rows += await tx.outbox.claim(self._owner, now, lease, room, among=again)
        return rows

    async def _letters(self, rows: Sequence[OutboxRow]) -> list[Letter]:
        if not rows:
            return []
        async with self._history.reading() as tx:
            return await letters_of(tx, self._fleet(), rows, self._now())

    async def _attempt(self, letter: Letter, until: float) -> str:
        await self._lanes.rest(letter.row.way)
        try:
            outcome = await self._deliver(letter, until)
        finally:
            self._lanes.used(letter.row)
        await to_its_end(self._settle.settle(Ended(letter.row, letter.group, outcome, self._now())))
        return f"{letter.group.endpoint.medium}:{type(outcome).__name__.lower()}"

    def _now(self) -> Slot:
        return to_slot(self._clock())

    async def _deliver(self, letter: Letter, until: float) -> Outcome:
        """A message that cannot be made, for a mistake of ours, must not take the others with it, nor be lost."""
        if asyncio.get_running_loop().time() >= until:
            return TryAgain("the history took too long")
        try:
            fleet = self._fleet()
            async with asyncio.timeout_at(until):
                words = letter.words(fleet)
                said = await with_digest(self._history, fleet, words, letter.group, self._clock())
                outcome = await self._notifier.deliver(said)
        except TimeoutError:
            outcome = TryAgain("no answer in time")
        except Exception as error:
            log.exception("delivery_failed", notification=letter.row.id)
            return TryAgain(f"a mistake in the bot: {type(error).__name__}")
        self._lanes.heard(letter.row, outcome, self._now())
        return outcome
