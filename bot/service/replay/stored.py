"""The stored history as a `Past`."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from bot.domain.block import Block
from bot.domain.hours import Hours
from bot.domain.times import HOUR, Slot, Window, ceil, floor, iso
from bot.service.fleet import Fleet
from bot.service.ports import History, Resolution
from bot.service.replay.past import Past

CELLS = 2_000_000
"""Sites times buckets that are read in one transaction, so that a running bot gets its turn."""


@dataclass(frozen=True, slots=True)
class Stored:
    """A past, and what people should know of how far it reaches."""

    past: Past
    notes: tuple[str, ...]


async def stored_past(
    history: History, fleet: Fleet, end: Slot | None, tell: Callable[[float], None] = lambda _: None
) -> Stored | None:
    """Raw buckets where they are kept, and before them hourly sums; None where there are no raw buckets.

    Rules are judged where raw buckets are: an hour's sum says not which of its buckets was the one. The sums before
    count as usage of billing periods that reach back over the beginning.
    """
    async with history.reading() as tx:
        raw, hourly = await tx.past.span(Resolution.RAW), await tx.past.span(Resolution.HOUR)
    keys = np.array(sorted(site.key for site in fleet.sites), np.int64)
    if raw is None or not len(keys):
        return None
    last = min(raw.end, end) if end is not None else raw.end
    window = Window(ceil(raw.start, HOUR) if hourly and hourly.start < raw.start else raw.start, Slot(last))
    window = Window(window.start, ceil(window.end, fleet.bucket))
    block = Block.unknown(keys, window, fleet.bucket)
    before = Window(hourly.start, window.start) if hourly and hourly.start < floor(window.start, HOUR) else None
    hours = Hours.unknown(keys, before) if before else None
    await _read(history, block, hours, tell)
    return Stored(Past(block, hours), tuple(_notes(window, before)))


async def _read(history: History, block: Block, hours: Hours | None, tell: Callable[[float], None]) -> None:
    size = max(1, CELLS // max(1, block.length))
    window = Window(block.start, block.end)
    for first in range(0, len(block.sites), size):
        rows, some = slice(first, first + size), block.sites[first : first + size]
        async with history.reading() as tx:
            part = await tx.buckets.block(some, window, block.step)
            sums = await tx.buckets.hours(some, Window(hours.start, hours.end)) if hours is not None else None
        block.in_bytes[rows], block.out_bytes[rows], block.known[rows] = part.in_bytes, part.out_bytes, part.known
        if hours is not None and sums is not None:
            hours.in_bytes[rows], hours.out_bytes[rows] = sums.in_bytes, sums.out_bytes
            hours.max_bytes[rows], hours.known[rows] = sums.max_bytes, sums.known
        tell(min(1, (first + size) / len(block.sites)))
        await asyncio.sleep(0)  # for whoever wants to stop it


def _notes(window: Window, before: Window | None) -> list[str]:
    notes = [f"the history holds buckets from {iso(window.start)} to {iso(window.end)}: that is what was judged"]
    if before is not None:
        notes.append(
            f"of {iso(before.start)} to {iso(before.end)} it holds hourly sums: usage of billing periods alone"
        )
    return notes
