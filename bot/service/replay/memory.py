"""Everything that judging and announcing read and write, in memory."""

from __future__ import annotations

from typing import NoReturn

from bot.service.replay.buckets import MemoryBuckets
from bot.service.replay.movement import Movement, WholeMoves
from bot.service.replay.outbox import MemoryAudit, MemoryHeld, MemoryOutbox, MemorySilences
from bot.service.replay.past import Past
from bot.service.replay.records import MemoryAlerts
from bot.service.replay.scored import Scored


class MemoryTransaction:
    """A `Transaction` over a past. A replay lists no sites, pulls nothing, and neither keeps nor sweeps anything."""

    bursts = None
    baselines = None

    def __init__(self, past: Past) -> None:
        self.movement = Movement(WholeMoves(past.window, past.block.step))
        self.buckets = MemoryBuckets(past)
        self.scored = Scored()
        self.alerts = MemoryAlerts()
        self.outbox = MemoryOutbox(self.alerts)
        self.silences = MemorySilences()
        self.held = MemoryHeld()
        self.audit = MemoryAudit()

    @property
    def sites(self) -> NoReturn:
        raise NotImplementedError("a replay lists no sites")

    @property
    def progress(self) -> NoReturn:
        raise NotImplementedError("a replay pulls nothing")

    @property
    def pulls(self) -> NoReturn:
        raise NotImplementedError("a replay pulls nothing")

    @property
    def pulse(self) -> NoReturn:
        raise NotImplementedError("a replay is not watched")

    @property
    def reports(self) -> NoReturn:
        raise NotImplementedError("a replay sends no digests")

    @property
    def retention(self) -> NoReturn:
        raise NotImplementedError("a replay sweeps nothing")

    @property
    def past(self) -> NoReturn:
        raise NotImplementedError("a replay imports nothing")
