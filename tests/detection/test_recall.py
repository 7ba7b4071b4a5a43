"""How much is told of what happens, and how often for nothing. `-s` shows the figures;
`python -m tests.detection` those of more sites."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from tests.detection.changes import EXPECTED, LEAKS, RAMPS, SMALL_LEAKS, TURNED, Kind
from tests.detection.futures import Fleet, short
from tests.detection.habits import BURSTY, STEADY
from tests.detection.judging import say


def test_visible_changes_are_told_and_little_else(fleet: Fleet) -> None:
    found, changes = fleet.changed(EXPECTED)
    say(f"changes: {found}")
    assert sum(change.visible for change in changes) > 50
    assert found.visible >= 0.6
    assert found.false <= 0.5
    assert found.delay <= 2


def test_bursty_sites_hide_some_changes_but_do_not_cry_wolf() -> None:
    found, _ = Fleet(2, 12, 35, BURSTY).changed(EXPECTED)
    say(f"bursty sites: {found}")
    assert found.visible >= 0.5
    assert found.false <= 1.1


@pytest.mark.parametrize(("leaks", "share"), [(LEAKS, 0.4), (SMALL_LEAKS, 0.06)], ids=["busy level", "a fifth"])
def test_night_time_leaks_are_told(fleet: Fleet, leaks: Sequence[Kind], share: float) -> None:
    found, _ = fleet.changed(leaks)
    say(f"leaks at night, {leaks[0]}: {found}")
    assert found.visible >= share


def test_little_of_what_happens_at_steady_sites_is_missed() -> None:
    found, _ = Fleet(3, 6, 35, STEADY).changed(EXPECTED)
    say(f"steady sites: {found}")
    assert found.visible >= 0.75
    assert found.false <= 0.2


def test_what_grows_over_four_hours_is_told(fleet: Fleet) -> None:
    found, _ = fleet.changed(RAMPS)
    say(f"ramps: {found}")
    assert found.visible >= 0.5


def test_traffic_that_turns_round_is_told(fleet: Fleet) -> None:
    found, _ = fleet.changed(TURNED)
    say(f"turned round: {found}")
    assert found.visible >= 0.25


@pytest.mark.parametrize(("first", "recall", "false"), [(7, 0.55, 0.85), (2, 0.42, 0.8)])
def test_a_short_history_is_enough(first: int, recall: float, false: float) -> None:
    found = short(3, 12, first, 21, EXPECTED)
    say(f"from day {first} on: {found}")
    assert found.visible >= recall
    assert found.false <= false
