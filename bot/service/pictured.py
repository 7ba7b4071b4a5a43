"""Pictures come after the words: an edit of the message that adds one, due by itself."""

from __future__ import annotations

from dataclasses import replace

from bot.domain.times import Slot
from bot.service.ports import OutboxRow, OutboxTable

AFTER = 5
"""Seconds after the words: what else is to be told at the same place goes first."""
AGAIN_AFTER = 60
"""Seconds after an edit that could not add it."""


async def add_picture_later(outbox: OutboxTable, told: OutboxRow, at: Slot) -> None:
    """An edit that waits already adds the picture, sooner than it would have been; news that wait ask for one of their
    own. Call in the transaction that settles `told`."""
    due = Slot(at + (AFTER if told.loud else AGAIN_AFTER))
    waiting = await outbox.waiting(told.group)
    if waiting is None:
        await outbox.save(OutboxRow(told.group, (), False, at, due, lane=told.lane))
    elif not waiting.loud:
        await outbox.save(replace(waiting, due_at=min(waiting.due_at, due)))
