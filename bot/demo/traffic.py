"""Bytes of any bucket of any site: a pure function of the fleet, computed a day at a time and cached."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from bot.demo.fleet import DemoSite, Fleet
from bot.demo.noise import F64, I64, U64, draw, key_of, normal, smooth, uniform
from bot.demo.shapes import PER_DAY, STEP, expected
from bot.domain.block import Block
from bot.domain.times import DAY, Window

_BATCH = 128  # site-days computed at once: few enough for the processor's cache

_NO_HOLIDAYS: frozenset[date] = frozenset()

# Streams of independent draws.
_DAILY, _HOURS, _IN_MINUTES, _OUT_MINUTES, _IN_WHITE, _OUT_WHITE, _BURST = range(7)


@dataclass(frozen=True, slots=True, eq=False)
class _Day:
    """One UTC day of one site: `both` has shape (2, 288), bytes in and out; `known` (288,)."""

    both: I64
    known: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class _Piece:
    """Where one day of one site goes: `row` and `column` of a block, and the buckets of the day that are asked for."""

    row: int
    site: int
    day: int
    column: int
    first: int
    last: int


class Traffic:
    """The traffic of a fleet.

    Any window of any site may be asked for, in any order: a bucket's bytes depend on the fleet's seed, the site
    and the slot alone. At most `cached_days` days of sites (5 kB each) are kept; more are computed again.
    """

    def __init__(self, fleet: Fleet, *, cached_days: int = 8192) -> None:
        self.fleet = fleet
        self._keys = np.array([key_of(fleet.seed, site.id) for site in fleet.sites], np.uint64)
        self._busy = np.array([site.busy for site in fleet.sites], np.float64)
        self._cached_days = cached_days
        self._days: dict[tuple[int, int], _Day] = {}

    def block(self, sites: Sequence[int], window: Window) -> Block:
        """Five-minute buckets of the sites (places in the fleet), shape (S, N).

        Raises ValueError unless the window is aligned to five minutes.
        """
        block = Block.unknown(np.array(sites, np.int64), window, _aligned(window))
        for piece, day in self._pieces(sites, window):
            columns = slice(piece.column, piece.column + piece.last - piece.first)
            block.in_bytes[piece.row, columns] = day.both[0, piece.first : piece.last]
            block.out_bytes[piece.row, columns] = day.both[1, piece.first : piece.last]
            block.known[piece.row, columns] = day.known[piece.first : piece.last]
        return block

    def summed(self, sites: Sequence[int], window: Window) -> Block:
        """The sum over the sites as a block of one row (its site is -1), known where any of them is.

        Needs no memory for the single sites. Raises ValueError unless the window is aligned to five minutes.
        """
        block = Block.unknown(np.array([-1], np.int64), window, _aligned(window))
        for piece, day in self._pieces(sites, window):
            columns = slice(piece.column, piece.column + piece.last - piece.first)
            block.in_bytes[0, columns] += day.both[0, piece.first : piece.last]
            block.out_bytes[0, columns] += day.both[1, piece.first : piece.last]
            block.known[0, columns] |= day.known[piece.first : piece.last]
        return block

    def _pieces(self, sites: Sequence[int], window: Window) -> Iterator[tuple[_Piece, _Day]]:
        wanted = [
            _Piece(row, site, day, *_span(window, day))
            for day in range(window.start // DAY, -(-window.end // DAY))
            for row, site in enumerate(sites)
        ]
        for first in range(0, len(wanted), _BATCH):
            batch = wanted[first : first + _BATCH]
            yield from zip(batch, self._fetch([(piece.site, piece.day) for piece in batch]), strict=True)

    def _fetch(self, pairs: list[tuple[int, int]]) -> list[_Day]:
        missing = [pair for pair in dict.fromkeys(pairs) if pair not in self._days]
        if missing:
            self._days.update(zip(missing, self._computed(missing), strict=True))
        days = [self._days[pair] for pair in pairs]
        while len(self._days) > self._cached_days:
            del self._days[next(iter(self._days))]
        return days

    def _computed(self, pairs: list[tuple[int, int]]) -> Iterator[_Day]:
        index = np.array([site for site, _ in pairs], np.intp)
        days = np.array([day for _, day in pairs], np.int64)
        usual = np.stack([self._expected(self.fleet.sites[site], day) for site, day in pairs])
        usual *= self._busy[index][:, None, None] * _chance(self._keys[index], days)
        for both, (site, day) in zip(usual, pairs, strict=True):
            yield self._happened(both, site, day)

    def _expected(self, site: DemoSite, day: int) -> F64:
        holidays = self.fleet.holidays.get(site.timezone.key, _NO_HOLIDAYS)
        return expected(site.profile, site.timezone, holidays, day)

    def _happened(self, both: F64, site: int, day: int) -> _Day:
        """The ordinary day with what happened on it."""
        known = np.ones(PER_DAY, np.bool_)
        slots = day * DAY + np.arange(PER_DAY, dtype=np.int64) * STEP
        for effect in self.fleet.effects.get(site, ()):
            effect.apply(slots, both, known)
        return _Day((both * known).astype(np.int64), known)


def _aligned(window: Window) -> int:
    if window.start % STEP or window.end % STEP:
        message = f"{window} is not aligned to five minutes"
        raise ValueError(message)
    return STEP


def _span(window: Window, day: int) -> tuple[int, int, int]:
    """Column of the window at which a day begins, and the day's first and (exclusive) last bucket in it."""
    start, end = max(window.start, day * DAY), min(window.end, (day + 1) * DAY)
    return (start - window.start) // STEP, (start - day * DAY) // STEP, (end - day * DAY) // STEP


def _chance(keys: U64, days: I64) -> F64:
    """Shape (K, 2, 288): what chance multiplies inbound and outbound by; its median is about 1.

    Log-normal, with most of its spread in parts that last (a day, four hours, forty minutes), as in real access
    traffic, whose next bucket resembles this one (correlation about .9); in and out share the slow parts.
    """
    slots = days[:, None] * PER_DAY + np.arange(PER_DAY)
    slow = 0.12 * smooth(keys, days, PER_DAY, 1, _DAILY) + 0.13 * smooth(keys, days, PER_DAY, 6, _HOURS)
    log = np.empty((len(keys), 2, PER_DAY))
    for row, (minutes, white) in enumerate(((_IN_MINUTES, _IN_WHITE), (_OUT_MINUTES, _OUT_WHITE))):
        log[:, row] = slow + 0.16 * smooth(keys, days, PER_DAY, 36, minutes)
        log[:, row] += 0.1 * normal(draw(keys, slots, white))
    chance = np.exp(log, out=log)
    chance[:, 0] *= _bursts(keys, slots)
    return chance


def _bursts(keys: U64, slots: I64) -> F64:
    """Shape (K, 288): now and then a few minutes of somebody's large download, with a heavy tail.

    About one bucket in 250 begins a burst, of a factor 1.4 to 3.5 (Pareto, exponent 2), which ebbs over the next one.
    """
    before = np.concatenate([slots[:, :1] - 1, slots], axis=1)
    chance = uniform(draw(keys, before, _BURST))
    lift = np.where(chance < 0.004, np.minimum(0.4 * np.sqrt(0.004 / chance), 2.5), 0.0)
    return np.asarray(1 + np.maximum(lift[:, 1:], 0.5 * lift[:, :-1]), np.float64)
