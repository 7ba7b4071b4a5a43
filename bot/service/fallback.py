"""Who hears what cannot be delivered to a receiver: its fallback, in the commit that gives the message up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.alerts.model import Transition
from bot.alerts.routing import stand_in
from bot.domain.times import Slot
from bot.rules.model import Configuration, Endpoint, Receiver
from bot.service.ports import Group, OutboxRow, Transaction
from bot.service.reports.instead import hand_over_digest


async def hand_over(
    tx: Transaction, configuration: Configuration, row: OutboxRow, group: Group, why: str, at: Slot
) -> str:
    """Tell the fallback what `row` was to tell, at once; who that is, "" where nobody hears.

    It has one message for each of the receiver's, which says in whose place it is told and why. What it hears of
    itself is not told again. What cannot be delivered to it either goes no further.
    """
    receiver = None if group.instead_of else stand_in(configuration, group.receiver, group.endpoint)
    if receiver is None:
        return ""
    because = f"{group.endpoint}: {why}"
    if group.digest is not None:
        is_told = await hand_over_digest(tx, configuration, group, receiver, because, at)
        return receiver.name if is_told else ""
    handing = _Handing(tx, group, receiver, because, at)
    moves = await tx.outbox.transitions(row.transitions)
    groups = [one for one in await tx.outbox.groups_with(sorted(group.alerts)) if one.receiver == receiver.name]
    told = [await handing.tell(endpoint, moves, groups) for endpoint in receiver.endpoints]
    return receiver.name if any(told) else ""


@dataclass(frozen=True, slots=True)
class _Handing:
    tx: Transaction
    group: Group
    receiver: Receiver
    because: str
    at: Slot

    async def tell(self, endpoint: Endpoint, moves: Sequence[Transition], groups: Sequence[Group]) -> bool:
        """Whether it is told there, now or before. `groups` are the receiver's of these alerts."""
        if endpoint == self.group.endpoint:
            return False
        here = [one for one in groups if one.endpoint == endpoint]
        heard = {alert for one in here if not one.instead_of for alert in one.alerts}
        wanted = tuple(move.id for move in moves if move.alert.id not in heard)
        instead = [one for one in here if (one.instead_of, one.name) == (self.group.receiver, self.group.name)]
        rows = [row for one in instead for row in await self.tx.outbox.rows_of(one.id) if row.loud]
        told = {move for row in rows for move in row.transitions}
        news = tuple(move for move in wanted if move not in told)  # another of the receiver's endpoints came first
        if news:
            await self._enqueue(await self._message(endpoint, instead, self.group.alerts - heard), news)
        return bool(wanted)

    async def _message(self, endpoint: Endpoint, own: Sequence[Group], alerts: frozenset[int]) -> Group:
        group = self.group
        new = Group(self.receiver.name, endpoint, group.name, self.at, frozenset(), self.at, route=group.route)
        message = replace(own[-1] if own else new, instead_of=group.receiver, because=self.because)
        message = replace(message, alerts=message.alerts | alerts, notified_at=self.at, told_at=self.at)
        return await self.tx.outbox.save_group(message)

    async def _enqueue(self, message: Group, news: tuple[int, ...]) -> None:
        """The receiver was waited for already: here nothing waits for more to come."""
        waiting = await self.tx.outbox.waiting(message.id)
        if waiting is None:
            lane = str(message.endpoint)
            await self.tx.outbox.save(OutboxRow(message.id, news, True, self.at, self.at, lane=lane))
        else:
            together = tuple(dict.fromkeys(waiting.transitions + news))
            due_at = min(waiting.due_at, self.at)
            await self.tx.outbox.save(replace(waiting, transitions=together, loud=True, due_at=due_at))
