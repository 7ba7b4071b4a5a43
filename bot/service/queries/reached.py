"""What a press reaches: whatever the message shows that somebody pressed on, wherever that stands."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from bot.service.ports import Group, Transaction
from bot.service.queries.inquiry import Inquiry

ShownBy = Callable[[str | None], bool]
"""Whether a group's ref is that of the message which was pressed."""


async def reached(tx: Transaction, inquiry: Inquiry, groups: Sequence[Group], is_shown: ShownBy) -> Inquiry:
    """As `inquiry`, seeing also what the message is about, if it is that of one of these groups: whoever reads it sees
    that already. Of any other message the scope alone decides."""
    ids = sorted({alert for group in groups if is_shown(group.ref) for alert in group.alerts})
    if not ids:
        return inquiry
    alerts = await tx.outbox.alerts(ids)
    theirs = frozenset(alert.key.workspace for alert in alerts if alert.key.workspace)
    is_beyond = not theirs <= inquiry.scope
    return replace(inquiry, scope=inquiry.scope | theirs, shown=frozenset(ids), is_beyond=is_beyond)


async def groups_of(tx: Transaction, alerts: Sequence[int], group: int | None) -> Sequence[Group]:
    """Those that were named: one by its id, or those that tell of these alerts."""
    if group is not None:
        found = await tx.outbox.get_group(group)
        return [found] if found is not None else []
    return await tx.outbox.groups_with(alerts)
