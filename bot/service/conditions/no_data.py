"""Silence: nothing is heard of a site, although the API was asked about it and answered.

Where the API is down no bucket is due, so nothing is silent. How long a silence lasts that began before the block is
remembered with its alert, and looked for in the history where there is none.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from bot.alerts.condition import ConditionRule
from bot.alerts.model import Alert, Kind
from bot.domain.block import Block
from bot.domain.times import DAY, HOUR, Slot, Window, floor
from bot.domain.usage import Direction
from bot.engine.no_data import NEVER_HEARD, judge_no_data, silent
from bot.rules.model import NoData, Rule
from bot.service.conditions.condition import Judged, measured
from bot.service.judging import Batch, Due
from bot.service.ports import Grain

SINCE, ZEROS = "silent_since", "zeros"
"""What the detail of an alert says: since when the site is silent now, and that zeros are silence too."""


@dataclass(frozen=True, slots=True)
class Silent:
    """Nothing was heard for `after`."""

    rule: Rule
    direction: Direction
    no_data: NoData

    @property
    def kind(self) -> Kind:
        return Kind.NO_DATA

    @property
    def memory(self) -> int:
        return int(self.no_data.after.total_seconds())

    @property
    def goes_on(self) -> bool:
        return False

    @property
    def measure(self) -> ConditionRule:
        details = [{ZEROS: 1}] if self.no_data.zero_is_silent else ()
        return measured(self.rule, self.kind, self.memory, details=details)

    async def verdicts(
        self,
        batch: Batch,
        due: Sequence[Due],
        block: Block,
        since: NDArray[np.intp],  # noqa: ARG002 - as the other kinds'
        open_alerts: Mapping[int, Alert],
    ) -> Judged:
        before = await self._before(batch, due, block, open_alerts)
        verdicts = judge_no_data(block, self.direction, self.no_data, before)

        def kept(alert: Alert, row: int, column: int) -> Alert:
            rest = {name: value for name, value in alert.detail.items() if name != SINCE}
            lasts = int(verdicts.values[row, column])
            return replace(alert, detail={**rest, SINCE: block.end_of(column) - lasts} if lasts else rest)

        return Judged(verdicts, kept)

    async def _before(
        self, batch: Batch, due: Sequence[Due], block: Block, open_alerts: Mapping[int, Alert]
    ) -> NDArray[np.int64]:
        """For how many seconds each site had been silent when the block begins, or NEVER_HEARD."""
        before = np.zeros(len(due), np.int64)
        opening = silent(block, self.direction, self.no_data)[:, :1].any(axis=1)
        asked: dict[Slot, list[int]] = {}
        for place in np.flatnonzero(opening).tolist():
            alert = open_alerts.get(due[place].site.key)
            since = alert.detail.get(SINCE) if alert is not None else None
            if since is not None and since < block.start and not due[place].is_revised:
                before[place] = block.start - since
            else:
                asked.setdefault(floor(due[place].known_from, HOUR), []).append(place)
        for known_from, places in asked.items():
            usages = await batch.usage([due[place].site.key for place in places], known_from, block.start)
            for place in places:
                site = due[place].site.key
                lasts = NEVER_HEARD
                if usages[site].known:
                    lasts = block.start - await self._silent_since(batch, site, Window(known_from, block.start))
                before[place] = lasts
        return before

    async def _silent_since(self, batch: Batch, site: int, past: Window) -> Slot:
        """The end of the last bucket of the past that was not silent; its start where there is none."""
        midnight = max(floor(past.end, DAY), past.start)
        hour = await self._heard(batch, site, Window(midnight, past.end), Grain.HOURLY) if midnight < past.end else None
        if hour is None and past.start < midnight:
            day = await self._heard(batch, site, Window(past.start, midnight), Grain.DAILY)
            if day is None:
                return past.start
            rest = Window(max(day, past.start), min(Slot(day + DAY), midnight))
            hour = await self._heard(batch, site, rest, Grain.HOURLY)
            if hour is None:  # only days are kept of so long ago
                return rest.end
        if hour is None:
            return past.start
        block = await batch.tx.buckets.block(np.array([site]), Window(hour, Slot(hour + HOUR)), batch.block.step)
        columns = np.flatnonzero(~silent(block, self.direction, self.no_data)[0])
        return Slot(block.start + (int(columns[-1]) + 1) * block.step) if len(columns) else block.end

    async def _heard(self, batch: Batch, site: int, past: Window, grain: Grain) -> Slot | None:
        """The last hour or day that begins there and was not silent throughout."""
        first = floor(past.start, DAY if grain is Grain.DAILY else HOUR)
        rows = await batch.tx.buckets.series(site, Window(first, past.end), grain)
        zero = self.no_data.zero_is_silent
        heard = (slot for slot, usage in rows if usage.known and (usage.of(self.direction) or not zero))
        return max(heard, default=None)
