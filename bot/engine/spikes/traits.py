"""What the score is made of: how far usage is beyond what is usual, seen in many ways, all natural logarithms."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bot.engine.spikes.own import Lately, Own
from bot.engine.spikes.scales import QUICK
from bot.engine.spikes.scores import Floats
from bot.engine.spikes.seen import Seen, jumpiness
from bot.engine.spikes.usual import NARROW, Usual
from bot.engine.spikes.windows import highest

NAMES = (
    "quick beyond near4",
    "beyond near4",
    "beyond usual, own terms",
    "beyond week",
    "beyond week, over reach2",
    "quick over yesterday",
    "quick over three hours",
    "warm",
    "own terms, over heat",
    "other beyond usual",
    "other quick over three hours",
    "ratio over its third highest",
    "usual over busy",
    "usual over near",
    "near2 over near8",
    "jumpiness",
    "beyond usual, over other",
    "quick beyond near4, over other",
)
"""In the order of `traits`."""


@dataclass(frozen=True, slots=True, eq=False)
class Excess:
    """Natural logarithms. `wide`, shape (R, n, C, K): beyond the usual; `own`, alike, in the site's own terms; `week`,
    (R, n, C, NARROW): beyond the same weekday; `ratio`, (R, n, C): of this direction over the other."""

    wide: Floats
    own: Floats
    week: Floats
    ratio: Floats

    def calm(self, where: NDArray[np.bool_]) -> None:
        """There, shape (R, n, C, K), nothing is beyond the usual."""
        for excess in (self.wide, self.own):
            excess[where & (excess > 0)] = 0
        closely = where[..., :NARROW]
        self.week[closely & (self.week > 0)] = 0


def excess(seen: Seen, known: Usual, own: Own, cell_of: NDArray[np.intp]) -> Excess:
    """`cell_of` says which of the cells of `known` is a bucket's."""
    floor = own.floor[:, None, :, None]
    level = np.log(seen.levels + floor)
    usual = (np.log(known.first + floor) + np.log(known.second + floor)) / 2
    wide = level - usual[:, cell_of]
    terms = wide / (0.5 + 0.5 * np.maximum(np.nan_to_num(own.reach8), 0))[:, None]
    week = level[..., :NARROW] - np.log(known.week + floor)[:, cell_of]
    quick = level[..., QUICK]
    return Excess(wide, terms, week, quick - _other(quick))


@dataclass(frozen=True, slots=True, eq=False)
class Circumstances:
    """What buckets are measured with; `cell_of` says which of its cells is a bucket's."""

    known: Usual
    own: Own
    late: Lately
    cell_of: NDArray[np.intp]

    def log(self, of_cells: Floats) -> Floats:
        """Shape (R, M, C) or (R, M, C, K), bytes a bucket -> (R, n, ...): the logarithm, above the floor."""
        floor = self.own.floor[:, None] if of_cells.ndim == 3 else self.own.floor[:, None, :, None]
        return np.log(of_cells + floor)[:, self.cell_of]  # type: ignore[no-any-return]


def traits(seen: Seen, beyond: Excess, among: Circumstances, step: int) -> Floats:
    """Shape (R, n, C, F), as in NAMES; NaN where unknown."""
    known, own, late, cell_of, log = among.known, among.own, among.late, among.cell_of, among.log
    floor = own.floor[:, None]
    closely = np.log(seen.levels[..., :NARROW] + floor[..., None])
    quick, near4 = closely[..., QUICK], closely - log(known.near4)
    wide, terms = highest(beyond.wide), highest(beyond.own)
    before = quick - np.log(seen.before + floor)
    first = log(known.first[..., QUICK])
    found = (
        near4[..., QUICK],
        highest(near4),
        terms,
        highest(beyond.week),
        highest(beyond.week - own.reach2[:, None]),
        quick - log(late.yesterday),
        before,
        np.broadcast_to(late.warm[:, cell_of, None], wide.shape),
        terms - late.heat[:, cell_of, None],
        _other(wide),
        _other(before),
        beyond.ratio - own.ratio3[:, None],
        first - np.log(own.busy + 1)[:, None],
        first - log(known.near[..., QUICK]),
        log(known.near2[..., QUICK]) - log(known.near8[..., QUICK]),
        jumpiness(seen.usage, own.floor, step, quick.shape[1]),
        wide - _other(wide),
        near4[..., QUICK] - _other(near4[..., QUICK]),
    )
    return np.stack(found, axis=-1)


def _other(values: Floats) -> Floats:
    """Shape (..., C) -> that of the other direction: in and out come first; of both together it is itself."""
    return values[..., [1, 0, *range(2, values.shape[-1])]]
