"""A spike as a chart: what came hour by hour, against what is usual at that time. Worked out off the event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from bot.alerts import spike
from bot.domain.block import Block
from bot.domain.sites import Site
from bot.domain.times import DAY, HOUR, Slot, Window, floor, to_instant
from bot.domain.usage import Direction
from bot.engine.spikes.memory import Memory
from bot.service.charts.model import Span, Unusual
from bot.service.charts.sight import Sight
from bot.service.spikes.band import Looked, look
from bot.service.spikes.hours import BandHour
from bot.service.spikes.watch import directions_of

SHORTEST, LONGEST = DAY, 2 * DAY
BEFORE = 12 * HOUR
"""What is shown of the time before an episode, where it is not older than `LONGEST`."""


async def unusual(sight: Sight) -> Unusual | None:
    """None of what is no site's, or where no rule looks for spikes any more."""
    alert, key = sight.alert, sight.alert.key
    site = sight.fleet.by_key(key.site) if key.site is not None else None
    directions = directions_of(sight.fleet.configuration.rules)
    if site is None or key.direction not in directions or sight.step > HOUR:
        return None
    until = floor(sight.until, sight.step)
    begun = Slot(alert.since - sight.step)
    start = max(until - LONGEST, min(until - SHORTEST, begun - BEFORE))
    looked = await _looked(sight, site, directions, Window(floor(start, HOUR), until))
    worst = spike.Unusual.of(alert)
    hours = _with_worst(looked.hours[key.direction], worst)
    breach = Span(to_instant(begun), to_instant(begun + worst.lasts))
    return Unusual(sight.view.site, sight.view.zone, key.direction, tuple(hours), (breach,) if worst.lasts else ())


def _with_worst(hours: Sequence[BandHour], worst: spike.Unusual) -> list[BandHour]:
    """A spike that is shorter than an hour is not kept up throughout any, and one that has just begun is in an hour
    that is not over: its hour shows the level of its worst and what is usual then, as the words say it, as much as that
    would be in an hour."""
    if not 0 < worst.span <= HOUR:
        return list(hours)
    start = to_instant(floor(worst.at - 1, HOUR))
    came, low, top = (each * HOUR // worst.span for each in (worst.came, worst.low, worst.top))
    shown = BandHour(start, came, low, (low + top) // 2, top)
    found = [shown if one.start == start else one for one in hours]
    return [*found, shown] if not hours or hours[-1].start < start else found


async def _looked(sight: Sight, site: Site, directions: tuple[Direction, ...], window: Window) -> Looked:
    """What is remembered is brought up to the window in a thread of its own, which has buckets read on this loop."""
    progress, table = (await sight.tx.progress.all()).get(site.key), sight.tx.baselines
    kept = (await table.load([site.key])).get(site.key) if table is not None else None
    known_from = progress.known_from if progress is not None and progress.known_from is not None else window.start
    memory, loop = Memory.empty(1, directions, sight.step), asyncio.get_running_loop()

    async def read(part: Window) -> Block:
        asked = asyncio.run_coroutine_threadsafe(sight.block([site.key], part), loop)
        return await asyncio.wrap_future(asked)

    def work() -> Looked:
        return asyncio.run(look(read, site.timezone, memory, kept, known_from, window))

    return await asyncio.to_thread(work)
