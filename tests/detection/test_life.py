"""What happens in the course of a year. `-s` prints the figures."""

from __future__ import annotations

import numpy as np
import pytest

from tests.detection.futures import Fleet


def test_a_new_level_is_told_on_its_first_day_and_then_taken_for_normal(fleet: Fleet) -> None:
    found = fleet.shifted(1.8)
    print(f"level x1.8: {found}")
    assert found.first_day >= 0.9
    assert found.later <= found.usual + 0.3


def test_a_holiday_alarms_no_more_sites_than_an_ordinary_day(fleet: Fleet) -> None:
    on_it, ordinary = fleet.holiday()
    print(f"holiday: {on_it:.2f} of the sites, {ordinary:.2f} on an ordinary day")
    assert on_it <= ordinary + 0.04


@pytest.mark.parametrize("left", [pytest.param(0.0, id="zeros"), pytest.param(np.nan, id="unknown")])
def test_what_catches_up_after_an_outage_is_no_spike(fleet: Fleet, left: float) -> None:
    alarmed, without = fleet.outages(left)
    print(f"outage: alarms in {alarmed:.2f}, without it in {without:.2f}")
    assert alarmed <= without + 0.1


def test_a_nightly_backup_is_learnt_and_learnt_again_when_it_moves(fleet: Fleet) -> None:
    found = fleet.backup()
    print(f"backup: {found}")
    assert found.first >= 0.4
    assert found.learnt <= 0.05
    assert found.moved <= found.first
    assert found.learnt_again <= 0.05
