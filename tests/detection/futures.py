"""One fleet that is well known, and what it may live through next; each with its figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from bot.engine.spikes.memory import Memory
from tests.detection.changes import Kind, with_changes
from tests.detection.habits import REGULAR, Habit
from tests.detection.judging import Change, Figures, Mask, begins, begun, copied, figures, see, told
from tests.detection.life import Life, Span, backup, holiday, lifted, outages
from tests.detection.traffic import A_DAY, Traffic, traffic

AHEAD = 21
"""Days that are looked at after those that are learnt."""


@dataclass(frozen=True, slots=True)
class Shift:
    """Shares of the sites, of the same sites without it, that were told of something on its first day; and alarms a
    site and week on days 2 and 3, from day 4 on, and without it."""

    first_day: float
    without: float
    then: float
    later: float
    usual: float


@dataclass(frozen=True, slots=True)
class Backup:
    """Alarms a site on the first night, on a night of the second week, on the first night at the new hour, on a night
    from the third at it on."""

    first: float
    learnt: float
    moved: float
    learnt_again: float


class Fleet:
    """Of so many sites whose first `known` days have been seen."""

    def __init__(self, seed: int, sites: int, known: int, habits: Sequence[Habit] = REGULAR) -> None:
        self.first = known * A_DAY
        self.known = known
        self.traffic = traffic(seed, sites, known + AHEAD, habits)
        self._memory: Memory = begun(self.traffic)
        see(self._memory, self.traffic, 0, known)

    def __len__(self) -> int:
        return len(self.traffic)

    def alarms(self, future: Traffic) -> Mask:
        """Shape (S, N), all columns: where alarms begin after what is known."""
        fired = told(see(copied(self._memory), future, self.known))
        return np.concatenate([np.zeros((len(self), self.first), np.bool_), fired], axis=1)

    @cached_property
    def usual(self) -> Mask:
        """Alarms where nothing happens."""
        return self.alarms(self.traffic)

    def changed(self, kinds: Sequence[Kind], seed: int = 1) -> tuple[Figures, list[Change]]:
        future, changes = with_changes(self.traffic, kinds, self.known, seed)
        return figures(self.alarms(future), changes, self.first), changes

    def shifted(self, factor: float) -> Shift:
        life = lifted(self.traffic, self.known, factor)
        fired, starts = self.alarms(life.traffic), [spans[0][0] for spans in life.spans]

        def rate(alarms: Mask, first: int, end: int) -> float:
            counts = [begins(alarms, row, at + first * A_DAY, at + end * A_DAY) for row, at in enumerate(starts)]
            return sum(counts) / len(self) / (end - first) * 7

        days = [[(at, at + A_DAY)] for at in starts]
        first_day, without = _share(fired, days), _share(self.usual, days)
        return Shift(first_day, without, rate(fired, 1, 3), rate(fired, 3, 14), rate(self.usual, 0, 14))

    def holiday(self) -> tuple[float, float]:
        """Shares of the sites that alarm on it, and on an ordinary day of the week."""
        life = holiday(self.traffic, self.known + 7)
        ordinary = [self.known + day for day in (1, 2, 3, 8, 9, 10, 15, 16, 17)]
        days = [[(day * A_DAY, (day + 1) * A_DAY) for day in ordinary]] * len(self)
        return _share(self.alarms(life.traffic), life.spans), _share(self.usual, days)

    def outages(self, left: float) -> tuple[float, float]:
        """Shares of outages, and of the same spans without them, in which an alarm begins."""
        return self._within(outages(self.traffic, range(self.known + 1, self.known + AHEAD, 4), left))

    def _within(self, life: Life) -> tuple[float, float]:
        return _share(self.alarms(life.traffic), life.spans), _share(self.usual, life.spans)

    def backup(self) -> Backup:
        life = backup(self.traffic, self.known, self.known + 14)
        fired = self.alarms(life.traffic)

        def share(first: int, end: int) -> float:
            nights = [[(start - 3, stop + 6) for start, stop in spans[first:end]] for spans in life.spans]
            return _share(fired, nights)

        return Backup(share(0, 1), share(7, 14), share(14, 15), share(16, AHEAD))


def _share(fired: Mask, spans: Sequence[Sequence[Span]]) -> float:
    """Of all spans, that in which an alarm begins."""
    hit = [begins(fired, row, start, end) > 0 for row, own in enumerate(spans) for start, end in own]
    return float(np.mean(hit))


def short(seed: int, sites: int, first: int, days: int, kinds: Sequence[Kind]) -> Figures:
    """Of sites that nothing was known of before, from day `first` on."""
    future, changes = with_changes(traffic(seed, sites, days), kinds, first, seed)
    return figures(told(see(begun(future), future)), changes, first * A_DAY)
