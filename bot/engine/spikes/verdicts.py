"""What a rule makes of how unusual each bucket is."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bot.engine.edges import BREACH, CLEAR, UNKNOWN, Verdicts
from bot.engine.spikes.scales import SCALES
from bot.engine.spikes.scores import Floats, Scores
from bot.rules.kinds import Sensitivity, Spike

BARS = {Sensitivity.LOW: 1.5, Sensitivity.MEDIUM: 1.0, Sensitivity.HIGH: 0.75}
STAYS = 0.7
"""What is unusual stays so until its score is below this share of the bar."""


def bars_of(scores: Scores, spike: Spike) -> Floats:
    """Shape (R,): the score from which the rule tells."""
    return np.full(len(scores.score), BARS[spike.sensitivity], np.float32)


def judge_scores(
    scores: Scores, direction: int, spike: Spike, bars: Floats, was_open: NDArray[np.bool_], since: NDArray[np.intp]
) -> Verdicts:
    """Verdicts of every bucket of every row, in the direction with this number; `bars`, shape (R,), are `bars_of` the
    rule, and `was_open`, shape (R,), says whose spike goes on from before column `since[i]`."""
    score, bar = scores.score[:, direction], bars[:, None]
    widths = np.array([scale.width(scores.step) for scale in SCALES], np.int64)[scores.scale[:, direction]]
    came, top = (np.nan_to_num(each[:, direction]) * widths for each in (scores.came, scores.top))
    enough = came - top >= (spike.at_least or 0)
    begins, holds = (score >= bar) & enough, (score >= STAYS * bar) & enough
    breach = _lasting(begins, holds, was_open, since)
    states = np.where(breach, BREACH, np.where(np.isnan(score), UNKNOWN, CLEAR))
    values, limits = (np.rint(each).astype(np.int64) for each in (came, top))
    return Verdicts(states.astype(np.int8), values, limits, scores.scale[:, direction])


def _lasting(
    begins: NDArray[np.bool_], holds: NDArray[np.bool_], was_open: NDArray[np.bool_], since: NDArray[np.intp]
) -> NDArray[np.bool_]:
    """What begins goes on for as long as it holds."""
    columns = np.arange(begins.shape[1])
    starts = begins | (was_open[:, None] & (columns == since[:, None]) & holds)
    last_start = np.maximum.accumulate(np.where(starts, columns, -1), axis=1)
    last_break = np.maximum.accumulate(np.where(holds, -1, columns), axis=1)
    return last_start > last_break
