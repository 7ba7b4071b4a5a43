"""How much is told of what happens, and how often for nothing. `-s` prints the figures; docs/detection.md has a longer run's."""

from __future__ import annotations

import pytest

from tests.detection.changes import EXPECTED, LEAKS, RAMPS, TURNED
from tests.detection.futures import Fleet, short
from tests.detection.habits import BURSTY


def test_visible_changes_are_told_and_little_else(fleet: Fleet) -> None:
    found, changes = fleet.changed(EXPECTED)
    print(f"changes: {found}")
    assert sum(change.visible for change in changes) > 100
    assert found.visible >= 0.72
    assert found.false <= 0.8
    assert found.delay <= 2


def test_bursty_sites_hide_some_changes_but_do_not_cry_wolf() -> None:
    found, _ = Fleet(2, 24, 35, BURSTY).changed(EXPECTED)
    print(f"bursty sites: {found}")
    assert found.visible >= 0.5
    assert found.false <= 1.2


def test_night_time_leaks_are_told(fleet: Fleet) -> None:
    found, _ = fleet.changed(LEAKS)
    print(f"leaks at night: {found}")
    assert found.visible >= 0.7


def test_what_grows_over_four_hours_is_told(fleet: Fleet) -> None:
    found, _ = fleet.changed(RAMPS)
    print(f"ramps: {found}")
    assert found.visible >= 0.7


def test_traffic_that_turns_round_is_told(fleet: Fleet) -> None:
    found, _ = fleet.changed(TURNED)
    print(f"turned round: {found}")
    assert found.visible >= 0.5


@pytest.mark.parametrize(("first", "recall", "false"), [(7, 0.75, 0.6), (2, 0.6, 1.0)])
def test_a_short_history_is_enough(first: int, recall: float, false: float) -> None:
    found = short(3, 28, first, 21, EXPECTED)
    print(f"from day {first} on: {found}")
    assert found.visible >= recall
    assert found.false <= false
