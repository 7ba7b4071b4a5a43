"""What a site does by itself, day by day and lately: what it takes to be news there."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from bot.domain.times import DAY
from bot.engine.spikes.codes import decode
from bot.engine.spikes.memory import CELL, CELLS, DAYS, HEATED, PEAKS, RATIO, WEEKLY, WIDE, Memory, Rows
from bot.engine.spikes.noise import FITTED, tail_of
from bot.engine.spikes.scores import Floats
from bot.engine.spikes.windows import running

SHARE = 0.1
"""Of the busy level: an excess is measured above so much, so that quiet sites do not shout."""
BUSY_DAYS = 28
CALIBRATED = 56
"""Days whose highest excesses say how far a site goes."""
RATIO_DAYS = 28
FIRST = 2
"""Days of history before which nothing is judged."""
HANDICAP = 0.12
"""Of the score, while one week alone says how high a day of the week goes; half of it while two do, and so on."""
WEEKS = 5
"""Weeks from which they say enough."""
COOLS = 73
"""Cells for which an excursion makes the next one less of a surprise: a day and a half."""
ON = 0.2
"""An excess from which on usage is on an excursion."""
NOT_SEEN = -9.0
YESTERDAY = slice(6, 48)
"""Cells back to what the last 24 hours held, but for the last three."""


@dataclass(frozen=True, slots=True, eq=False)
class Own:
    """Of R sites, the same all day. `is_young`, (R,): nothing is judged; `handicap`, alike: taken from the score.
    `busy` and `floor`, (R, C): bytes a bucket in its busy hours, and above which an excess is measured. `reach8`, (R,
    C, K): the eighth highest excess of the days of eight weeks, fewer of a shorter history; `reach2`, (R, C, NARROW):
    the second highest beyond the same weekday; `ratio3`, (R, C): the third highest log ratio of the directions;
    `often`, `rarer`: as of `tail_of`."""

    is_young: NDArray[np.bool_]
    handicap: Floats
    busy: Floats
    floor: Floats
    reach8: Floats
    reach2: Floats
    ratio3: Floats
    often: Floats
    rarer: Floats


def own(memory: Memory, rows: Rows, day: int) -> Own:
    busy = _middle(memory.busy[rows[:, None], _days(day, BUSY_DAYS)])
    peaks = memory.peaks[rows[:, None], _days(day, CALIBRATED)]
    ordered = np.sort(peaks, axis=1)  # what is unknown comes last
    known = np.isfinite(peaks).sum(axis=1)
    ratios = np.sort(peaks[:, -RATIO_DAYS:, :, RATIO], axis=1)
    of_ratio = np.isfinite(ratios).sum(axis=1)
    tail = tail_of(np.moveaxis(memory.worst[rows[:, None], _days(day, FITTED)], 1, -1))
    days = day - memory.since[rows] // DAY
    return Own(
        days < FIRST,
        _handicap(days // 7),
        busy,
        (SHARE * busy + 1).astype(np.float32),
        _of_so_many(ordered[..., WIDE], known[..., WIDE], 8),
        _of_so_many(ordered[..., WEEKLY], known[..., WEEKLY], 2),
        _highest(ratios, of_ratio, 3),
        tail[..., 0],
        tail[..., 1],
    )


def _handicap(weeks: NDArray[np.int64]) -> Floats:
    """Of so many whole weeks of history. In the first none of a site's days was seen before, and no weekday is
    compared with itself."""
    share: Floats = np.where((weeks > 0) & (weeks < WEEKS), HANDICAP / np.maximum(weeks, 1), 0).astype(np.float32)
    return share


def _days(day: int, count: int) -> NDArray[np.int64]:
    return np.arange(day - count, day) % PEAKS


def _middle(values: Floats) -> Floats:
    """Over the days (axis 1): the lower median of what is known, 0 where nothing is."""
    known = np.isfinite(values).sum(axis=1)
    place = np.maximum(known - 1, 0) // 2
    found: Floats = np.take_along_axis(np.sort(values, axis=1), place[:, None], axis=1)[:, 0]
    return np.nan_to_num(found)


def _of_so_many(ordered: Floats, known: NDArray[np.intp], rank: int) -> Floats:
    """The highest but so many of CALIBRATED days, or as large a share of the days that are known."""
    share = np.maximum(np.rint(rank * known / CALIBRATED), 1).astype(np.int64)
    return _at(ordered, known - share)


def _highest(ordered: Floats, known: NDArray[np.intp], rank: int) -> Floats:
    """The so-many-th highest, or the highest where less is known."""
    return _at(ordered, np.where(known >= rank, known - rank, known - 1))


def _at(ordered: Floats, place: NDArray[np.intp]) -> Floats:
    found: Floats = np.take_along_axis(ordered, np.maximum(place, 0)[:, None], axis=1)[:, 0]
    return found


@dataclass(frozen=True, slots=True, eq=False)
class Lately:
    """Of R sites and M cells. `warm`, (R, M): the highest excess of the last day and a half but for the last half hour,
    of either direction; `heat`, alike: of excursions that are over, in the site's own terms; `yesterday`, (R, M, C):
    the highest level of a quarter of an hour of the last 24 hours but for the last three, bytes a bucket."""

    warm: Floats
    heat: Floats
    yesterday: Floats


def lately(memory: Memory, rows: Rows, cells: NDArray[np.int64]) -> Lately:
    """Of consecutive cells of one day. All cells before each of these must have been seen."""
    warm, heat = _heat(memory, rows, cells)
    return Lately(warm, heat, _yesterday(memory, rows, cells))


def _heat(memory: Memory, rows: Rows, cells: NDArray[np.int64]) -> tuple[Floats, Floats]:
    """What is on since before the last cell began is the excursion that usage is on now, which is not over."""
    past = np.arange(cells[0] - COOLS, cells[-1])
    seen = np.nan_to_num(memory.heat[rows[:, None], past // CELLS % HEATED, past % CELLS], nan=NOT_SEEN)
    warm = running(seen[:, :-1, 0], COOLS - 1, np.maximum)
    terms, place = sliding_window_view(seen[..., 1], COOLS, axis=1), np.arange(COOLS)
    last_off = np.where(terms <= ON, place, -1).max(axis=-1)[..., None]
    over = np.where((place <= last_off) & (place < COOLS - 1) & (place > 0), terms, np.float32(0)).max(axis=-1)
    return np.where(warm == NOT_SEEN, np.float32(np.nan), warm), np.maximum(over, 0)


def _yesterday(memory: Memory, rows: Rows, cells: NDArray[np.int64]) -> Floats:
    past = np.arange(cells[0] - YESTERDAY.stop + 1, cells[-1] - YESTERDAY.start + 1)
    day = cells[0] // CELLS
    today, before = past[past // CELLS == day], past[past // CELLS < day]
    was_seen = memory.since[rows][:, None] // CELL <= before
    codes = np.where(was_seen[..., None], memory.tops[rows[:, None], before // CELLS % DAYS, before % CELLS, :, 0], 0)
    codes = np.concatenate([codes, memory.now_tops[rows[:, None], today % CELLS, :, 0]], axis=1)
    return decode(running(codes, YESTERDAY.stop - YESTERDAY.start, np.maximum, axis=1))
