"""One part of a block judged: by what is usual then, and by what the site did lately."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bot.domain.times import Slot
from bot.engine.spikes.at_hand import debts_at, lasting_at, lately_at, own_at, usual_at
from bot.engine.spikes.codes import decode, encode
from bot.engine.spikes.lasting import middles
from bot.engine.spikes.memory import CELLS, HEATED, LASTING, MIDS, RATIO, WEEKLY, WIDE, Memory, Rows
from bot.engine.spikes.offsets import Offsets
from bot.engine.spikes.outage import missed
from bot.engine.spikes.own import Own
from bot.engine.spikes.parts import Part
from bot.engine.spikes.scales import DAYLONG, QUICK, SCALES
from bot.engine.spikes.scores import Floats, Scores
from bot.engine.spikes.seen import Seen
from bot.engine.spikes.traits import Circumstances, Excess, excess, traits
from bot.engine.spikes.usual import Usual
from bot.engine.spikes.weigh import weigh
from bot.engine.spikes.windows import highest, most

LOW = 0.1
"""Of the floor: a whole day is compared half hour by half hour, and quiet ones count as busy ones."""


def judge(memory: Memory, rows: Rows, own: Seen, offsets: Offsets, part: Part) -> Scores:
    known, site = usual_at(memory, rows, offsets, part.cells), own_at(memory, rows, part.day)
    beyond = excess(own, known, site, part.cell_of)
    beyond.wide[site.is_young] = np.nan
    _compare(memory, rows, known, site, part)
    made_up = _made_up(memory, rows, own, part)
    beyond.calm(made_up)
    _note(memory, rows, np.where(made_up, np.fmin(own.levels, known.first[:, part.cell_of]), own.levels), beyond, part)
    among = Circumstances(known, site, lately_at(memory, rows, part.cells), part.cell_of)
    score = weigh(traits(own, beyond, among, memory.step), highest(beyond.wide))
    score = np.maximum(score - site.handicap[:, None, None], 0)
    score = np.where(_all_made_up(made_up, beyond), np.fmin(score, 0), score)
    _warm(memory, rows, 2, highest(score), part)
    lasting = lasting_at(memory, rows, part.cells)
    stayed = np.fmax.reduce(lasting.lift, axis=1)
    memory.now_peaks[rows, :, LASTING] = np.fmax(memory.now_peaks[rows, :, LASTING], stayed)
    scores = _scored(memory, score, own, beyond, among, part.start)
    own_scale = lasting.score, lasting.came, lasting.low, lasting.top
    scores.take(DAYLONG, *(np.moveaxis(each[:, part.cell_of], 1, -1) for each in own_scale))
    return scores


def _compare(memory: Memory, rows: Rows, known: Usual, site: Own, part: Part) -> None:
    """Remember how the cells of a part compare with the middle of their times."""
    here, places = (rows[:, None], part.day % HEATED, part.filled % CELLS), np.unique(part.cell_of)
    codes, floor = middles(memory, rows, part.filled), LOW * site.floor[:, None]
    memory.now_tops[rows[:, None], part.filled % CELLS, :, MIDS] = codes
    mids = decode(codes)
    middle, seldom = known.middle[:, places], known.seldom[:, places]
    memory.lift[here] = np.log((mids + floor) / (middle + floor))
    memory.typical[here] = encode(middle)
    memory.missed[here] = missed(mids, middle, seldom, memory.step)


def _made_up(memory: Memory, rows: Rows, own: Seen, part: Part) -> NDArray[np.bool_]:
    """Shape (R, n, C, K): what comes for the sake of an outage."""
    owed = debts_at(memory, rows, part.cells).owed[:, part.cell_of]
    widths = np.array([scale.width(memory.step) for scale in SCALES], np.float32)
    within: NDArray[np.bool_] = (owed > 0)[..., None, None] & (own.levels * widths <= owed[..., None, None])
    return within


def _all_made_up(made_up: NDArray[np.bool_], beyond: Excess) -> NDArray[np.bool_]:
    """Shape (R, n, C): on no scale more came than that."""
    return np.asarray(made_up.any(axis=-1) & (made_up | ~(beyond.wide > 0)).all(axis=-1))


def _note(memory: Memory, rows: Rows, levels: Floats, beyond: Excess, part: Part) -> None:
    """Remember how far each day and each cell went."""
    here = rows[:, None], part.filled % CELLS
    tops = memory.now_tops[..., :MIDS]
    tops[here] = np.maximum(tops[here], encode(part.by_cell(levels)))
    for place, values in ((WIDE, beyond.wide), (WEEKLY, beyond.week), (RATIO, beyond.ratio)):
        memory.now_peaks[rows, :, place] = np.fmax(memory.now_peaks[rows, :, place], most(values, 1))
    for number, values in enumerate((beyond.wide, beyond.own)):
        _warm(memory, rows, number, highest(highest(values[:, :, :2])), part)


def _warm(memory: Memory, rows: Rows, number: int, values: Floats, part: Part) -> None:
    """Remember the highest of each cell; `values` has shape (R, n)."""
    here = rows[:, None], part.day % HEATED, part.filled % CELLS, number
    memory.heat[here] = np.fmax(memory.heat[here], part.by_cell(values))


def _scored(memory: Memory, score: Floats, own: Seen, beyond: Excess, among: Circumstances, start: Slot) -> Scores:
    scale = np.where(np.isnan(beyond.wide), -np.inf, beyond.wide).argmax(axis=-1)
    known, site, cell_of = among.known, among.own, among.cell_of
    tops = np.sqrt((known.first + 1) * (known.second + 1)) - 1
    came, low, top = (_at(each, scale) for each in (own.levels, known.low[:, cell_of], tops[:, cell_of]))
    floor = site.floor[:, None]
    move = np.log((own.levels[..., QUICK] + floor) / (known.quick + floor)[:, cell_of])
    moved = [np.moveaxis(each, 1, -1) for each in (score, move, scale)]
    daily = [np.broadcast_to(each[..., None], moved[0].shape) for each in (site.floor, site.often, site.rarer)]
    number = moved[2].astype(np.int8)
    return Scores(memory.directions, start, memory.step, moved[0], number, came, low, top, moved[1], *daily)


def _at(values: Floats, scale: NDArray[np.intp]) -> Floats:
    """Shape (R, n, C, K) -> (R, C, n): those of each bucket's scale."""
    chosen: Floats = np.take_along_axis(values, scale[..., None], axis=-1)[..., 0]
    return np.moveaxis(chosen, 1, -1)
