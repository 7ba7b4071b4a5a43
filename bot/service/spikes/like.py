"""How often a site was as high at that time of day: looked up in its history, for the words of one spike."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta

import numpy as np
from numpy.typing import NDArray

from bot.alerts.model import Alert, Kind
from bot.domain.sites import Site
from bot.domain.times import DAY, HOUR, Slot, Window, floor, local_slot, to_instant, to_slot
from bot.domain.usage import Direction
from bot.engine.spikes.ranks import rank
from bot.service.fleet import Fleet
from bot.service.ports import BucketTable
from bot.service.spikes.view import spike_view
from bot.service.views import LikeDays, SpikeView

BACK = 28
"""Days that are looked back."""
ABOUT = 1800
"""Seconds before and after a time of day that are as good as it."""
CHANGE = 2 * HOUR
"""By so much clocks may have been changed since."""


async def like_days(buckets: BucketTable, fleet: Fleet, alerts: Iterable[Alert]) -> Mapping[int, LikeDays]:
    """By the alerts' ids, of those among them that are a site's spikes; a level of a whole day has no time of day."""
    found = {}
    for alert in alerts:
        spike = spike_view(alert, fleet) if alert.key.kind is Kind.SPIKE else None
        site = fleet.by_key(alert.key.site) if alert.key.site is not None else None
        if spike is not None and site is not None and not spike.is_lasting:
            found[alert.id] = await like_days_of(buckets, site, alert.key.direction, spike, fleet.bucket)
    return found


async def like_days_of(buckets: BucketTable, site: Site, direction: Direction, spike: SpikeView, step: int) -> LikeDays:
    """Of the days before the spike's worst bucket; nothing after that is looked at."""
    at, span = to_slot(spike.at), int(spike.span.total_seconds())
    ends = np.array([_ends(site, at, days, step) for days in range(1, BACK + 1)])
    window = Window(floor(at - BACK * DAY - CHANGE - ABOUT - span, step), floor(at - DAY + CHANGE + ABOUT, step))
    block = await buckets.block(np.array([site.key], np.int64), window, step)
    found = rank(block, direction, ends, span // step, spike.came, is_median=spike.is_mostly)
    days: NDArray[np.intp] = np.flatnonzero(found.known)
    return LikeDays(int(days[-1]) + 1 if len(days) else 0, len(days), int(found.as_high.sum()))


def _ends(site: Site, at: Slot, days: int, step: int) -> list[int]:
    """Ends of buckets about the same local time so many days before."""
    local = to_instant(at).astimezone(site.timezone).replace(tzinfo=None) - timedelta(days=days)
    middle = floor(local_slot(local, site.timezone), step)
    return list(range(middle - ABOUT // step * step, middle + ABOUT // step * step + 1, step))
