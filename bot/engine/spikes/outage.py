"""What an outage kept back comes after it: what makes up for what was missed is nothing unusual."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from bot.engine.spikes.memory import CELL, CELLS, HEATED, Memory, Rows
from bot.engine.spikes.scores import Floats
from bot.engine.spikes.windows import running

DIM = 0.05
"""A half hour is dark that is unknown, or has no more than this share of what is usual, and it is seldom so dark."""
LONGEST = 24
"""Cells before one that are looked at: an outage of half a day."""
CATCHES_UP = 4
"""Cells for which what is missed may come, and no more than two more than the outage had."""
MORE = 4
"""Times what was missed: what is usual is not known better than that."""


def missed(mids: Floats, middle: Floats, seldom: Floats, step: int) -> Floats:
    """Shape (R, M, C) each, bytes a bucket -> (R, M): bytes, of both directions, that cells lack, being dark; else 0.
    `mids` are their median buckets, `middle` and `seldom` as of `Usual`."""
    came, usual, low = (np.nan_to_num(each[..., :2]).sum(axis=-1) for each in (mids, middle, seldom))
    dark = np.isnan(mids[..., :2]).all(axis=-1) | ((came <= DIM * usual) & (low > DIM * usual))
    return np.where(dark, usual * (CELL / step), 0).astype(np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class Debts:
    """`owed`, shape (R, M): bytes that may come in a cell for the sake of an outage that ended shortly before it."""

    owed: Floats


def debts(memory: Memory, rows: Rows, cells: NDArray[np.int64]) -> Debts:
    """Of consecutive cells; all before each of these must have been compared with their times."""
    past = np.arange(cells[0] - LONGEST, cells[-1])
    lacking = np.nan_to_num(memory.missed[rows[:, None], past // CELLS % HEATED, past % CELLS])
    if not lacking.any():
        return Debts(np.zeros((len(rows), len(cells)), np.float32))
    lacking, place = sliding_window_view(lacking, LONGEST, axis=1), np.arange(LONGEST)
    last = np.where(lacking > 0, place, -1).max(axis=-1)[..., None]
    light = np.where((lacking <= 0) & (place < last), place, -1).max(axis=-1)[..., None]
    of_outage = (place > light) & (place <= last)
    since, length = LONGEST - 1 - last[..., 0], of_outage.sum(axis=-1)
    recovers = (last[..., 0] >= 0) & (since < np.minimum(CATCHES_UP, 2 + length))
    sums = running(np.where(of_outage, lacking, 0), LONGEST, np.add)[..., 0]
    return Debts(np.where(recovers, MORE * sums, 0).astype(np.float32))
