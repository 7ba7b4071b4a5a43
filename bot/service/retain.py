"""Keep the history as long as the operator wants it, and no longer."""

from __future__ import annotations

import structlog

from bot.domain.times import Slot, to_slot
from bot.service.options import RetentionOptions
from bot.service.ports import Clock, History

log = structlog.get_logger()


class Retain:
    """The use case: raw buckets, hourly rollups and pulls go when they are older than their span."""

    def __init__(self, history: History, clock: Clock, options: RetentionOptions) -> None:
        self._history = history
        self._clock = clock
        self._options = options

    async def run(self) -> int:
        """How many rows went."""
        now, keep = to_slot(self._clock()), self._options
        async with self._history.writing() as tx:
            gone = await tx.retention.sweep(
                raw_before=Slot(now - keep.raw),
                hourly_before=Slot(now - keep.hourly),
                pulls_before=Slot(now - keep.pulls),
            )
        log.info("retained", deleted=gone)
        return gone
