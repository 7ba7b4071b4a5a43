"""Which periods of which sites are worth a look: all at once, so that the many in which nothing is cost nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from bot.domain.periods import Calendar
from bot.domain.times import Slot, Window, floor
from bot.engine.ledger import Ledger
from bot.engine.quota import LARGEST, level_of
from bot.rules.contracts import Contract, Part
from bot.rules.model import Quota
from bot.service.judging import Due

Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Member:
    """A site of the batch with what a rule means for it. `row` is the site's in the block."""

    row: int
    due: Due
    contract: Contract


@lru_cache(maxsize=512)
def periods_of(calendar: Calendar, window: Window, step: int) -> tuple[Window, ...]:
    """Every period that overlaps the window. One that begins inside a bucket begins with that bucket, whose bytes
    cannot be told apart; one that is inside a single bucket is left out."""
    cut = ((floor(period.start, step), floor(period.end, step)) for period in calendar.periods(window))
    return tuple(Window(start, end) for start, end in cut if start < end)


@dataclass(frozen=True, slots=True, eq=False)
class Grid:
    """Sites that share a calendar, down, and its periods, across."""

    members: Sequence[Member]
    periods: Sequence[Window]
    due: Mask

    @classmethod
    def of(cls, members: Sequence[Member], calendar: Calendar, step: int) -> Grid:
        """`due` are the periods that new buckets fall into and whose history is complete, or was given up, and in any
        case the current one: nobody hears 50 % and then 80 % of the same past."""
        first = [min(member.due.dirty_from, Slot(member.due.until - step)) for member in members]
        until = [member.due.until for member in members]
        periods = periods_of(calendar, Window(Slot(min(first)), Slot(max(until))), step)
        starts, ends = (np.array([getattr(one, end) for one in periods], np.int64) for end in ("start", "end"))
        asked = (np.array(first)[:, None] < ends) & (starts < np.array(until)[:, None])
        known = np.array([_known_from(member.due) for member in members], np.int64)[:, None] <= starts
        for place, member in enumerate(members):
            for across in _opened(member, periods, step):
                known[place, across] |= any(map(member.due.knows, _turns(member, periods[across], step)))
        return cls(members, periods, asked & known)

    def candidates(
        self, ledger: Ledger, quota: Quota, before: Mapping[int, int], recorded: Iterable[tuple[int, Window]]
    ) -> Iterator[tuple[Member, Window]]:
        """Where a step may have been reached, or something is recorded. `before` is what was counted before the
        ledger in the first period, by row; `recorded` are rows and periods of alerts."""
        rows = np.array([member.row for member in self.members], np.intp)
        counted = ledger.totals(rows, self.periods, [member.due.until for member in self.members])
        counted[:, 0] += [before.get(member.row, 0) for member in self.members]
        worth = counted >= self._lowest(quota)
        place = {member.row: n for n, member in enumerate(self.members)}
        for row, period in recorded:
            if row in place:
                worth[place[row]] |= [period.overlap(one) is not None for one in self.periods]
        for n, member in enumerate(self.members):
            worth[n, list(_opened(member, self.periods, ledger.step))] = True
        for n, across in np.argwhere(worth & self.due).tolist():
            yield self.members[n], self.periods[across]

    def _lowest(self, quota: Quota) -> NDArray[np.int64]:
        """Shape of the grid: the fewest counted bytes by which any step can be reached. Top-ups and what is carried
        over only raise them."""
        known: dict[object, list[int]] = {}
        rows = []
        for member in self.members:
            contract, factor = member.contract, member.due.site.billing_factor
            terms = (contract.limit, contract.plan, factor)
            if terms not in known:
                bases = map(contract.base, self.periods) if contract.plan else [contract.limit] * len(self.periods)
                part = Part((member.due.site.key,), Slot(0), 0, factor)
                known[terms] = [_fewest(part, base, quota) for base in bases]
            rows.append(known[terms])
        return np.array(rows, np.int64)


def _fewest(part: Part, base: int | None, quota: Quota) -> int:
    if base is None or not quota.steps:
        return LARGEST
    return min(part.counted_for(max(1, level_of(base, min(quota.steps)))), LARGEST)


def _known_from(due: Due) -> int:
    return -LARGEST if due.knows(-LARGEST) else due.known_from


def _opened(member: Member, periods: Sequence[Window], step: int) -> Iterator[int]:
    """The periods in which the site has an opening."""
    if member.contract.openings:
        yield from (n for n, period in enumerate(periods) if _turns(member, period, step))


def _turns(member: Member, period: Window, step: int) -> list[Slot]:
    """Openings that count by the end of the site's data."""
    return [turn for turn in member.contract.turns(period, step) if turn < member.due.until]
