"""Watching in operation: pass after pass, some of which fail, and with rules and a fleet that change."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bot.service.fleet import Fleet
from bot.service.ports import Transaction
from bot.service.spikes.watch import Watch, directions_of

LEARNT_IN_A_PASS = 2_000_000
"""Buckets of the past that are seen in one pass for sites of which nothing is remembered: a few seconds."""


class Watching:
    """Holds the memory between passes; none where no rule asks for spikes."""

    def __init__(self) -> None:
        self._watch: Watch | None = None
        self._fleet: Fleet | None = None

    @asynccontextmanager
    async def one_pass(self, tx: Transaction, fleet: Fleet, *, anew: bool) -> AsyncIterator[Watch | None]:
        """One pass, in its transaction; `anew` says that the rules are new. What an earlier one left unsettled is not
        believed."""
        watch = self._watch_of(fleet)
        if watch is None:
            if anew and tx.baselines is not None:
                await tx.baselines.clear()  # nobody would keep them up to date
            yield None
            return
        watch.settle(is_done=False)
        yield watch
        if tx.baselines is not None:
            await watch.save(tx.baselines)

    def settle(self) -> None:
        """The transaction of the pass is committed."""
        if self._watch is not None:
            self._watch.settle(is_done=True)

    def _watch_of(self, fleet: Fleet) -> Watch | None:
        directions = directions_of(fleet.configuration.rules)
        if not directions:
            self._watch = None
        elif self._watch is None or self._watch.directions != directions:
            self._watch = Watch(directions, fleet.bucket, LEARNT_IN_A_PASS)
        elif fleet is not self._fleet:
            self._watch.keep({site.key for site in fleet.sites})
        self._fleet = fleet
        return self._watch
