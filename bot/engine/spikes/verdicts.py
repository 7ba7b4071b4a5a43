"""What a rule makes of how unusual each bucket is."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bot.engine.edges import BREACH, CLEAR, UNKNOWN, Verdicts
from bot.engine.spikes.noise import noise_bars
from bot.engine.spikes.scales import ALL_SCALES
from bot.engine.spikes.scores import Floats, Scores
from bot.rules.kinds import Sensitivity, Spike

BARS = {Sensitivity.LOW: 1.25, Sensitivity.MEDIUM: 1.0, Sensitivity.HIGH: 0.8}
"""Low makes a third of the noise of medium, high the double; docs/detection.md shows what they find."""
STAYS = 0.7
"""What is unusual stays so until its score is below this share of the bar."""
BEYOND = 1.3
"""It stays so, too, while so many times the most that is usual comes: a surprise is over sooner than that."""

Mask = NDArray[np.bool_]


def bars_of(scores: Scores, direction: int, spike: Spike, shared_by: int) -> Floats:
    """Shape (R, N): the score from which the rule tells, in the direction with this number, being one of `shared_by`
    that the rule judges."""
    if spike.noise is not None:
        return noise_bars(scores.often[:, direction], scores.rarer[:, direction], spike.noise, shared_by)
    return np.full(scores.score[:, direction].shape, BARS[spike.sensitivity], np.float32)


def judge_scores(
    scores: Scores, direction: int, spike: Spike, bars: Floats, was_on: Mask, since: NDArray[np.intp]
) -> Verdicts:
    """Verdicts of every bucket of every row from column `since[i]` on, in the direction with this number; `bars` are
    `bars_of` the rule, and `was_on`, shape (R,), says whose spike goes on from before that column."""
    score = scores.score[:, direction]
    widths = np.array([scale.width(scores.step) for scale in ALL_SCALES], np.int64)[scores.scale[:, direction]]
    came, top, floor = (np.nan_to_num(each[:, direction]) * widths for each in (scores.came, scores.top, scores.floor))
    least, known = floor if spike.at_least is None else spike.at_least, np.isfinite(score)
    begins = (score >= bars) & (came - top >= least)
    goes_on = (score >= STAYS * bars) | (came + floor >= BEYOND * (top + floor))
    ends = known & ~(goes_on & (came - top >= STAYS * least))
    breach = _lasting(begins, ends, was_on, since) & known
    states = np.where(breach, BREACH, np.where(known, CLEAR, UNKNOWN))
    values, limits = (np.rint(each).astype(np.int64) for each in (came, top))
    return Verdicts(states.astype(np.int8), values, limits, scores.scale[:, direction])


def _lasting(begins: Mask, ends: Mask, was_on: Mask, since: NDArray[np.intp]) -> Mask:
    """What begins goes on until it ends, whatever is unknown between; what comes before `since` counts for nothing."""
    columns, first = np.arange(begins.shape[1]), since[:, None]
    last_begin = np.where(begins & (columns >= first), columns, -2)
    last_begin[was_on] = np.maximum(last_begin[was_on], np.where(columns >= first[was_on], first[was_on] - 1, -2))
    last_end = np.where(ends & (columns >= first), columns, -2)
    return np.maximum.accumulate(last_begin, axis=1) > np.maximum.accumulate(last_end, axis=1)
