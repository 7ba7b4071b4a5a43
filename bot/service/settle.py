"""Write down what became of attempts: the row, where its message is, whom it goes to instead, what operators hear.

All that end at about the same time share a commit, which is what an attempt costs most.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import assert_never

import structlog

from bot.alerts.model import BOT_RULE
from bot.alerts.routing import stand_in
from bot.domain.times import Slot
from bot.service.delivery_notices import DeliveryNotices
from bot.service.fallback import hand_over
from bot.service.fleet import Fleet
from bot.service.lanes import Lanes
from bot.service.options import DeliverOptions
from bot.service.pictured import add_picture_later
from bot.service.ports import (
    Delivered,
    Group,
    History,
    OutboxRow,
    Outcome,
    Rejected,
    Standing,
    Transaction,
    TryAgain,
)

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Ended:
    """One attempt, what came of it, and when."""

    row: OutboxRow
    group: Group
    outcome: Outcome
    at: Slot

    @property
    def is_about_the_bot(self) -> bool:
        return self.group.name.partition("/")[2].startswith(f"{BOT_RULE}:")


class Settle:
    """Settles attempts of `owner`; an attempt that has outlived its lease writes nothing."""

    def __init__(
        self, history: History, fleet: Callable[[], Fleet], lanes: Lanes, options: DeliverOptions, owner: str
    ) -> None:
        self._history = history
        self._fleet = fleet
        self._lanes = lanes
        self._options = options
        self._owner = owner
        self._notices = DeliveryNotices(history, fleet)
        self._turn = asyncio.Lock()
        self._waiting: list[Ended] = []

    async def look(self) -> None:
        """Find out which troubles the operators know of."""
        await self._notices.look()

    async def settle(self, ended: Ended) -> None:
        """Whoever comes while another writes waits, and the next to write writes for all who wait."""
        self._waiting.append(ended)
        async with self._turn:
            together, self._waiting = self._waiting, []
            if together:
                await self._write(together)

    async def _write(self, together: Sequence[Ended]) -> None:
        """Where one of them cannot be written down, the others are, up to that one: the rest is tried again when its
        lease is over."""
        try:
            await self._commit(together)
        except Exception:
            if len(together) == 1:
                raise
            for ended in together:
                await self._commit([ended])

    async def _commit(self, together: Sequence[Ended]) -> None:
        async with self._history.writing() as tx:
            settled = [(ended, await self._settled(tx, ended)) for ended in together]
        for ended, why in settled:
            self._log(ended, why)

    async def _settled(self, tx: Transaction, ended: Ended) -> str | None:
        """Why it is not delivered, "" where it is; None where another attempt has taken over."""
        outcome = self._final(ended)
        row = self._after(ended.row, outcome, ended.at)
        if not await tx.outbox.settle(row, self._owner):
            return None
        instead = ""
        match outcome:
            case Delivered(ref):
                await tx.outbox.posted(ended.group.id, ref, ended.at)
                if outcome.unpictured:
                    await add_picture_later(tx.outbox, row, ended.at)
            case TryAgain(_, after) if after and ended.row.lane:
                await tx.outbox.pause(ended.row.lane, Slot(ended.at + self._asked(outcome)))
            case Rejected(why) if ended.row.loud:
                instead = await hand_over(tx, self._fleet().configuration, row, ended.group, why, ended.at)
        await self._notices.tell(tx, replace(ended, outcome=outcome), instead)
        return row.why

    def _final(self, ended: Ended) -> Outcome:
        """What has failed for too long counts as rejected; but what may pass goes on where nobody hears instead."""
        outcome, since = ended.outcome, ended.row.failing_since
        if not isinstance(outcome, TryAgain) or since is None:
            return outcome
        needs_operator, group = outcome.needs_operator, ended.group
        is_heard = stand_in(self._fleet().configuration, group.receiver, group.endpoint) is not None
        patience = self._options.hands_over_after if needs_operator and is_heard else self._options.gives_up_after
        if ended.at < since + patience or not (needs_operator or is_heard):
            return outcome
        return Rejected(f"{outcome.why} (given up after {patience // 3600} h)")

    def _after(self, row: OutboxRow, outcome: Outcome, now: Slot) -> OutboxRow:
        """The row as it is to be stored after one attempt."""
        free = replace(row, leased_by=None, leased_until=None, attempted_at=now)
        match outcome:
            case Delivered():
                return replace(free, standing=Standing.DELIVERED, settled_at=now, why="")
            case TryAgain(why):
                wait = max(self._lanes.backoff(row.attempts), self._asked(outcome))
                since = row.failing_since if row.failing_since is not None else now
                return replace(free, due_at=Slot(now + wait), why=why, failing_since=since)
            case Rejected(why):
                return replace(free, standing=Standing.REJECTED, settled_at=now, why=why)
            case _:
                assert_never(outcome)

    def _asked(self, outcome: TryAgain) -> int:
        """Seconds that the other side wants to be left alone."""
        return min(self._options.longest_asked, int(outcome.after.total_seconds()) + 1) if outcome.after else 0

    def _log(self, ended: Ended, why: str | None) -> None:
        if why is None:
            log.warning("delivery_outlived", notification=ended.row.id, attempt=ended.row.attempts)
            return
        log.info(
            "delivery",
            notification=ended.row.id,
            receiver=ended.group.receiver,
            medium=ended.group.endpoint.medium.value,
            outcome=type(ended.outcome).__name__.lower(),
            attempt=ended.row.attempts,
            why=why,
        )
