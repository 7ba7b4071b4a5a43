"""What kinds of sites there are: the shape of their days and weeks, and how restless they are."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
HALF_HOURS = 48


@dataclass(frozen=True, slots=True)
class Habit:
    """`peaks` are (local hour, width in hours, height) of a day over the level of 1 at night, `weekend` what is left of
    them on Saturdays and Sundays.

    Standard deviations, of natural logarithms: `days` from day to day, `hours` from half hour to half hour, `buckets`
    from bucket to bucket. `bursts` come so often a week, each of about `burst` busy levels, or far more; so many
    recurring `jobs` there are. `idle` is the share of half hours without users.
    """

    name: str
    peaks: tuple[tuple[float, float, float], ...]
    weekend: float
    days: float
    hours: float
    buckets: float
    bursts: float
    jobs: float
    burst: float = 1.0
    idle: float = 0.0

    def profile(self) -> Floats:
        """Shape (7, 48): the level of each half hour of a local week from Monday on; 1 at night."""
        hour = (np.arange(HALF_HOURS) + 0.5) / 2
        day = np.zeros(HALF_HOURS)
        for centre, width, height in self.peaks:
            away = np.minimum(np.abs(hour - centre), 24 - np.abs(hour - centre))
            day += height * np.exp(-((away / width) ** 4))
        share = np.where(np.arange(7) >= 5, self.weekend, 1.0)
        return 1 + share[:, None] * day


OFFICE = Habit("office", ((12.5, 5.0, 12.0),), 0.12, days=0.12, hours=0.2, buckets=0.2, bursts=1.6, jobs=3)
SHOP = Habit("shop", ((11.0, 3.0, 5.0), (17.0, 3.5, 8.0)), 0.9, days=0.15, hours=0.22, buckets=0.2, bursts=1.7, jobs=2)
HOME = Habit("home", ((8.0, 2.0, 3.0), (20.5, 3.5, 10.0)), 1.15, days=0.2, hours=0.28, buckets=0.22, bursts=1.7, jobs=2)
DEPOT = Habit("depot", ((13.0, 8.0, 1.5),), 0.7, days=0.15, hours=0.25, buckets=0.22, bursts=1.9, jobs=5)
TRUNK = Habit(
    "trunk", ((10.0, 4.0, 1.0), (19.0, 4.5, 2.0)), 0.85, days=0.06, hours=0.08, buckets=0.05, bursts=0.05, jobs=0
)
MOBILE = Habit(
    "mobile", ((13.0, 6.0, 3.0),), 0.8, days=0.25, hours=0.5, buckets=0.3, bursts=1.4, jobs=1, burst=20.0, idle=0.08
)
FITFUL = Habit(
    "fitful", ((14.0, 7.0, 0.5),), 1.0, days=0.3, hours=0.4, buckets=0.4, bursts=1.8, jobs=3, burst=20.0, idle=0.15
)

REGULAR = (OFFICE, OFFICE, SHOP, HOME, DEPOT, TRUNK, OFFICE)
BURSTY = (MOBILE, FITFUL, DEPOT, MOBILE, FITFUL, TRUNK)
STEADY = (TRUNK,)
