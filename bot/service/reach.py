"""How far back a site's history is complete, and saying so in its progress."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from bot.domain.times import DAY, HOUR, Slot, Window, ceil, floor
from bot.domain.usage import Usage
from bot.service.judging import POOL
from bot.service.ports import Grain, Progress, Transaction

DAYS_AT_ONCE = 64


async def complete_since(tx: Transaction, site: int, before: Slot, step: int) -> Slot:
    """The earliest whole hour from which every bucket up to `before` is known; `before` where none is.

    `step` is the seconds of a bucket. A site without older history costs one look-up.
    """
    midnight = floor(before - 1, DAY)
    start = await _back(tx, site, Window(midnight, ceil(before, HOUR)), Grain.HOURLY, step)
    if start != midnight:
        return min(start, before)
    while (end := start) > 0:
        start = await _back(tx, site, Window(Slot(end - DAYS_AT_ONCE * DAY), end), Grain.DAILY, step)
        if start > end - DAYS_AT_ONCE * DAY:
            break
    return await _back(tx, site, Window(Slot(start - DAY), start), Grain.HOURLY, step)


async def _back(tx: Transaction, site: int, window: Window, grain: Grain, step: int) -> Slot:
    """Back from the window's end over complete hours or days."""
    length = HOUR if grain is Grain.HOURLY else DAY
    rows: Sequence[tuple[Slot, Usage]] = await tx.buckets.series(site, window, grain)
    start = window.end
    for slot, usage in reversed(rows):
        if slot != start - length or usage.known * step < length:
            break
        start = slot
    return start


async def reach_back(tx: Transaction, sites: Collection[int], step: int) -> int:
    """Let the progress of these sites begin where their history is complete, and have them judged; how many changed.

    A site that was never asked of the API is left alone: its first answer will find what is there.
    """
    stored, moved = await tx.progress.all(), []
    for site in sites:
        row = stored.get(site)
        if row is None or row.known_from is None or row.watermark is None:
            continue
        known_from = await complete_since(tx, site, row.known_from, step)
        moved.append(reached(row, min(known_from, row.known_from)))
    await tx.progress.save(moved)
    if tx.bursts is not None:
        await tx.bursts.recount([POOL, *sorted(sites)])
    if tx.baselines is not None:
        await tx.baselines.forget(sorted(sites))
    return sum(row.known_from != stored[row.site].known_from for row in moved)


def reached(row: Progress, known_from: Slot) -> Progress:
    """History was added in the past: quotas are summed anew at once, and no bucket before the watermark is judged
    again by thresholds, which would tell of last year's peaks."""
    dirty_from = row.dirty_from if row.dirty_from is not None else row.watermark
    return replace(row, known_from=known_from, dirty_from=dirty_from, rewound=row.rewound + 1)
