"""What happens to sites in the course of a year, and is, or is not, to be told."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from tests.detection.changes import AN_HOUR
from tests.detection.habits import Floats
from tests.detection.traffic import A_DAY, Traffic

Span = tuple[int, int]


@dataclass(frozen=True, slots=True, eq=False)
class Life:
    """Traffic, and for each site the columns in which something was different."""

    traffic: Traffic
    spans: Sequence[Sequence[Span]]


def _each(traffic: Traffic, change: Callable[[Floats, Floats, np.random.Generator], list[Span]]) -> Life:
    """`change` is given a site's bytes, which it may change, its level, and its own chance."""
    bytes_ = traffic.bytes_.copy()
    spans = [change(bytes_[row], traffic.level[row], np.random.default_rng([7, row])) for row in range(len(traffic))]
    return Life(traffic.changed(bytes_), spans)


def lifted(traffic: Traffic, first: int, factor: float) -> Life:
    """From some time on day `first` or the next on, everything is so many times as much."""

    def change(bytes_: Floats, _: Floats, rng: np.random.Generator) -> list[Span]:
        start = first * A_DAY + int(rng.integers(A_DAY))
        bytes_[:, start:] *= factor
        return [(start, bytes_.shape[-1])]

    return _each(traffic, change)


def holiday(traffic: Traffic, monday: int) -> Life:
    """A Wednesday is as the Sunday before it was."""

    def change(bytes_: Floats, _: Floats, rng: np.random.Generator) -> list[Span]:
        day, sunday = (slice(n * A_DAY, (n + 1) * A_DAY) for n in (monday + 2, monday - 1))
        bytes_[:, day] = bytes_[:, sunday]
        return [(day.start, day.stop)]

    return _each(traffic, change)


def outages(traffic: Traffic, days: Sequence[int], left: float) -> Life:
    """On each of these days nothing for two to six hours, then within an hour what was missed, on top of the rest.
    `left` is what is reported meanwhile: 0, or NaN for nothing."""

    def change(bytes_: Floats, _: Floats, rng: np.random.Generator) -> list[Span]:
        spans = []
        for day in days:
            start = day * A_DAY + int(rng.integers(A_DAY - 8 * AN_HOUR))
            dark, catch = int(rng.integers(2, 7)) * AN_HOUR, int(rng.integers(6, 13))
            missed = bytes_[:, start : start + dark].sum(axis=-1)
            bytes_[:, start : start + dark] = left
            after = slice(start + dark, start + dark + catch)
            bytes_[:, after] += missed[:, None] / catch * (1 + 0.1 * rng.standard_normal(catch))
            spans.append((start, after.stop + AN_HOUR))
        return spans

    return _each(traffic, change)


def backup(traffic: Traffic, first: int, moves: int) -> Life:
    """From night `first` on half an hour of a backup, seven times the level of its time or of the tenth part of the
    busy level; from night `moves` on it runs an hour later. One span a night."""

    def change(bytes_: Floats, level: Floats, rng: np.random.Generator) -> list[Span]:
        at, length, spans = int(rng.integers(5 * AN_HOUR)), AN_HOUR // 2, []
        least = 0.1 * np.quantile(level, 0.95, axis=-1, keepdims=True)
        for day in range(first, bytes_.shape[-1] // A_DAY):
            start = day * A_DAY + at + AN_HOUR * (day >= moves)
            part = slice(start, start + length)
            bytes_[:, part] += 7 * np.maximum(level[:, part], least) * (1 + 0.1 * rng.standard_normal(length))
            spans.append((start, start + length))
        return spans

    return _each(traffic, change)


def all_at_once(traffic: Traffic, days: Sequence[int], factor: float) -> Life:
    """On each of these days all sites have so many times as much for six hours, at once."""
    rng = np.random.default_rng(7)
    starts = [day * A_DAY + int(rng.integers(A_DAY - 6 * AN_HOUR)) for day in days]
    spans = [(start, start + 6 * AN_HOUR) for start in starts]

    def change(bytes_: Floats, _: Floats, rng: np.random.Generator) -> list[Span]:
        for start, end in spans:
            bytes_[:, start:end] *= factor
        return spans

    return _each(traffic, change)
