"""What people do about alerts: take one, or keep some quiet for a while. In the caller's transaction, and audited."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.alerts.attention import acknowledged
from bot.alerts.model import Alert, State
from bot.alerts.silences import Silence
from bot.domain.times import Slot
from bot.service.audit import ACKNOWLEDGED, SILENCED, UNSILENCED, Actor, note
from bot.service.messages import Messages
from bot.service.ports import Transaction


async def acknowledge(
    tx: Transaction, alerts: Sequence[Alert], by: Actor, at: Slot, until: Slot | None = None
) -> list[Alert]:
    """Take stored alerts, for good or `until` then: repeats and escalation stop until one gets worse, and their
    messages say who has them.

    Those that do not fire, or that somebody has already, are left alone; returns the others, as they are now.
    """
    changed = [taken for alert in alerts if (taken := acknowledged(alert, by.name, at, until)) != alert]
    if changed:
        await tx.alerts.save(changed)
        await (await Messages.about(tx.outbox, [alert.id for alert in changed], at)).edit()
    for alert in changed:
        await note(tx, at, by, ACKNOWLEDGED, alert.short_id, alert.key.workspace, rule=alert.key.rule, until=until)
    return changed


async def firing_of(tx: Transaction, rule: str, site: int | None) -> list[Alert]:
    """What fires of a rule at a site (its key; None for a pool), of every kind and direction."""
    return [
        alert
        for alert in await tx.alerts.open()
        if (alert.key.rule, alert.key.site) == (rule, site) and alert.state is State.FIRING
    ]


async def silence(tx: Transaction, wanted: Silence, by: Actor, at: Slot) -> Silence:
    """Keep matching alerts quiet. What still fires when it ends, and was not told, is told then.

    Raises ValueError where it ends before it starts.
    """
    if wanted.ends_at <= wanted.starts_at:
        raise ValueError("a silence ends after it starts")
    kept = await tx.silences.save(replace(wanted, author=by.name, created_at=at))
    await note(tx, at, by, SILENCED, kept.short_id, starts_at=kept.starts_at, ends_at=kept.ends_at, reason=kept.reason)
    return kept


async def unsilence(tx: Transaction, ended: Silence, by: Actor, at: Slot) -> Silence:
    """End a silence now; one that has not begun will not."""
    kept = await tx.silences.save(replace(ended, ends_at=max(ended.starts_at, min(ended.ends_at, at))))
    await note(tx, at, by, UNSILENCED, kept.short_id)
    return kept
