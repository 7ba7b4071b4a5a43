"""From what is seen of a bucket to its score: a sum of one monotone step function for each trait."""

from __future__ import annotations

import numpy as np

from bot.engine.spikes.scores import Floats
from bot.engine.spikes.traits import NAMES
from bot.engine.spikes.weights import BAR, BIAS, SPREAD, WEIGHTS

CLOSE = -0.15, 0.05
"""What is not further beyond the usual, and beyond all but three of the days, is nothing unusual."""
CALM, FAR = 0.25, 2.5
"""Where usage was no jumpier than CALM, so far in the site's own terms tells by itself, whatever speaks against it:
what rises both ways at once often does so by itself, but the weights were learnt on no site that is so regular."""
TABLES = [
    (
        np.array(WEIGHTS[name].at, np.float32),
        np.array(WEIGHTS[name].worth, np.float32),
        np.float32(WEIGHTS[name].unknown),
    )
    for name in NAMES
]
NEAR4, OVER_WEEK = NAMES.index("beyond near4"), NAMES.index("beyond week, over reach2")
OVER_HEAT, JUMPINESS = NAMES.index("own terms, over heat"), NAMES.index("jumpiness")


def weigh(traits: Floats, wide: Floats) -> Floats:
    """Shape (..., F) and (...), the excess beyond the usual -> (...): 1 where a rule of medium sensitivity tells, 0 of
    nothing unusual, NaN where nothing is known."""
    score = np.zeros(wide.shape, np.float32)
    far = ((wide > CLOSE[0]) & (traits[..., NEAR4] > CLOSE[1])) | (traits[..., OVER_WEEK] > 0)
    score[far] = np.maximum(1 + (_sum(traits[far]) - BAR) / SPREAD, _by_itself(traits[far]))
    score[np.isnan(wide)] = np.nan
    return score


def _by_itself(traits: Floats) -> Floats:
    is_calm = traits[:, JUMPINESS] <= CALM
    return np.where(is_calm, np.maximum(np.nan_to_num(traits[:, OVER_HEAT]), 0) / FAR, 0).astype(np.float32)


def _sum(traits: Floats) -> Floats:
    total = np.full(len(traits), BIAS, np.float32)
    for number, (edges, worth, unknown) in enumerate(TABLES):
        own = traits[:, number]
        total += np.where(np.isnan(own), unknown, worth[np.searchsorted(edges, own)])
    return total
