"""What a chart of one alert is read from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import numpy as np
from numpy.typing import NDArray

from bot.alerts.model import Alert
from bot.domain.block import Block
from bot.domain.times import HOUR, Slot, Window, floor, to_instant
from bot.domain.usage import Usage
from bot.rules.model import Rule
from bot.service.charts.bars import bar
from bot.service.charts.model import Bar, Span
from bot.service.fleet import Fleet
from bot.service.ports import Grain, Transaction
from bot.service.views import AlertView

Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Sight:
    """An alert as it stands, and as it is shown."""

    tx: Transaction
    fleet: Fleet
    alert: Alert
    view: AlertView

    @property
    def rule(self) -> Rule | None:
        """None where it is not configured any more."""
        return self.fleet.configuration.rule(self.alert.key.rule)

    @property
    def step(self) -> int:
        return self.fleet.bucket

    @property
    def until(self) -> Slot:
        """The end of what the alert was judged on."""
        return self.alert.judged_until or self.alert.since

    async def block(self, sites: Sequence[int], window: Window) -> Block:
        """Raw buckets; the window's ends are cut to the grid."""
        window = Window(floor(window.start, self.step), floor(window.end, self.step))
        return await self.tx.buckets.block(np.array(sites, np.int64), window, self.step)

    async def hourly(self, site: int, window: Window) -> tuple[Bar, ...]:
        """A bar for every UTC hour that the window touches, the last up to its end."""
        start = floor(window.start, HOUR)
        found = dict(await self.tx.buckets.series(site, Window(start, window.end), Grain.HOURLY))
        bars = []
        for slot in range(start, window.end, HOUR):
            length = min(HOUR, window.end - slot)
            usage = found.get(Slot(slot), Usage()) + Usage(expected=length // self.step)
            bars.append(bar(to_instant(slot), timedelta(seconds=length), usage))
        return tuple(bars)


def spans_of(mask: Mask, start: Slot, step: int) -> tuple[Span, ...]:
    """The runs of True in a mask of buckets of `step` seconds, the first of which is at `start`."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], mask, [False]]).astype(np.int8)))
    return tuple(
        Span(to_instant(start + first * step), to_instant(start + end * step))
        for first, end in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True)
    )
