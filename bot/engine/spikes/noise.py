"""From a promise of noise to a bar: how high a site's score goes on its own, and how seldom it goes higher.

Scores grow with the logarithm of bytes, so that heavy (Pareto) tails of usage are exponential tails of its score: of
each further step up, the same share of the days is left. Two numbers say that of a site, fitted on the highest scores
of its last days; an exponential tail also reaches beyond what was observed, where a promise is rarer than the history.
"""

from __future__ import annotations

import numpy as np

from bot.engine.spikes.scores import Floats
from bot.rules.conditions import FITTED_DAYS, MOST_A_DAY
from bot.rules.kinds import Noise

FITTED = FITTED_DAYS
"""Days whose highest scores are fitted."""
SHARE = 0.25
"""Of the days: what the tail is fitted to. The bar of a promise of one alarm in four days is the tail's level."""
LEVEL, SLOPE = 0.5, 0.35
"""The tail of a site without a history: that of sites which are rather more restless than most."""
LEVEL_WEIGHT, SLOPE_WEIGHT = 3, 3
"""As many days of such a site, and as many of those in its tail, are added to a site's own."""
SEEN = SHARE * FITTED + SLOPE_WEIGHT
"""So many days say what the slope is. It is not known better than that, so a rare promise needs a bar somewhat higher:
by the predictive distribution of an exponential tail, SHARE * (1 + x / (SEEN * slope)) ** -SEEN."""
LOWEST, HIGHEST = 0.8, 1.7
"""No promise makes a rule more sensitive than `high`, or blind: the score of most surprises ends at about 2."""
MOST = float(MOST_A_DAY)
"""Alarms a day, above which the tail says nothing."""


def tail_of(highest: Floats) -> Floats:
    """Shape (..., W), the highest score of each of W days, NaN where unknown -> (..., 2): the score that is exceeded on
    a SHARE of the days, and by how much more it must be exceeded to be so e times as rarely."""
    ordered = np.sort(np.where(np.isnan(highest), -np.inf, highest), axis=-1)[..., ::-1].astype(np.float64)
    days = np.isfinite(ordered).sum(axis=-1)
    many = np.ceil(days * SHARE).astype(np.int64)
    place = np.minimum(many, np.maximum(days - 1, 0))[..., None]
    own = np.take_along_axis(ordered, place, axis=-1)[..., 0]
    is_known = days > 0
    own = np.where(is_known, own, LEVEL)
    beyond = np.where(np.arange(ordered.shape[-1]) < many[..., None], ordered - own[..., None], 0)
    slope = (np.where(np.isfinite(beyond), beyond, 0).sum(axis=-1) + SLOPE_WEIGHT * SLOPE) / (many + SLOPE_WEIGHT)
    level = (days * own + LEVEL_WEIGHT * LEVEL) / (days + LEVEL_WEIGHT)
    return np.stack([level, slope], axis=-1).astype(np.float32)


def noise_bars(often: Floats, rarer: Floats, noise: Noise, shared_by: int) -> Floats:
    """The scores that sites reach as seldom as was promised, by the two numbers of their tails; of any shape.
    `shared_by` directions make up the promise between them."""
    bars = reached_on(often, rarer, min(float(noise.a_day) / shared_by, MOST))
    return np.clip(bars, np.float32(LOWEST), np.float32(HIGHEST))


def reached_on(often: Floats, rarer: Floats, share: float) -> Floats:
    """The scores that sites reach on this share of their days."""
    return often + rarer * np.float32(SEEN * ((SHARE / share) ** (1 / SEEN) - 1))
