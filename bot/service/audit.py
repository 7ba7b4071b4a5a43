"""Who did what, and when: written in the transaction of what was done."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bot.domain.times import Slot
from bot.service.ports import AuditEntry, Transaction

ACKNOWLEDGED, LAPSED = "acknowledged", "lapsed"
SILENCED, EXTENDED, UNSILENCED = "silenced", "extended", "unsilenced"
REQUEUED, DISCARDED, TESTED = "requeued", "discarded", "tested"
RELOADED, REFUSED = "rules_reloaded", "rules_refused"

SLACK, TERMINAL, BOT = "slack", "terminal", "bot"
"""Where things are done."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does something. `name` is how people know them: their own text. `id` is what does not change when they are
    renamed, "" where there is none."""

    name: str
    via: str
    id: str = ""

    @property
    def signed(self) -> str:
        return f"{self.name} ({self.id})" if self.id else self.name


BY_ITSELF = Actor("usagebot", BOT)


async def note(
    tx: Transaction, at: Slot, actor: Actor, action: str, subject: str, workspace: str = "", **detail: Any
) -> None:
    """Write down that `actor` did something to `subject` (A17, S4, N120, rules). `detail` is JSON, and no secret."""
    await tx.audit.add(AuditEntry(at, actor.signed, actor.via, action, subject, workspace, detail))
