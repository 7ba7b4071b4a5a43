"""One fleet that is well known, and what it may live through next; each with its figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from zoneinfo import ZoneInfo

import numpy as np

from bot.domain.times import Slot
from bot.engine.edges import BREACH
from bot.engine.spikes.fleet import judge_fleet, moves_of, together
from bot.engine.spikes.memory import Memory
from bot.engine.spikes.scores import Scores
from bot.engine.spikes.verdicts import bars_of
from bot.rules.model import Spike
from tests.detection.changes import Kind, with_changes
from tests.detection.habits import REGULAR, Habit
from tests.detection.judging import Change, Figures, Mask, begins, begun, copied, figures, see, told
from tests.detection.life import Span, all_at_once, backup, holiday, lifted, outages
from tests.detection.traffic import A_DAY, START, ZONES, Traffic, traffic

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


@dataclass(frozen=True, slots=True)
class Rise:
    """Of rises of all: how many were told as one, after how many buckets (median); and how often that was told a week
    where nothing happened. Shares of the sites that alarm by themselves in a rise, and in the same time without it."""

    told: float
    delay: float
    false: float
    alone: float
    without: float


class Fleet:
    """Of so many sites whose first `known` days have been seen."""

    def __init__(
        self,
        seed: int,
        sites: int,
        known: int,
        habits: Sequence[Habit] = REGULAR,
        zones: Sequence[ZoneInfo] = ZONES,
        start: Slot = START,
    ) -> None:
        self.first = known * A_DAY
        self.known = known
        self.traffic = traffic(seed, sites, known + AHEAD, habits, zones, start)
        self._memory: Memory = begun(self.traffic)
        see(self._memory, self.traffic, 0, known)

    def __len__(self) -> int:
        return len(self.traffic)

    def alarms(self, future: Traffic) -> Mask:
        """Shape (S, N), all columns: where alarms begin after what is known."""
        return self._shown(self.scores(future))

    def _shown(self, scores: Scores) -> Mask:
        return np.concatenate([np.zeros((len(self), self.first), np.bool_), told(scores)], axis=1)

    def scores(self, future: Traffic) -> Scores:
        """Of what comes after what is known."""
        return see(copied(self._memory), future, self.known)

    @cached_property
    def usual(self) -> Mask:
        """Alarms where nothing happens."""
        return self._shown(self._nothing)

    @cached_property
    def _nothing(self) -> Scores:
        return self.scores(self.traffic)

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

    def rates(self, first: int, end: int) -> tuple[float, float]:
        """Alarms a site and week where nothing happens, on days from `first` up to `end`, and on the others."""
        inside = sum(begins(self.usual, row, first * A_DAY, end * A_DAY) for row in range(len(self)))
        outside = sum(begins(self.usual, row, self.first, self.usual.shape[1]) for row in range(len(self))) - inside
        return inside * 7 / len(self) / (end - first), outside * 7 / len(self) / (AHEAD - end + first)

    def risen(self, factor: float) -> Rise:
        life = all_at_once(self.traffic, range(self.known + 1, self.known + AHEAD, 2), factor)
        scores, spans = self.scores(life.traffic), [(a - self.first, b - self.first) for a, b in life.spans[0]]
        starts = np.flatnonzero(_rises(scores))
        delays = [at[0] - a for a, b in spans if len(at := starts[(starts >= a) & (starts < b)])]
        alone, without = _share(self._shown(scores), life.spans), _share(self.usual, life.spans)
        quiet = float(_rises(self._nothing).sum()) / AHEAD * 7
        return Rise(len(delays) / len(spans), float(np.median(delays)), quiet, alone, without)

    def outages(self, left: float) -> tuple[float, float]:
        """Shares of outages, and of the same spans without them, in which an alarm begins."""
        life = outages(self.traffic, range(self.known + 1, self.known + AHEAD, 4), left)
        return _share(self.alarms(life.traffic), life.spans), _share(self.usual, life.spans)

    def backup(self) -> Backup:
        life = backup(self.traffic, self.known, self.known + 14)
        fired = self.alarms(life.traffic)

        def share(first: int, end: int) -> float:
            nights = [[(start - 3, stop + 6) for start, stop in spans[first:end]] for spans in life.spans]
            return _share(fired, nights)

        return Backup(share(0, 1), share(7, 14), share(14, 15), share(16, AHEAD))


def _rises(scores: Scores) -> Mask:
    """Shape (N,): where it begins that all have risen, in either direction."""
    rows, found = len(scores.score), np.zeros(scores.score.shape[-1], np.bool_)
    for place in range(len(scores.directions)):
        bars = bars_of(scores, place, Spike(), len(scores.directions))
        moves = moves_of(scores, place, Spike(), bars, np.arange(rows))
        on = judge_fleet(together(moves), rows, was_open=False, first=0) == BREACH
        found |= on & ~np.concatenate([[False], on[:-1]])
    return found


def _share(fired: Mask, spans: Sequence[Sequence[Span]]) -> float:
    """Of all spans, that in which an alarm begins."""
    hit = [begins(fired, row, start, end) > 0 for row, own in enumerate(spans) for start, end in own]
    return float(np.mean(hit))


def short(seed: int, sites: int, first: int, days: int, kinds: Sequence[Kind]) -> Figures:
    """Of sites that nothing was known of before, from day `first` on."""
    future, changes = with_changes(traffic(seed, sites, days), kinds, first, seed)
    return figures(told(see(begun(future), future)), changes, first * A_DAY)
