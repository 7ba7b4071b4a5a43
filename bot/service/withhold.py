"""News that waits to be delivered and is overtaken by a silence, a mute timing or what holds it back: it is held back
like any other.

Decided where the news is claimed, in the claim's transaction: whoever sets a silence is before that or after it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from bot.alerts.model import Alert, Change, Transition
from bot.alerts.routing import Hearer, hearers_of
from bot.alerts.silences import Quiet
from bot.domain.times import Slot
from bot.service.fleet import Fleet
from bot.service.hearing import CLOSING, Key, is_told_anew, quiet_of, site_of
from bot.service.ports import Group, HeldBack, OutboxRow, Standing, Transaction

PROMPT = 60
"""Seconds within which what is due is looked at as of when it was due; what is later is judged by what is so now."""


async def withhold(tx: Transaction, fleet: Fleet, rows: Sequence[OutboxRow], at: Slot) -> list[OutboxRow]:
    """The rows that were claimed `at` this instant, without the news that people are not to be told now.

    Of what was attempted before, somebody may have seen something: that goes on. A row that has nothing left to say is
    settled, and not among them. Call in the transaction of the claim.
    """
    fresh = [row for row in rows if row.loud and row.attempted_at is None]
    quiet = await quiet_of(tx, fleet, Slot(min([at, *(row.due_at for row in fresh)])))
    sources = {(row.alert, row.receiver): row.since for row in await tx.held.by_sources()} if fresh else {}
    if not fresh or not (quiet.silences or quiet.timings or sources):
        return list(rows)
    ids = {row.id for row in fresh}
    kept = [
        await _Withheld(tx, fleet, quiet, sources, at, fresh).left_of(row) if row.id in ids else row for row in rows
    ]
    return [row for row in kept if row is not None]


@dataclass(slots=True)
class _Withheld:
    """One row's news. `sources` says since when other alerts hold one back from a receiver, `together` are the rows
    that were claimed with it for the first time. `held` is by alert what
    waits from now on, and since when it is quiet."""

    tx: Transaction
    fleet: Fleet
    quiet: Quiet
    sources: Mapping[Key, Slot]
    at: Slot
    together: Sequence[OutboxRow]
    held: dict[int, tuple[Slot, list[Transition]]] = field(default_factory=dict)
    intervals: set[int] = field(default_factory=set)
    left: list[Transition] = field(default_factory=list)
    is_loud: bool = False

    async def left_of(self, row: OutboxRow) -> OutboxRow | None:
        """What of the row is to be told, or edited, now; None where nothing is."""
        group = await self.tx.outbox.get_group(row.group)
        assert group is not None  # noqa: S101 - the row's foreign key
        if group.instead_of:  # it went out already, to whom it did not reach
            return row
        for move in await self.tx.outbox.transitions(row.transitions):
            await self._take(row, group, move)
        if not self.held:
            return row
        await self._hold(group)
        gone = self.held.keys() & set(row.begins)
        ids, begins = tuple(move.id for move in self.left), tuple(one for one in row.begins if one not in gone)
        rest = replace(row, transitions=ids, begins=begins, loud=self.is_loud)
        group = await self._forget(group, row, gone)
        await self._untell(gone, row)
        if not group.alerts:
            gone_row = replace(rest, leased_by=None, leased_until=None, settled_at=self.at, why="held back")
            await self.tx.outbox.save(replace(gone_row, standing=Standing.WITHHELD))
            return None
        await self.tx.outbox.save(replace(rest, attempted_at=self.at))
        return rest

    async def _take(self, row: OutboxRow, group: Group, move: Transition) -> None:
        alert = move.alert
        is_end = move.change in CLOSING and alert.id not in row.begins
        hearer = self._hearer(group.receiver, alert)
        since = self._quiet_since(row, alert, hearer, is_end=is_end) if hearer is not None else None
        if hearer is not None and since is not None and await self._is_on_its_way(group, hearer, move):
            since = None
        is_step_back = move.change in CLOSING and alert.is_open and alert.id in self.held
        if hearer is None or (since is None and not is_step_back):
            self.left.append(move)
            self.is_loud |= is_told_anew(move, hearer) if hearer is not None else alert.id in row.begins
            return
        self.intervals.add(int(hearer.way.telling.group_interval.total_seconds()))
        known, moves = self.held.get(alert.id, (since or self.at, []))
        self.held[alert.id] = (known, [*moves, move] if is_told_anew(move, hearer) else moves)

    def _hearer(self, receiver: str, alert: Alert) -> Hearer | None:
        site = site_of(self.fleet, alert)
        return hearers_of(self.fleet.configuration, alert, site, formerly=not alert.is_open).get(receiver)

    async def _is_on_its_way(self, group: Group, hearer: Hearer, move: Transition) -> bool:
        """Whether another endpoint of the receiver has told it, or may have: then it is told here, too."""
        alert = move.alert.id
        held = [one for one in await self.tx.held.of([alert]) if one.receiver == group.receiver]
        if move.change is Change.REPEATED or any(move.id in one.transitions for one in held):
            return False
        for other in await self.tx.outbox.groups_with([alert]):
            is_beside = other.receiver == group.receiver and other.endpoint != group.endpoint
            if is_beside and other.endpoint in hearer.receiver.endpoints and not await self._waits(other, move):
                return True
        return False

    async def _waits(self, group: Group, move: Transition) -> bool:
        """Whether a message's news was not attempted yet."""
        waiting = await self.tx.outbox.waiting(group.id)
        rows = [row for row in self.together if row.group == group.id] + ([waiting] if waiting else [])
        return any(move.id in row.transitions for row in rows)

    def _quiet_since(self, row: OutboxRow, alert: Alert, hearer: Hearer, *, is_end: bool) -> Slot | None:
        """Since when the receiver is not to be told; None where it is. A silence keeps no end quiet of what was told.

        What was known when it was due is judged as of then, and a silence that was set since as of now: whoever looks
        some seconds later says the same.
        """
        site, is_prompt = site_of(self.fleet, alert), self.at - row.due_at <= PROMPT
        moment = row.due_at if is_prompt else self.at
        if self.quiet.muted_until(hearer.way.telling, moment) > moment:
            return moment
        if is_end:
            return None
        is_held_back = self.sources.get((alert.id, hearer.receiver.name), Slot(moment + 1)) <= moment
        if is_held_back or self.quiet.silenced_until(alert, site, moment) > moment:
            return moment
        later = Quiet([one for one in self.quiet.silences if (one.created_at or 0) >= row.due_at])
        return self.at if later.silenced_until(alert, site, self.at) > self.at else None

    async def _hold(self, group: Group) -> None:
        """What is over and was not told is told to nobody."""
        known = {row.alert: row for row in await self.tx.held.of(list(self.held)) if row.receiver == group.receiver}
        kept = []
        for alert, (since, moves) in self.held.items():
            before = known.get(alert, HeldBack(alert, group.receiver, (), since))
            ids = dict.fromkeys([*before.transitions, *(move.id for move in moves)])
            if moves and (moves[0].alert.is_open or any(move.change in CLOSING for move in moves)):
                kept.append(replace(before, transitions=tuple(ids), since=max(before.since, since)))
        await self.tx.held.save(kept)

    async def _forget(self, group: Group, row: OutboxRow, gone: set[int]) -> Group:
        """The message as if nothing of this had been announced."""
        left = replace(group, alerts=group.alerts - gone)
        if not left.alerts:
            left = replace(left, notified_at=Slot(0), told_at=None)
        elif not self.is_loud and group.told_at is not None:
            left = replace(left, told_at=Slot(min(group.told_at, row.due_at) - max(self.intervals)))
        return await self.tx.outbox.save_group(left)

    async def _untell(self, gone: set[int], row: OutboxRow) -> None:
        """When people were first told of these alerts, now that this does not count."""
        changed = []
        for alert in await self.tx.outbox.alerts(sorted(gone)):
            others = await self.tx.outbox.groups_with([alert.id])
            told = min((one.told_at for one in others if one.told_at is not None), default=None)
            if alert.told_at is not None and alert.told_at >= row.due_at and told != alert.told_at:
                changed.append(replace(alert, told_at=told))
        if changed:
            await self.tx.alerts.save(changed)
