"""What was learnt about the worth of each trait: for each, steps at which the score grows, in natural logarithms.

Each table holds where the steps are, what each step is worth (one more than steps), and what it is worth where the
trait is unknown. How they were learnt, and how well they do on sites that they were not learnt on: docs/detection.md.
"""

from __future__ import annotations

from typing import NamedTuple

BIAS = -6.8464
BAR = -1.08
"""The sum at which a rule of medium sensitivity tells: half an alarm in a site's week, on traffic as bursty as that of
which it was learnt."""
SPREAD = 5.0
"""So much more of the sum is one more of the score."""


class Steps(NamedTuple):
    at: tuple[float, ...]
    worth: tuple[float, ...]
    unknown: float


WEIGHTS = {
    "quick beyond near4": Steps((0.0, 0.07598, 0.1326), (0.0, 0.1373, 0.3338, 0.6093), 0.1204),
    "beyond near4": Steps((0.7344,), (0.0, 1.989), 0.0),
    "beyond usual, own terms": Steps((0.1562, 0.847), (0.0, 0.2334, 0.2582), 0.0),
    "beyond week": Steps(
        (0.05894, 0.0717, 0.1327, 0.161, 0.1964, 0.2458), (0.0, 0.0268, 0.296, 0.5327, 0.7237, 0.8294, 1.119), 0.0
    ),
    "beyond week, over reach2": Steps(
        (-5.931, -4.299, -3.76, -2.812, 0.0), (0.0, 0.1187, 0.1765, 0.2818, 0.3211, 0.5176), 0.0
    ),
    "quick over yesterday": Steps((0.03572, 0.1096), (0.0, 0.2787, 0.5035), 0.0),
    "quick over three hours": Steps((0.0, 0.003272, 0.009035, 0.01462), (0.0, 0.2547, 0.2906, 0.3324, 0.4673), 0.1349),
    "warm": Steps(
        (0.03522, 0.05832, 0.0633, 0.2, 0.2987, 0.3176, 0.4981, 0.5566, 0.7749, 0.8087, 0.8863, 1.006, 1.695, 2.77),
        (
            0.0,
            -0.1444,
            -0.3594,
            -0.4173,
            -0.4608,
            -0.543,
            -0.6388,
            -0.7624,
            -0.8411,
            -1.071,
            -1.167,
            -1.206,
            -1.242,
            -1.292,
            -1.625,
        ),
        0.0,
    ),
    "own terms, over heat": Steps(
        (0.01426, 0.05401, 0.3797, 0.7581, 1.259, 1.838, 2.699),
        (0.0, 0.1598, 0.575, 1.262, 1.363, 1.484, 1.735, 1.836),
        0.0,
    ),
    "other beyond usual": Steps(
        (
            -3.731,
            -1.163,
            -1.05,
            -0.836,
            -0.03404,
            -0.03113,
            -0.01894,
            -0.01348,
            -0.01166,
            -0.003363,
            0.0,
            0.006444,
            0.02333,
            1.084,
        ),
        (
            0.0,
            -0.0697,
            -0.1311,
            -0.1575,
            -0.1979,
            -0.1774,
            -0.1571,
            -0.1168,
            -0.0735,
            -0.0319,
            -0.0117,
            -0.3861,
            -0.8915,
            -1.019,
            -0.9276,
        ),
        -0.0117,
    ),
    "other quick over three hours": Steps(
        (-2.188, -0.7329, 0.0, 0.004736, 0.02587, 0.04211, 0.3034, 0.4488, 1.438, 2.407),
        (0.0, -0.0456, -0.075, -0.2037, -0.4977, -0.5227, -0.5981, -0.6396, -0.9097, -1.284, -2.043),
        -0.3819,
    ),
    "ratio over its third highest": Steps((0.0, 0.2213), (0.0, 0.9024, 1.158), 0.032),
    "usual over busy": Steps((-0.02405, 2.461, 3.096), (0.0, -0.0461, -0.1859, -0.2332), -0.0461),
    "usual over near": Steps(
        (0.0, 1.626, 1.733, 2.501, 2.624, 2.696, 2.999, 3.158, 3.449, 8.142),
        (0.0, 1.73, 1.747, 1.765, 1.577, 1.49, 1.428, 1.37, 1.296, 1.239, 0.9278),
        0.0,
    ),
    "near2 over near8": Steps(
        (0.0, 0.06929, 0.08528, 0.1244, 0.3238, 0.3597, 0.3818, 0.5322, 0.8533, 1.807),
        (0.0, 0.124, 0.0579, 0.0402, 0.0108, -0.0227, -0.0587, -0.2585, -0.3501, -0.4926, -0.6591),
        0.0,
    ),
    "jumpiness": Steps(
        (0.1767, 0.2076, 0.2134, 0.2441, 0.2495, 0.2548, 0.2825, 0.2992, 0.3713, 0.5326, 0.6986, 1.228, 1.335, 1.598),
        (
            0.0,
            -0.017,
            -0.1098,
            -0.1363,
            -0.2132,
            -0.2512,
            -0.3042,
            -0.3242,
            -0.5322,
            -0.7632,
            -0.8148,
            -0.913,
            -0.9978,
            -1.119,
            -1.358,
        ),
        -1.358,
    ),
    "beyond usual, over other": Steps(
        (0.001718, 0.00296, 0.01829, 0.02114, 0.02759, 0.07685, 0.0916, 0.1163, 0.1271),
        (0.0, 0.0201, 0.045, 0.1091, 0.1673, 0.3199, 0.4182, 0.4964, 0.6031, 0.6688),
        0.0,
    ),
    "quick beyond near4, over other": Steps((0.1152, 0.4278), (0.0, 0.0405, 0.1477), 0.0405),
}
