"""Sites that rise together: what their moves have in common, and who goes beyond it.

A single site is noisy, and half of a few noisy sites may well be high at once. So the sites have risen together where
more than half of all such sites would have, but for chance: by the rank that lies under the median of as many sites in
all but one of fifteen draws (the sign test, a bound that asks nothing of how moves are spread). Of 8 sites that is the
second smallest move, of 35 the 14th and of 300 the 138th. Once they have, their median says how far, and for how long.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import log

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from bot.domain.times import HOUR, Slot
from bot.engine.edges import BREACH, CLEAR, UNKNOWN
from bot.engine.spikes.scales import ALL_SCALES
from bot.engine.spikes.scores import Floats, Scores
from bot.rules.kinds import FLEET, Spike

ENOUGH = 0.5
"""The share of the sites that must be known: of the others it is not known that they did not move."""
CHANCE = 1.5
"""Standard errors of a rank."""
RISES = log(1.15)
"""Less is hardly worth being told. On real traffic, 48 days in two directions of 35 steady hosts, of 8 of them and of
35 bursty ones, nothing rose so far together, not even by 1.12; of rises by 60 % for six hours 45 of 54 were found with
1.12, at the median after 20 to 35 minutes, and 42 with 1.2, after 35 to 40."""
STAYS = RISES / 2
REMEMBERS = 3 * HOUR
"""Seconds for which a rise of all is part of what is unusual at each: as long as the longest scale."""
EXTRA = log(1.5)
"""A site did more than the others if it did half as much again. How unusual that is without the rise of all its score
does not say: it does not grow evenly."""
AT_ONCE = 4_000_000


@dataclass(frozen=True, slots=True, eq=False)
class Moves:
    """Of S sites and N buckets of `step` seconds from `start` on; arrays have shape (S, N), NaN where unknown.

    `move`: natural logarithm of what came over what is usual. `spare`: by how much the score passes the rule's
    bar. `excess`: natural logarithm of what came over the top of what is usual, on the scale that gives the score.
    """

    sites: NDArray[np.int64]
    start: Slot
    step: int
    move: Floats
    spare: Floats
    excess: Floats

    @classmethod
    def unknown(cls, sites: NDArray[np.int64], start: Slot, step: int, columns: int) -> Moves:
        nothing = [np.full((len(sites), columns), np.nan, np.float32) for _ in range(3)]
        return cls(sites, start, step, *nothing)

    def arrays(self) -> tuple[Floats, Floats, Floats]:
        return self.move, self.spare, self.excess


def moves_of(scores: Scores, direction: int, spike: Spike, bars: Floats, sites: NDArray[np.int64]) -> Moves:
    """What a rule needs of scores, row i being of `sites[i]`, in the direction with this number; `bars` are `bars_of`
    it."""
    score, came, top, floor = (each[:, direction] for each in (scores.score, scores.came, scores.top, scores.floor))
    widths = np.array([scale.width(scores.step) for scale in ALL_SCALES], np.float32)[scores.scale[:, direction]]
    least = floor * widths if spike.at_least is None else np.float32(spike.at_least)
    spare = np.where((came - top) * widths >= least, score - bars, -np.inf)
    spare = np.where(np.isnan(score), np.nan, spare).astype(np.float32)
    excess = np.log((came + 1) / (top + 1))
    return Moves(sites, scores.start, scores.step, scores.move[:, direction], spare, excess)


@dataclass(frozen=True, slots=True, eq=False)
class Together:
    """Arrays of shape (N,). `known`: of how many sites it is known whether they moved; `moved`: how many did; `factor`:
    the middle one of their moves; `surely`: what more than half of such sites have moved by."""

    known: NDArray[np.int64]
    moved: NDArray[np.int64]
    factor: Floats
    surely: Floats


def together(moves: Moves) -> Together:
    """Fewer than `FLEET` known ones say nothing."""
    length = moves.move.shape[1]
    size = max(1, AT_ONCE // max(1, len(moves.move)))
    parts = [_together(moves.move[:, first : first + size]) for first in range(0, length, size)] or [
        _together(moves.move)
    ]
    columns = zip(*((one.known, one.moved, one.factor, one.surely) for one in parts), strict=True)
    return Together(*(np.concatenate(each) for each in columns))


def _together(move: Floats) -> Together:
    ordered = np.sort(move, axis=0)  # what is unknown comes last
    known = np.isfinite(move).sum(axis=0)
    below = np.maximum(np.floor(known / 2 - CHANCE * np.sqrt(known) / 2), 0).astype(np.intp)
    columns, enough = np.arange(move.shape[1]), known >= FLEET
    if not enough.any():
        nothing = np.full(len(columns), np.nan, np.float32)
        return Together(known, np.zeros_like(known), nothing, nothing)
    factor, surely = (
        np.where(enough, ordered[place, columns], np.nan) for place in (np.maximum(known - 1, 0) // 2, below)
    )
    return Together(known, (move >= STAYS).sum(axis=0), factor.astype(np.float32), surely.astype(np.float32))


def judge_fleet(found: Together, sites: int, *, was_open: bool, first: int) -> NDArray[np.int8]:
    """The state of each bucket from column `first` on, of so many `sites` in all; `was_open` says that they had risen
    before."""
    is_known = (found.known >= max(FLEET, ENOUGH * sites)) & np.isfinite(found.factor)
    with np.errstate(invalid="ignore"):
        begins, holds = is_known & (found.surely >= RISES), found.factor >= STAYS
    columns = np.arange(len(is_known))
    begins &= columns >= first
    last_start = np.maximum.accumulate(np.where(begins | (was_open & (columns == first)), columns, -1))
    last_break = np.maximum.accumulate(np.where(is_known & ~holds, columns, -1))
    states = np.where(is_known, np.where(last_start > last_break, BREACH, CLEAR), UNKNOWN)
    return states.astype(np.int8)


def beyond(moves: Moves, found: Together) -> NDArray[np.bool_]:
    """Shape (S, N): which sites the rule tells of that did far more than all: `EXTRA` beyond the top of what is usual
    even without the furthest that all rose in the last `REMEMBERS` seconds, which a site's longest scale may still
    see."""
    width = max(1, REMEMBERS // moves.step)
    factor = np.concatenate([np.zeros(width - 1, np.float32), np.fmax(found.factor, 0)])
    highest = sliding_window_view(factor, width).max(axis=1)
    with np.errstate(invalid="ignore"):
        passes: NDArray[np.bool_] = (moves.spare >= 0) & (moves.excess - highest >= EXTRA)
    return passes
