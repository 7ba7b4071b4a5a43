"""Deliver: take what waits in the outbox, tell it, and write down what became of it.

The attempt is committed before it is made, so after a crash it is known that a message may be out there, and
the notifier looks for it before it posts. A lease outlives the attempt's time-out, which begins with it, so no two
attempts overlap.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from random import Random
from typing import assert_never

import structlog

from bot.alerts.model import BOT_RULE, Alert, Transition
from bot.alerts.silences import InForce
from bot.domain.times import Slot, to_slot
from bot.service.finish import to_its_end
from bot.service.fleet import Fleet
from bot.service.hearing import in_force
from bot.service.notices import Notices
from bot.service.options import DeliverOptions
from bot.service.ports import (
    Clock,
    Delivered,
    Group,
    History,
    Notifier,
    OutboxRow,
    Outcome,
    Rejected,
    Standing,
    Transaction,
    TryAgain,
)
from bot.service.present import notification, rules_of

log = structlog.get_logger()


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
        self._random = random
        self._owner = owner
        self._options = options or DeliverOptions()
        self._notices = Notices(history, fleet)
        self._troubles: set[tuple[str, str]] = set()
        self._until = 0.0

    async def run(self) -> Counter[str]:
        """Deliver until nothing is due. How many outcomes of each kind (and medium) there were."""
        outcomes: Counter[str] = Counter()
        while rows := await self._claim():
            self._troubles = await self._notices.all_open()
            results = await asyncio.gather(*(self._attempt(row) for row in rows), return_exceptions=True)
            outcomes.update(result for result in results if isinstance(result, str))
            for result in results:  # only now: none goes on, or ends unseen, when another has failed
                if isinstance(result, BaseException):
                    raise result
        return outcomes

    async def _claim(self) -> list[OutboxRow]:
        lease = timedelta(seconds=self._options.lease)
        async with self._history.reading() as tx:
            waiting, _ = await tx.outbox.backlog()
        if not waiting:
            return []
        async with self._history.writing() as tx:
            # A history that is slow to say what is to be told must not let the attempt outlive its lease.
            self._until = asyncio.get_running_loop().time() + self._options.timeout
            return list(await tx.outbox.claim(self._owner, self._now(), lease, self._options.batch))

    def _now(self) -> Slot:
        return to_slot(self._clock())

    async def _attempt(self, row: OutboxRow) -> str:
        async with self._history.reading() as tx:
            group = await tx.outbox.get_group(row.group)
            assert group is not None  # noqa: S101 - the row's foreign key
            alerts = await tx.outbox.alerts(sorted(group.alerts))
            moves = await tx.outbox.transitions(row.transitions)
            silences = await in_force(tx, self._now())
        outcome = await self._deliver(row, group, alerts, moves, silences)
        await to_its_end(self._settle(row, group, outcome))
        return f"{group.endpoint.medium}:{type(outcome).__name__.lower()}"

    async def _deliver(
        self,
        row: OutboxRow,
        group: Group,
        alerts: Sequence[Alert],
        moves: Sequence[Transition],
        silences: InForce,
    ) -> Outcome:
        """A message that cannot be made, for a mistake of ours, must not take the others with it, nor be lost."""
        if asyncio.get_running_loop().time() >= self._until:
            return TryAgain("the history took too long")
        try:
            message = notification(row, group, alerts, moves, self._fleet(), silences)
            async with asyncio.timeout_at(self._until):
                return await self._notifier.deliver(message)
        except TimeoutError:
            return TryAgain("no answer in time")
        except Exception as error:
            log.exception("delivery_failed", notification=row.id)
            return TryAgain(f"a mistake in the bot: {type(error).__name__}")

    async def _settle(self, row: OutboxRow, group: Group, outcome: Outcome) -> None:
        now = self._now()
        settled = self._after(row, outcome, now)
        async with self._history.writing() as tx:
            is_ours = await tx.outbox.settle(settled, self._owner)
            if is_ours and isinstance(outcome, Delivered):
                fresh = await tx.outbox.get_group(group.id) or group
                posted_at = fresh.posted_at if fresh.posted_at is not None else now
                await tx.outbox.save_group(replace(fresh, ref=outcome.ref or fresh.ref, posted_at=posted_at))
            if is_ours:
                await self._tell_operators(tx, group, outcome, now)
        log.info(
            "delivery",
            notification=row.id,
            receiver=group.receiver,
            medium=group.endpoint.medium.value,
            outcome=type(outcome).__name__.lower(),
            attempt=row.attempts,
            why=settled.why,
        )

    def _after(self, row: OutboxRow, outcome: Outcome, now: Slot) -> OutboxRow:
        """The row as it is to be stored after one attempt."""
        free = replace(row, leased_by=None, leased_until=None, attempted_at=now)
        match outcome:
            case Delivered():
                return replace(free, standing=Standing.DELIVERED, settled_at=now, why="")
            case TryAgain(why, after):
                asked = min(self._options.longest_asked, int(after.total_seconds()) + 1) if after else 0
                wait = max(self._wait(row.attempts), asked)
                return replace(free, due_at=Slot(now + wait), why=why)
            case Rejected(why):
                return replace(free, standing=Standing.REJECTED, settled_at=now, why=why)
            case _:
                assert_never(outcome)

    def _wait(self, attempts: int) -> int:
        """Exponential backoff with jitter between half and the whole of it."""
        longest = min(self._options.longest_wait, self._options.first_wait * 2 ** min(attempts, 16))
        return max(1, int(longest * self._random.uniform(0.5, 1)))

    async def _tell_operators(self, tx: Transaction, group: Group, outcome: Outcome, now: Slot) -> None:
        """Somebody must hear that a receiver cannot be reached, in the commit that gives the message up; that notice
        itself is only logged."""
        workspace, _, label = group.name.partition("/")
        topic = f"delivery:{group.receiver}:{group.endpoint.medium}"
        if label.startswith(f"{BOT_RULE}:"):
            return
        rule = rules_of(await tx.outbox.alerts(sorted(group.alerts))) or label
        if isinstance(outcome, Delivered) and outcome.but:
            text = f"Alerts of {rule} reach only a part of {group.receiver} ({group.endpoint}): {outcome.but}"
            await self._notices.tell_within(tx, workspace, topic, text, now)
        elif isinstance(outcome, Rejected):
            text = f"Alerts of {rule} cannot be delivered to {group.receiver} ({group.endpoint}): {outcome.why}"
            await self._notices.tell_within(tx, workspace, topic, text, now)
        elif isinstance(outcome, Delivered) and (workspace, topic) in self._troubles:
            await self._notices.clear_within(tx, workspace, topic, now)
