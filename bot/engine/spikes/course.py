"""What came of one site in one direction, bucket by bucket, beside what is usual."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite

import numpy as np
from numpy.typing import NDArray

from bot.domain.block import Block
from bot.domain.times import Slot
from bot.engine.edges import Verdicts
from bot.engine.spikes.scales import ALL_SCALES
from bot.engine.spikes.scores import Floats, Scores


@dataclass(frozen=True, slots=True, eq=False)
class Course:
    """Arrays of shape (N,), a bucket of `step` seconds each from `start` on. `states` are its verdicts, `score` to
    `move` as in `Scores`, `usage` the bytes of the bucket itself, zero where unknown. `tells` are the scores from which
    the rule tells."""

    start: Slot
    step: int
    states: NDArray[np.int8]
    score: Floats
    scale: NDArray[np.int8]
    came: Floats
    low: Floats
    top: Floats
    move: Floats
    usage: NDArray[np.int64]
    tells: Floats

    @classmethod
    def of(cls, scores: Scores, verdicts: Verdicts, block: Block, row: int, direction: int, tells: Floats) -> Course:
        """Of one row of a judged block, in the direction with this number; columns are those of the block."""
        own = [each[row, direction] for each in (scores.score, scores.came, scores.low, scores.top, scores.move)]
        score, came, low, top, move = own
        used = block.rows(np.array([row])).of(scores.directions[direction])[0]
        scale = scores.scale[row, direction]
        return cls(block.start, block.step, verdicts.states[row], score, scale, came, low, top, move, used, tells[row])

    def span(self, column: int) -> int:
        """Seconds of the scale that gives a bucket's score."""
        return ALL_SCALES[int(self.scale[column])].width(self.step) * self.step

    def over_span(self, level: Floats, column: int) -> int:
        """Bytes over the scale's span, of a level in bytes a bucket: `came`, `low` or `top`."""
        amount = float(level[column])
        return round(amount * (self.span(column) // self.step)) if isfinite(amount) else 0
