"""Who is told a digest that cannot be delivered: the receiver's fallback, of what both of them may see."""

from __future__ import annotations

from dataclasses import replace

from bot.domain.times import Slot
from bot.rules.audience import bound_to, is_operator
from bot.rules.model import Configuration, Endpoint, Receiver
from bot.service.ports import Digested, Group, OutboxRow, Transaction
from bot.service.reports.send import group_of


async def hand_over_digest(
    tx: Transaction, configuration: Configuration, group: Group, receiver: Receiver, because: str, at: Slot
) -> bool:
    """Whether the receiver is told it, now or before: in the other's place, or for itself."""
    assert group.digest is not None  # noqa: S101 - the caller looked
    bound = bound_to(configuration, receiver.endpoints)
    seen = tuple(name for name in group.digest.workspaces if not bound or name in bound)
    operates = group.digest.is_operators and is_operator(configuration, receiver.name)
    digest = replace(group.digest, workspaces=seen, is_operators=operates)
    endpoints = [endpoint for endpoint in receiver.endpoints if endpoint != group.endpoint] if seen else []
    together = await tx.outbox.groups_named(group.name, group.opened_at)
    for endpoint in endpoints:
        if not any(_says(one, receiver, endpoint, digest) for one in together):
            new = group_of(receiver.name, endpoint, digest, at)
            saved = await tx.outbox.save_group(replace(new, instead_of=group.receiver, because=because))
            await tx.outbox.save(OutboxRow(saved.id, (), True, at, at, lane=str(endpoint)))
    return bool(endpoints)


def _says(group: Group, receiver: Receiver, endpoint: Endpoint, digest: Digested) -> bool:
    """Whether a message of the receiver's says all of that already."""
    own = group.digest
    is_here = (group.receiver, group.endpoint) == (receiver.name, endpoint)
    return is_here and own is not None and own.window == digest.window and set(own.workspaces) >= {*digest.workspaces}
