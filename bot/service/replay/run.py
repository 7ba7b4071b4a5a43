"""Replay a past: what operation would have recorded and told, had these rules been in force."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import TypeVar

import numpy as np

from bot.alerts.endings import ForecastPasses
from bot.domain.times import HOUR, Slot, Window, ceil, iso
from bot.service.fleet import Fleet
from bot.service.ports import Reading
from bot.service.replay.chronicle import Chronicle, Words, in_order, moments
from bot.service.replay.fleet_passes import FleetPasses
from bot.service.replay.memory import MemoryTransaction
from bot.service.replay.model import Doings, Replayed
from bot.service.replay.movement import Movement, WholeMoves
from bot.service.replay.passes import Noted, Passes, PoolPasses, parts, pooled, rising
from bot.service.replay.past import Past
from bot.service.replay.scored import Scored

T = TypeVar("T")
JUDGING = 0.9
"""The share of the work that is judging, as far as progress goes; the rest is telling."""
BEFORE = Slot(0)
"""When silences were set that were there from the beginning."""
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
    past = source if not doings.late else source.copied(np.arange(len(source.sites)))
    tx, movement = MemoryTransaction(past), Movement(WholeMoves(window, fleet.bucket))
    noted = await _judged(source, fleet, window, doings, (tx.scored, movement), progress)
    tx.movement = movement.as_it_went()
    chronicle = Chronicle.begin(tx, fleet, window, words)
    await _tell(chronicle, noted, doings, progress)
    return Replayed(tuple(chronicle.transitions), tuple(chronicle.messages))


async def _judged(
    source: Past,
    fleet: Fleet,
    window: Window,
    doings: Doings,
    kept: tuple[Scored, Movement],
    progress: Callable[[float], None],
) -> list[Noted]:
    noted: list[Noted] = []
    done, (scored, movement) = 0, kept
    fleetwide = rising(source, fleet, doings.late)
    for part in parts(source, fleet, doings.late):
        passes = Passes(part, fleet, window, movement if fleetwide is not None else None)
        noted += await passes.run()
        scored.add(passes.scored)
        done += len(part.sites)
        progress(JUDGING * min(1, done / max(1, len(source.sites))))
        await asyncio.sleep(0)  # for whoever wants to stop it
    together = pooled(source, fleet, doings.late)
    noted += await PoolPasses(together, fleet, window).run() if together is not None else []
    if fleetwide is not None:
        noted += await FleetPasses(fleetwide, fleet, window, movement).run()
    return noted


async def _tell(chronicle: Chronicle, noted: list[Noted], doings: Doings, progress: Callable[[float], None]) -> None:
    """Moment by moment: what became known, what people did, what goes on by itself; then all that is due is told."""
    facts = dict(moments(in_order(noted, chronicle.fleet)))
    late, taken = _by_time(doings.late, lambda one: one.seen), _by_time(doings.acknowledged, lambda one: one.at)
    silenced = _by_time(doings.silences, lambda one: one.created_at or BEFORE)
    for silence in silenced.pop(BEFORE, ()):
        await chronicle.tx.silences.save(silence)
    coming = deque(sorted({*facts, *late, *taken, *silenced, *_foreseen(doings, chronicle.window)}))
    at, done = Slot(chronicle.window.start - 1), 0
    while (moment := await _next(chronicle, coming, at)) is not None:
        at = moment
        for one in late.get(at, ()):
            await chronicle.tx.buckets.write([Reading(one.site, [one.bucket])], one.seen, {})
        chronicle.tx.movement.learn(at)
        known = len(chronicle.transitions)
        await chronicle.record(facts.get(at, ()), at)
        await chronicle.foresee(chronicle.transitions[known:], at)
        await chronicle.silence(silenced.get(at, ()), at)
        await chronicle.attend(taken.get(at, ()), at)
        await chronicle.go_on(at)
        await chronicle.deliver(at)
        done += 1
        if done % MOMENTS == 0:
            progress(JUDGING + (1 - JUDGING) * (1 - len(coming) / max(1, len(facts))))
            await asyncio.sleep(0)
    progress(1)


def _foreseen(doings: Doings, window: Window) -> Iterator[Slot]:
    """The whole hours at which a silence may lapse because of a forecast."""
    for one in doings.silences:
        if isinstance(one.ending, ForecastPasses):
            first, last = max(one.starts_at, window.start), min(one.ends_at, window.end)
            yield from (Slot(at) for at in range(ceil(first, HOUR), last + 1, HOUR))


async def _next(chronicle: Chronicle, coming: deque[Slot], at: Slot) -> Slot | None:
    """When something happens next, until the end of the window. Time only goes on: a moment leaves nothing due."""
    own = await chronicle.next_moment(at)
    moment = min((time for time in (own, *islice(coming, 1)) if time is not None), default=None)
    if moment is None or moment > chronicle.window.end:
        return None
    if moment <= at:
        raise AssertionError(f"what was due at {iso(moment)} is due still at {iso(at)}")
    if coming and coming[0] == moment:
        coming.popleft()
    return moment


def _by_time(doings: Iterable[T], time: Callable[[T], Slot]) -> dict[Slot, list[T]]:
    found: dict[Slot, list[T]] = {}
    for one in doings:
        found.setdefault(time(one), []).append(one)
    return found
