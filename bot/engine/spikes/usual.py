"""What is usual at a time of the day: the levels of the same local time in the last five weeks.

Every day counts, not those of the same weekday alone: five Mondays are too few to say how high a Monday may go, and a
holiday's neighbours are known. The most that is usual is the geometric mean of the two highest of those days, so that
a single past event does not lift it far, and what comes again and again does. Other ranks say how far a day may go.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from bot.engine.spikes.codes import FINENESS, MOST, UNKNOWN, Codes, at, decode, in_order, median, unknown
from bot.engine.spikes.lasting import shifted
from bot.engine.spikes.memory import CELL, CELLS, DAYS, MIDS, Memory, Rows
from bot.engine.spikes.offsets import Offsets
from bot.engine.spikes.scales import QUICK
from bot.engine.spikes.scores import Floats

BACK = 35
"""Days that are looked back."""
BESIDE = 3
"""Cells before and after that are as like."""
NARROW = 2
"""How many of the scales are looked at closely: one cell before and after, and by more ranks."""
WEEKLY = slice(6, BACK, 7)
"""Of the days back, those of the same weekday."""
ENOUGH = 21
"""Known days from which ranks are of days; of fewer, they are of as large a share of the days."""
AT_ONCE = 1_000_000
"""Remembered levels that are looked at at once."""


@dataclass(frozen=True, slots=True, eq=False)
class Usual:
    """Of R sites and M cells, bytes a bucket, NaN where nothing is known. `low`, `first`, `second`: the lowest level
    that came, and the two highest of those an hour and a half about, shape (R, M, C, K); `quick`: the median of the
    quick levels, of all days or of the weekday, `middle` and `seldom`: the median and the third lowest of the median
    buckets, (R, M, C). Of the closely looked at scales, half an hour about, (R, M, C, NARROW): `near`, the median of
    the days, `near2`, `near4`, `near8`, the second, fourth and eighth highest, `week`, the highest of the same
    weekday."""

    low: Floats
    first: Floats
    second: Floats
    quick: Floats
    middle: Floats
    seldom: Floats
    near: Floats
    near2: Floats
    near4: Floats
    near8: Floats
    week: Floats


def usual(memory: Memory, rows: Rows, offsets: Offsets, cells: NDArray[np.int64]) -> Usual:
    """Of these consecutive cells (shape (M,)) of one UTC day, by what was seen before that day."""
    width = BACK * (len(cells) + 2 * BESIDE) * int(np.prod(memory.tops.shape[3:]))
    size = max(1, AT_ONCE // width)
    parts = [
        _usual(_remembered(memory, rows[n : n + size], offsets.of_rows(slice(n, n + size)), cells), len(cells))
        for n in range(0, len(rows), size)
    ]
    if len(parts) == 1:
        return parts[0]
    return Usual(*(np.concatenate([getattr(part, each.name) for part in parts]) for each in fields(Usual)))


def _remembered(memory: Memory, rows: Rows, offsets: Offsets, cells: NDArray[np.int64]) -> Codes:
    """Shape (R, BACK, M + 2 * BESIDE, C, K + 1): the levels of the days before, and their median buckets, from BESIDE
    cells before to as many after; UNKNOWN of what was not seen before the day."""
    wide, midnight = np.arange(cells[0] - BESIDE, cells[-1] + BESIDE + 1), cells[0] // CELLS * CELLS
    like, since = offsets.back_of_zones(wide, BACK), memory.since[rows] // CELL
    shape = memory.tops.shape
    ring = DAYS * CELLS
    places = (like % ring)[offsets.zone] + (rows * ring)[:, None, None]
    known = memory.tops.reshape(len(memory) * ring, -1).take(places, axis=0).reshape(*places.shape, *shape[3:])
    was_seen = (like < midnight)[offsets.zone]
    if since.max(initial=0) > like.min():
        was_seen &= like[offsets.zone] >= since[:, None, None]
    if not was_seen.all():
        known[~was_seen] = UNKNOWN
    lifts = shifted(memory, rows, int(cells[0]) // CELLS, BACK)
    if lifts.any():
        more = np.rint(lifts / np.log(2) * FINENESS)[:, :, None, :, None]
        known[..., :MIDS] = np.where(known == UNKNOWN, UNKNOWN, np.minimum(known + more, MOST))[..., :MIDS]
    return known


def _usual(found: Codes, count: int) -> Usual:
    same = found[:, :, BESIDE : BESIDE + count]
    first, second = (each[..., :MIDS] for each in _highest(_about(found, count)))  # whole rows are faster than parts
    one = np.uint16(1)  # one less than UNKNOWN is more than all; of another time nearby alone nothing is said
    lowest = (same[..., :MIDS] - one).min(axis=1) + one
    near = _about_closely(found, count)[..., :NARROW]
    days = in_order(near, 1)
    ranks = _ranked(days, (2, 4, 8))
    week = near[:, WEEKLY].max(axis=1)
    mids = in_order(same[..., MIDS], 1)
    middles = _median_of(same[..., QUICK]), median(mids)
    codes = lowest, first, _or(second, first), *middles, _lowest(mids, 3), median(days), *ranks, week
    return Usual(*map(decode, codes))


def _about(found: Codes, count: int) -> Codes:
    """The highest within BESIDE cells of each: of pairs, then of pairs of pairs."""
    pairs = np.maximum(found[:, :, :-1], found[:, :, 1:])
    fours = np.maximum(pairs[:, :, :-2], pairs[:, :, 2:])
    return np.maximum(fours[:, :, :count], fours[:, :, BESIDE : BESIDE + count])


def _about_closely(found: Codes, count: int) -> Codes:
    """The highest within one cell of each."""
    before, here, after = (found[:, :, BESIDE + n : BESIDE + n + count] for n in (-1, 0, 1))
    return np.maximum(np.maximum(before, after), here)


def _highest(about: Codes) -> tuple[Codes, Codes]:
    """The highest and the second highest, over the days."""
    first = np.zeros_like(about[:, 0])
    second = first.copy()
    for day in range(about.shape[1]):
        own = about[:, day]
        second = np.maximum(second, np.minimum(first, own))
        first = np.maximum(first, own)
    return first, second


def _ranked(days: Codes, ranks: tuple[int, ...]) -> list[Codes | Floats]:
    """The so-many-th highest of what is known. Of n days, fewer than ENOUGH, rank r is 1 + (r - 1) * (n - 1) /
    (ENOUGH - 1), which may lie between two days."""
    if (days[..., -ENOUGH] != UNKNOWN).all():
        return [days[..., -rank] for rank in ranks]
    known = np.maximum(days.shape[-1] - unknown(days), 1)
    share = (np.minimum(known, ENOUGH) - 1) / np.float32(ENOUGH - 1)
    return [_between(days, 1 + (rank - 1) * share, known) for rank in ranks]


def _between(days: Codes, rank: Floats, known: NDArray[np.intp]) -> Floats:
    above = rank.astype(np.int64)
    ranks = np.stack([above, np.minimum(above + 1, known)], axis=-1)
    high, low = np.moveaxis(np.take_along_axis(days, days.shape[-1] - ranks, axis=-1), -1, 0)
    found: Floats = (high - (rank - above) * (high - low.astype(np.float32))).astype(np.float32)
    return found


def _or(codes: Codes, otherwise: Codes) -> Codes:
    return np.where(codes == UNKNOWN, otherwise, codes)


def _lowest(days: Codes, rank: int) -> Codes:
    """The so-many-th lowest of what is known, or the highest where less is."""
    return at(days, np.minimum(unknown(days) + rank - 1, days.shape[-1] - 1))


def _median_of(same: Codes) -> Codes:
    """Over all days, or over those of the same weekday where that is more: shops are all busy on Saturdays."""
    days, weeks = (in_order(each, 1) for each in (same, same[:, WEEKLY]))
    return np.maximum(median(days), median(weeks))
