"""Traffic of sites that are not there: seeded, and no calmer than that of sites which are.

Levels are drawn in local time and carried over to UTC, so that a clock change moves them as it moves people.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from bot.domain.block import Block
from bot.domain.times import DAY, HOUR, Slot, to_slot
from tests.detection.habits import HALF_HOURS, REGULAR, Floats, Habit

STEP = 300
A_DAY = DAY // STEP
START = to_slot(datetime(2026, 4, 6, tzinfo=UTC))
"""A Monday, a week after Europe's clocks went forward."""
WEEKS = ((0, 1, 2, 3, 4, 5, 6), (0, 1, 2, 3, 4), (6,))
"""Weekdays on which jobs run."""
ZONES = tuple(ZoneInfo(name) for name in ("Africa/Johannesburg", "Europe/Berlin", "America/Sao_Paulo", "Asia/Kolkata"))


@dataclass(frozen=True, slots=True, eq=False)
class Traffic:
    """`bytes_`, shape (S, 2, N): in and out of each bucket from `start` on, NaN where unknown. `level`, alike, is what
    the site would have had without noise, bursts and jobs; `busy`, shape (S, 2), the 95th percentile of that."""

    zones: tuple[ZoneInfo, ...]
    start: Slot
    bytes_: Floats
    level: Floats
    busy: Floats

    def __len__(self) -> int:
        return len(self.zones)

    @property
    def days(self) -> int:
        return int(self.bytes_.shape[-1]) // A_DAY

    def changed(self, bytes_: Floats) -> Traffic:
        return replace(self, bytes_=bytes_)

    def part(self, first: int, end: int) -> Traffic:
        """Days from `first` up to, not including, `end`."""
        own = slice(first * A_DAY, end * A_DAY)
        start = Slot(self.start + first * DAY)
        return replace(self, start=start, bytes_=self.bytes_[..., own], level=self.level[..., own])

    def block(self) -> Block:
        known: NDArray[np.bool_] = np.all(np.isfinite(self.bytes_), axis=1)
        amounts = np.where(known[:, None], np.rint(self.bytes_), 0).astype(np.int64)
        return Block(np.arange(len(self)), self.start, STEP, amounts[:, 0], amounts[:, 1], known)


def traffic(
    seed: int,
    sites: int,
    days: int,
    habits: Sequence[Habit] = REGULAR,
    zones: Sequence[ZoneInfo] = ZONES,
    start: Slot = START,
) -> Traffic:
    """Sites take habits and zones in turn; each is drawn by itself, so that more sites change nothing of the first."""
    clocks = [_Clock.of(zones[n % len(zones)], start, days) for n in range(sites)]
    made = [_site(seed, n, habits[n % len(habits)], clocks[n]) for n in range(sites)]
    levels = np.stack([level for level, _ in made])
    bytes_ = np.stack([came for _, came in made])
    own = tuple(zones[n % len(zones)] for n in range(sites))
    return Traffic(own, start, bytes_, levels, np.quantile(levels, 0.95, axis=-1))


