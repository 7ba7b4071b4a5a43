"""Replay a past: what operation would have recorded and told, had these rules been in force."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import numpy as np

from bot.domain.times import Slot, Window
from bot.service.fleet import Fleet
from bot.service.ports import Reading
from bot.service.replay.chronicle import Chronicle, Words, in_order, moments
from bot.service.replay.memory import MemoryTransaction
from bot.service.replay.model import Doings, Late, Replayed
from bot.service.replay.passes import Noted, Passes, parts
from bot.service.replay.past import Past

JUDGING = 0.9
"""The share of the work that is judging, as far as progress goes; the rest is telling."""
MOMENTS = 200
"""So many moments are told without looking up: whoever wants to stop it waits no longer."""


def nobody(_: float) -> None:
    return None


async def replay(
    source: Past,
    fleet: Fleet,
    window: Window,
    doings: Doings,
    words: Words | None,
    progress: Callable[[float], None] = nobody,
) -> Replayed:
    """Judge `window`, and tell what came of it.

    Each bucket is known at its end, but for those of `doings.late`, which `source` holds as they were before. What
    lies before the window is usage of its periods; steps of quotas that were reached there count as told. `words`
    is asked for the text of each message, and may be None. `progress` is told the share that is done, 0 to 1.
    Sites of `source` that the fleet does not have are passed over. `source` is not changed.
    """
    noted = await _judged(source, fleet, window, doings, progress)
    past = source if not doings.late else source.copied(np.arange(len(source.sites)))
    chronicle = Chronicle.begin(MemoryTransaction(past), fleet, window, words)
    await _tell(chronicle, noted, sorted(doings.late, key=lambda one: one.seen), progress)
    return Replayed(tuple(chronicle.transitions), tuple(chronicle.messages))


async def _judged(
    source: Past, fleet: Fleet, window: Window, doings: Doings, progress: Callable[[float], None]
) -> list[Noted]:
    noted: list[Noted] = []
    done = 0
    for part in parts(source, fleet, doings.late):
        noted += await Passes(part, fleet, window).run()
        done += len(part.sites)
        progress(JUDGING * min(1, done / max(1, len(source.sites))))
        await asyncio.sleep(0)  # for whoever wants to stop it
    return noted


async def _tell(chronicle: Chronicle, noted: list[Noted], late: list[Late], progress: Callable[[float], None]) -> None:
    coming, done = list(moments(in_order(noted, chronicle.fleet))), 0
    while (at := _next(chronicle, coming[done][0] if done < len(coming) else None)) is not None:
        while late and late[0].seen <= at:
            one = late.pop(0)
            await chronicle.tx.buckets.write([Reading(one.site, [one.bucket])], one.seen, {})
        if done < len(coming) and coming[done][0] == at:
            await chronicle.record(coming[done][1], at)
            done += 1
        await chronicle.deliver(at)
        if done % MOMENTS == 0:
            progress(JUDGING + (1 - JUDGING) * done / max(1, len(coming)))
            await asyncio.sleep(0)
    progress(1)


def _next(chronicle: Chronicle, coming: Slot | None) -> Slot | None:
    """When something happens next, until the end of the window."""
    times = [at for at in (coming, chronicle.tx.outbox.next_due()) if at is not None]
    at = min(times, default=None)
    return at if at is not None and at <= chronicle.window.end else None
