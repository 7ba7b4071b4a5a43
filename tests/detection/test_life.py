"""What happens in the course of a year. `-s` shows the figures."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from bot.domain.times import to_slot
from tests.detection.futures import Fleet
from tests.detection.judging import say


@pytest.mark.parametrize(("factor", "share", "more"), [(1.8, 0.45, 0.5), (3, 0.75, 1.5)])
def test_a_new_level_is_told_on_its_first_day_and_then_taken_for_normal(
    fleet: Fleet, factor: float, share: float, more: float
) -> None:
    found = fleet.shifted(factor)
    say(f"level x{factor}: {found}")
    assert found.first_day >= share
    assert found.later <= found.usual + more


def test_a_holiday_alarms_no_more_sites_than_an_ordinary_day(fleet: Fleet) -> None:
    on_it, ordinary = fleet.holiday()
    say(f"holiday: {on_it:.2f} of the sites, {ordinary:.2f} on an ordinary day")
    assert on_it <= ordinary + 0.04


@pytest.mark.parametrize("left", [pytest.param(0.0, id="zeros"), pytest.param(np.nan, id="unknown")])
def test_what_catches_up_after_an_outage_is_no_spike(fleet: Fleet, left: float) -> None:
    alarmed, without = fleet.outages(left)
    say(f"outage: alarms in {alarmed:.2f}, without it in {without:.2f}")
    assert alarmed <= without + 0.05


def test_a_nightly_backup_is_learnt_and_learnt_again_when_it_moves(fleet: Fleet) -> None:
    found = fleet.backup()
    say(f"backup: {found}")
    assert found.first >= 0.4
    assert found.learnt <= 0.05
    assert found.moved <= found.first
    assert found.learnt_again <= 0.05


def test_sites_that_rise_together_are_told_as_one(fleet: Fleet) -> None:
    found = fleet.risen(1.6)
    say(f"all x1.6: {found}")
    assert found.told >= 0.7
    assert found.false <= 0.2
    assert found.alone <= 0.15


def test_the_end_of_summer_time_alarms_nobody() -> None:
    berlin, monday = (ZoneInfo("Europe/Berlin"),), to_slot(datetime(2026, 9, 14, tzinfo=UTC))
    sunday = 41
    after, else_ = Fleet(5, 8, 40, zones=berlin, start=monday).rates(sunday, sunday + 5)
    say(f"clocks go back: {after:.2f} alarms a site and week, {else_:.2f} on other days")
    assert after <= else_ + 0.3
