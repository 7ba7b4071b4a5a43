"""Keep the history as long as the operator wants it, and no longer."""

from __future__ import annotations

import structlog

from bot.domain.times import DAY, Slot, to_slot
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
        keep = self._options
        async with self._history.writing() as tx:
            now = _believed(to_slot(self._clock()), await tx.retention.newest())
            gone = await tx.retention.sweep(
                raw_before=Slot(now - keep.raw),
                hourly_before=Slot(now - keep.hourly),
                pulls_before=Slot(now - keep.pulls),
            )
        log.info("retained", deleted=gone)
        return gone


def _believed(now: Slot, newest: Slot | None) -> Slot:
    """Now, but no more than a day after the newest bucket: a clock that is years ahead must not sweep everything."""
    return now if newest is None else min(now, Slot(newest + DAY))
