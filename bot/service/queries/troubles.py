"""What is wrong with the bot, as its operators were told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.alerts.model import State
from bot.domain.times import Slot, to_instant
from bot.rules.model import Severity
from bot.service.ports import Transaction
from bot.service.vitals.stored import open_notices


@dataclass(frozen=True, slots=True)
class Trouble:
    """One firing notice: its short id, its rule's name (`usagebot:disk`), and what was said, the headline first.
    `taken_by` is who acknowledged it, "" where nobody has."""

    id: str
    rule: str
    workspace: str
    severity: Severity
    since: datetime
    note: str
    taken_by: str = ""


async def troubles_of(tx: Transaction, at: Slot) -> tuple[Trouble, ...]:
    """The worst first, then the oldest."""
    firing = [alert for alert in await open_notices(tx, at) if alert.state is State.FIRING]
    firing.sort(key=lambda alert: (-alert.severity.rank, alert.fired_at or alert.since, alert.id))
    return tuple(
        Trouble(
            alert.short_id,
            alert.key.rule,
            alert.key.workspace,
            alert.severity,
            to_instant(alert.fired_at or alert.since),
            alert.note,
            alert.acknowledged_by,
        )
        for alert in firing
    )
