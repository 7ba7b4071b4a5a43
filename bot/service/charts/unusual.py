"""A spike as a chart: what came hour by hour, against what is usual at that time. Worked out off the event loop."""

from __future__ import annotations

import asyncio

from bot.alerts import spike
from bot.domain.block import Block
from bot.domain.sites import Site
from bot.domain.times import DAY, HOUR, Slot, Window, floor, to_instant
from bot.domain.usage import Direction
from bot.engine.spikes.memory import Memory
from bot.service.charts.model import Span, Unusual
from bot.service.charts.sight import Sight
from bot.service.spikes.band import Looked, look
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
    hours = [hour for hour in looked.hours[key.direction] if hour.start >= to_instant(start)]
    lasts = spike.Unusual.of(alert).lasts
    breach = Span(to_instant(begun), to_instant(begun + lasts))
    return Unusual(sight.view.site, sight.view.zone, key.direction, tuple(hours), (breach,) if lasts else ())


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
