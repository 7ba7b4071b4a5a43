"""Labelled changes of traffic: what is to be told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

import numpy as np

from tests.detection.habits import Floats
from tests.detection.judging import Change
from tests.detection.traffic import A_DAY, STEP, Traffic

HOURS = 168
AN_HOUR = 3600 // STEP
EVERY = 4
"""Days from one change of a site to the next."""
Span = tuple[int, int]


class Way(StrEnum):
    """`surge`: so many times the level of the time. `ramp`: the same, growing over four hours. `leak`: somebody carries
    data away at night, with so many times the busy level. `flood`: five busy levels come in. `turned`: two fifths of
    what comes in go out instead, so that the sum stays as it was."""

    SURGE = "surge"
    RAMP = "ramp"
    LEAK = "leak"
    FLOOD = "flood"
    TURNED = "turned"


@dataclass(frozen=True, slots=True)
class Kind:
    """A change of so many buckets."""

    way: Way
    length: int
    factor: float = 1.0

    def __str__(self) -> str:
        return f"{self.way} x{self.factor:g}" if self.factor != 1 else str(self.way)

    def added(self, level: Floats, busy: Floats, rng: np.random.Generator) -> Floats:
        """Bytes, shape (2, n); of the level, alike, and the busy level of a site, shape (2, 1)."""
        match self.way:
            case Way.SURGE:
                return _either((self.factor - 1) * level, rng)
            case Way.RAMP:
                slope = np.minimum(1, np.arange(1, self.length + 1) / (4 * AN_HOUR))
                return _either((self.factor - 1) * slope * level, rng)
            case Way.LEAK:
                return np.broadcast_to(self.factor * busy * [[0.0], [1.0]], level.shape)
            case Way.FLOOD:
                return np.broadcast_to(busy * [[5.0], [0.3]], level.shape)
            case Way.TURNED:
                return level[:1] * [[-0.4], [0.4]]


SURGES = tuple(Kind(Way.SURGE, length, factor) for factor in (3, 5, 10) for length in (3, 12, 36))
SMALL_LEAKS = (Kind(Way.LEAK, 24, 0.2), Kind(Way.LEAK, 36, 0.2))
LEAKS = (Kind(Way.LEAK, 24, 1.0), Kind(Way.LEAK, 36, 1.0))
FLOODS = (Kind(Way.FLOOD, 4), Kind(Way.FLOOD, 6))
EXPECTED = (*SURGES, *SMALL_LEAKS, *FLOODS)
RAMPS = (Kind(Way.RAMP, 72, 3),)
TURNED = (Kind(Way.TURNED, 12), Kind(Way.TURNED, 36))


def with_changes(traffic: Traffic, kinds: Sequence[Kind], first: int, seed: int = 1) -> tuple[Traffic, list[Change]]:
    """A change every four days at every site, from day `first` on, at times that nobody chose."""
    bytes_, reach, found = traffic.bytes_.copy(), _reach(traffic), []
    for row in range(len(traffic)):
        rng = np.random.default_rng([seed, row, len(kinds)])
        days = np.arange(first, traffic.days - 1, EVERY)
        chosen = [kinds[n % len(kinds)] for n in rng.permutation(max(len(days), len(kinds)))][: len(days)]
        night = _quiet_hours(traffic.bytes_[row])
        for kind, day in zip(chosen, days.tolist(), strict=True):
            span = _span(kind, day * A_DAY, night, rng)
            found.append(_put(traffic, bytes_, reach, row, kind, span, rng))
    return traffic.changed(bytes_), found


def _put(
    traffic: Traffic, bytes_: Floats, reach: Floats, row: int, kind: Kind, span: Span, rng: np.random.Generator
) -> Change:
    part = (row, slice(None), slice(*span))
    busy = traffic.busy[row][:, None]
    level = np.maximum(traffic.level[part], 0.1 * busy)
    added = kind.added(level, busy, rng) * (1 + 0.1 * rng.standard_normal(kind.length))
    bytes_[part] = np.maximum(bytes_[part] + added, 0)
    size = added.mean(axis=-1) / np.maximum(reach[part].mean(axis=-1), 0.02 * traffic.busy[row])
    return Change(row, str(kind), *span, bool(size.max() >= 1))


def _span(kind: Kind, midnight: int, night: int, rng: np.random.Generator) -> Span:
    if kind.way is Way.LEAK:
        start = midnight + (night + int(rng.integers(0, 6 * AN_HOUR - kind.length + 1))) % (A_DAY - kind.length)
    else:
        start = midnight + int(rng.integers(0, A_DAY - kind.length))
    return start, start + kind.length


def _either(added: Floats, rng: np.random.Generator) -> Floats:
    """In both directions, or in one of them."""
    ways = [[1.0], [1.0]], [[1.0], [0.0]], [[0.0], [1.0]]
    return added * ways[int(rng.integers(3))]


@lru_cache(2)
def _reach(traffic: Traffic) -> Floats:
    """Shape (S, 2, N): how far the 97th percentile of an hour of the week is above its median, over all weeks."""
    bytes_ = traffic.bytes_
    weeks = bytes_.shape[-1] // (7 * A_DAY)
    whole = bytes_[..., : weeks * 7 * A_DAY].reshape(*bytes_.shape[:2], weeks, HOURS, AN_HOUR)
    high, middle = np.nanquantile(whole, (0.97, 0.5), axis=(2, 4))
    hour = np.arange(bytes_.shape[-1]) // AN_HOUR % HOURS
    found: Floats = (high - middle)[..., hour]
    return found


def _quiet_hours(bytes_: Floats) -> int:
    """The first bucket of the UTC day's quietest six hours, of one site (shape (2, N))."""
    days = bytes_.sum(axis=0).reshape(-1, A_DAY)
    profile = np.nanmedian(days, axis=0)
    return int(np.argmin(np.convolve(np.tile(profile, 2), np.ones(6 * AN_HOUR), "valid")[:A_DAY]))
