"""The figures of the tests, of more sites: `python -m tests.detection [sites] [seed]`, about a minute."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import numpy as np

from bot.domain.times import to_slot
from tests.detection.changes import EXPECTED, LEAKS, RAMPS, SMALL_LEAKS, TURNED
from tests.detection.futures import Fleet, short
from tests.detection.habits import BURSTY, STEADY
from tests.detection.judging import say


def changes(fleet: Fleet, seed: int) -> None:
    sets = {
        "expected": EXPECTED,
        "leaks of a fifth": SMALL_LEAKS,
        "leaks of a busy level": LEAKS,
        "ramps": RAMPS,
        "turned": TURNED,
    }
    for name, kinds in sets.items():
        say(f"{name}: {fleet.changed(kinds, seed)[0]}")


def life(fleet: Fleet) -> None:
    for factor in (1.8, 3):
        say(f"level x{factor}: {fleet.shifted(factor)}")
    say(f"holiday, ordinary day: {fleet.holiday()}")
    say(f"outage left as zeros, without: {fleet.outages(0)}; unknown: {fleet.outages(np.nan)}")
    say(str(fleet.backup()))
    say(str(fleet.risen(1.6)))


def main(sites: int = 60, seed: int = 1) -> None:
    fleet = Fleet(seed, sites, 35)
    changes(fleet, seed)
    life(fleet)
    bursty, steady = Fleet(seed + 1, sites, 35, BURSTY), Fleet(seed + 2, sites, 35, STEADY)
    say(f"bursty: {bursty.changed(EXPECTED)[0]}", f"steady: {steady.changed(EXPECTED)[0]}")
    say(f"steady, level x1.8: {steady.shifted(1.8)}", f"steady, ramps: {steady.changed(RAMPS)[0]}")
    for first in (2, 7):
        say(f"from day {first} on: {short(seed + 3, sites, first, 21, EXPECTED)}")
    monday = to_slot(datetime(2026, 9, 14, tzinfo=UTC))
    berlin = Fleet(seed + 4, sites, 38, zones=(ZoneInfo("Europe/Berlin"),), start=monday)
    say(f"clocks go back, other days: {berlin.rates(41, 46)}")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:3]))