@dataclass(frozen=True, slots=True, eq=False)
class _Clock:
    """Shape (N,) each: the half hour of the local day, and the local weekday, of every bucket."""

    days: int
    half_hour: NDArray[np.intp]
    weekday: NDArray[np.intp]

    @classmethod
    def of(cls, zone: ZoneInfo, start: Slot, days: int) -> _Clock:
        ahead = [_ahead(zone, start + hour * HOUR) for hour in range(days * 24)]
        local = start + np.arange(days * A_DAY) * STEP + np.repeat(ahead, HOUR // STEP)
        return cls(days, local % DAY // (DAY // HALF_HOURS), (local // DAY + 3) % 7)


def _ahead(zone: ZoneInfo, slot: int) -> int:
    offset = datetime.fromtimestamp(slot, UTC).astimezone(zone).utcoffset()
    return int(offset.total_seconds()) if offset is not None else 0


def _site(seed: int, number: int, habit: Habit, clock: _Clock) -> tuple[Floats, Floats]:
    """Shape (2, N) each: level, and what came."""
    rng = np.random.default_rng([seed, number])
    size = np.exp(rng.normal(15, 1.5)) * np.array([1.0, np.exp(rng.normal(-1.2, 0.7))])
    level = size[:, None] * _shape(habit, clock, rng)
    restless = np.exp(rng.normal(0, 0.25))
    noise = np.exp(restless * _noise(habit, clock.days, rng))
    came = level * noise * _users(habit, clock.days, rng) + _bursts(habit, level, rng) + _jobs(habit, clock, level, rng)
    return level, np.maximum(came, 0)


def _shape(habit: Habit, clock: _Clock, rng: np.random.Generator) -> Floats:
    """Shape (N,): the level of each bucket, by the local week; every site is somewhat early or late."""
    shift = int(rng.integers(-2, 3))
    profile = habit.profile() ** rng.uniform(0.8, 1.2)
    drift = np.exp(np.linspace(0, rng.normal(0, 0.15), clock.days * A_DAY))
    found: Floats = profile[clock.weekday, (clock.half_hour + shift) % HALF_HOURS] * drift
    return found


def _noise(habit: Habit, days: int, rng: np.random.Generator) -> Floats:
    """Shape (2, N): logarithms; of days, of half hours that depend on those before them, of buckets with heavy tails.
    In and out share most of it."""
    daily = np.repeat(_walk(rng, days, 0.7), A_DAY) * habit.days
    at = np.arange(days * A_DAY) / (A_DAY / HALF_HOURS)
    cells = np.arange(days * HALF_HOURS)
    hourly = [np.interp(at, cells, _walk(rng, len(cells), 0.85)) * habit.hours for _ in range(3)]
    quick = rng.standard_t(3, (3, len(at))) * habit.buckets / np.sqrt(3)
    both = [0.85 * (hourly[2] + quick[2]) + 0.5 * (hourly[n] + quick[n]) for n in range(2)]
    return np.clip(np.stack(both) + daily, -4, 4)


def _walk(rng: np.random.Generator, count: int, keeps: float) -> Floats:
    """A first-order autoregression of standard deviation 1."""
    steps = rng.standard_normal(count) * np.sqrt(1 - keeps**2)
    value, walk = float(rng.standard_normal()), np.empty(count)
    for n, step in enumerate(steps.tolist()):
        value = keeps * value + step
        walk[n] = value
    return walk


def _users(habit: Habit, days: int, rng: np.random.Generator) -> Floats:
    """Shape (N,): 1 where somebody is there, nearly 0 in the half hours when nobody is."""
    if not habit.idle:
        return np.ones(days * A_DAY)
    away = _walk(rng, days * HALF_HOURS, 0.6) < np.quantile(rng.standard_normal(4096), habit.idle)
    return np.repeat(np.where(away, 0.02, 1.0), A_DAY // HALF_HOURS)


def _bursts(habit: Habit, level: Floats, rng: np.random.Generator) -> Floats:
    """Shape (2, N): downloads, updates, somebody's film. Heavy-tailed in size and length; one in four comes again on
    some of the days after, at about the same time."""
    restless = rng.gamma(0.5, 2.0)
    added, columns, busy = np.zeros_like(level), level.shape[-1], np.quantile(level, 0.95, axis=-1)
    for _ in range(rng.poisson(restless * habit.bursts * columns / A_DAY / 7)):
        start, length = int(rng.integers(columns)), 1 + int(rng.lognormal(2.7, 1.2))
        reach = busy * np.minimum(habit.burst * (rng.pareto(0.9) + 0.2), 1000)
        reach *= _direction(rng)
        again = 1 + int(rng.integers(1, 6)) if rng.random() < 0.25 else 1
        for day in range(again):
            first = start + day * A_DAY + int(rng.normal(0, 3)) * (day > 0)
            part = slice(max(first, 0), max(first, 0) + length)
            added[:, part] += reach[:, None] * np.exp(0.2 * rng.standard_normal(added[:, part].shape))
    return added


def _jobs(habit: Habit, clock: _Clock, level: Floats, rng: np.random.Generator) -> Floats:
    """Shape (2, N): what is carried at the same local time again and again, give or take a bucket, or left out."""
    added = np.zeros_like(level)
    for _ in range(rng.poisson(habit.jobs)):
        on = WEEKS[int(rng.integers(len(WEEKS)))]
        at = (clock.half_hour == int(rng.integers(HALF_HOURS))) & np.isin(clock.weekday, on)
        starts = np.flatnonzero(at & ~np.roll(at, 1))
        starts = starts[rng.random(len(starts)) > rng.choice([0.02, 0.3])] + int(rng.integers(6))
        length = 1 + int(rng.lognormal(1.0, 0.8))
        size = np.quantile(level, 0.95, axis=-1) * rng.lognormal(-0.5, 0.8) * _direction(rng)
        for start in starts + rng.integers(-1, 2, len(starts)):
            part = slice(max(int(start), 0), max(int(start), 0) + length)
            added[:, part] += size[:, None] * rng.lognormal(0, 0.15)
    return added


def _direction(rng: np.random.Generator) -> Floats:
    """Mostly in, mostly out, or both."""
    return np.array([(1.0, 0.1), (0.1, 1.0), (1.0, 1.0)][int(rng.integers(3))])
