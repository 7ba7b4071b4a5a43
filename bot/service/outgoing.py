"""What people do about notifications: look at the outbox, have one sent again, give one up. Audited.

A notification that is being sent at that moment is left alone. One that is discarded holds up nothing behind it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace

from bot.alerts.model import Transition
from bot.domain.times import Slot, iso
from bot.service.audit import DISCARDED, REQUEUED, Actor, note
from bot.service.ports import Group, OutboxRow, Standing, Transaction

LONGEST_REASON = 500
HELD_BACK = "its news are held back, and told when nothing keeps them quiet any more"


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A notification, the message it belongs to, and what it tells."""

    row: OutboxRow
    group: Group
    moves: tuple[Transition, ...]


@dataclass(frozen=True, slots=True)
class Left:
    """A notification that nothing was done about, and why."""

    id: int
    why: str


@dataclass(frozen=True, slots=True)
class Done:
    """What became of each that was named."""

    changed: tuple[OutboxRow, ...]
    left: tuple[Left, ...]


async def outgoing(
    tx: Transaction, standings: Collection[Standing], since: Slot, limit: int | None, receiver: str | None = None
) -> list[Outgoing]:
    """Notifications that stand so, of those that are settled the ones since then; the latest `limit`, oldest first."""
    rows = await tx.outbox.standing(standings, since, None if receiver else limit)
    groups = {row.group: await _group(tx, row) for row in rows}
    own = [row for row in rows if receiver in {None, groups[row.group].receiver}]
    own = own if limit is None else own[-limit:]
    moves = {move.id: move for move in await tx.outbox.transitions([move for row in own for move in row.transitions])}
    return [
        Outgoing(row, groups[row.group], tuple(moves[move] for move in row.transitions if move in moves)) for row in own
    ]


async def requeue(tx: Transaction, ids: Sequence[int], by: Actor, at: Slot) -> Done:
    """Have these sent as soon as can be: what was rejected or discarded anew, what waits without further waiting.

    What failed has all its time again before it is given up.
    """

    def again(row: OutboxRow) -> OutboxRow | str:
        if row.standing is Standing.DELIVERED:
            return "it was delivered, and is not said twice"
        if row.standing is Standing.WITHHELD:
            return HELD_BACK
        return replace(row, standing=Standing.WAITING, due_at=at, settled_at=None, failing_since=None, why="")

    return await _change(tx, ids, by, at, REQUEUED, again)


async def discard(tx: Transaction, ids: Sequence[int], reason: str, by: Actor, at: Slot) -> Done:
    """Give these up. Raises ValueError without a reason."""
    reason = " ".join(reason.split())[:LONGEST_REASON]
    if not reason:
        raise ValueError("say why")

    def up(row: OutboxRow) -> OutboxRow | str:
        if row.standing in {Standing.DELIVERED, Standing.DISCARDED}:
            return f"it was {row.standing.value} already"
        if row.standing is Standing.WITHHELD:
            return HELD_BACK
        why = f"discarded by {by.name}: {reason}"
        return replace(row, standing=Standing.DISCARDED, settled_at=at, why=why)

    return await _change(tx, ids, by, at, DISCARDED, up, reason)


async def _change(
    tx: Transaction,
    ids: Sequence[int],
    by: Actor,
    at: Slot,
    action: str,
    decide: Callable[[OutboxRow], OutboxRow | str],
    reason: str = "",
) -> Done:
    rows = {row.id: row for row in await tx.outbox.some(ids)}
    changed: list[OutboxRow] = []
    left: list[Left] = []
    for number in dict.fromkeys(ids):
        what = _decided(rows.get(number), at, decide)
        if isinstance(what, str):
            left.append(Left(number, what))
            continue
        # No lease outlives this: whoever held one that is over can write nothing any more.
        changed.append(await tx.outbox.save(replace(what, leased_by=None, leased_until=None)))
        await _note(tx, rows[number], by, at, action, reason)
    return Done(tuple(changed), tuple(left))


def _decided(row: OutboxRow | None, at: Slot, decide: Callable[[OutboxRow], OutboxRow | str]) -> OutboxRow | str:
    if row is None:
        return "there is no such notification"
    if row.standing is Standing.WAITING and row.is_leased(at):
        return f"it is being sent right now, until {iso(row.leased_until or at)} at the latest; try again then"
    return decide(row)


async def _note(tx: Transaction, was: OutboxRow, by: Actor, at: Slot, action: str, reason: str) -> None:
    group = await _group(tx, was)
    workspace = group.name.partition("/")[0]
    said = {"reason": reason} if reason else {}
    detail = {"receiver": group.receiver, "was": was.standing.value, "why": was.why, **said}
    await note(tx, at, by, action, was.short_id, workspace, **detail)


async def _group(tx: Transaction, row: OutboxRow) -> Group:
    group = await tx.outbox.get_group(row.group)
    assert group is not None  # noqa: S101 - the row's foreign key
    return group
