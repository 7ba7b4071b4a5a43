"""What is remembered follows from the buckets alone."""

from __future__ import annotations

import numpy as np
import pytest

from bot.domain.times import DAY, Slot
from bot.engine.spikes.memory import GOES_BACK, Memory
from tests.engine.spikes.traffic import BEGIN, IN, MAX, OUT, Watched, assert_same, traffic

A_DAY = DAY // 900


@pytest.fixture(scope="module")
def lived() -> Watched:
    watched = Watched(traffic(3, 12))
    watched.see(10 * A_DAY)
    return watched


def again(lived: Watched) -> Watched:
    copy = Watched(lived.usage)
    copy.memory = lived.memory.taken(lived.rows)
    return copy


@pytest.mark.parametrize("days", [1, 2, 3, 4])
def test_going_back_and_seeing_again_is_as_if_nothing_had_happened(lived: Watched, days: int) -> None:
    copy = again(lived)
    slot = Slot(BEGIN + (10 - days) * DAY + 40_000)
    assert copy.memory.can_go_back(1, slot)
    copy.memory.go_back(copy.rows, slot)
    assert copy.memory.until.tolist() == [BEGIN + (10 - days) * DAY] * 3
    copy.see(10 * A_DAY)
    assert_same(copy.memory, lived.memory)


def test_no_more_than_some_days_can_be_gone_back(lived: Watched) -> None:
    midnight = BEGIN + 10 * DAY
    assert not lived.memory.can_go_back(0, Slot(midnight - GOES_BACK - 1))
    young = Memory.empty(1, (IN, OUT), 900)
    young.begin(np.arange(1), Slot(BEGIN + 3600))
    assert not young.can_go_back(0, Slot(BEGIN + 7200))


def test_what_is_revised_is_as_if_it_had_always_been_so(lived: Watched) -> None:
    copy, revised = again(lived), lived.usage.copy()
    revised[1, :, 8 * A_DAY : 8 * A_DAY + 30] *= 40
    copy.usage = revised
    one = np.array([1])
    copy.memory.go_back(one, Slot(BEGIN + 8 * DAY + 5000))
    copy.see(10 * A_DAY, one)
    fresh = Watched(revised)
    fresh.see(10 * A_DAY)
    assert_same(copy.memory, fresh.memory)
    after, wanted = (each.see(11 * A_DAY).arrays() for each in (copy, fresh))
    for own, other in zip(after, wanted, strict=True):
        np.testing.assert_array_equal(own, other)


def test_what_is_at_hand_is_found_anew_of_what_is_seen_again() -> None:
    """Within one half hour, in which it would otherwise stay."""
    usage = traffic(2, 6, step=300)
    end = 4 * 288 + 100
    usage[:, 0, end - 3 : end + 1] = 1e10
    lived = Watched(usage, step=300)
    lived.see(end)
    lived.see(end + 1)
    usage[0, :, end - 70 : end - 40] = 1e11
    lived.memory.go_back(lived.rows, Slot(BEGIN + 4 * DAY))
    lived.see(end)
    found = lived.see(end + 1).arrays()
    fresh = Watched(usage, step=300)
    fresh.see(end)
    for own, other in zip(found, fresh.see(end + 1).arrays(), strict=True):
        np.testing.assert_array_equal(own, other)


def test_a_site_that_comes_later_leaves_the_others_as_they_are(lived: Watched) -> None:
    copy = again(lived)
    copy.memory.grow(2)
    assert len(copy.memory) == 5
    assert_same(copy.memory.taken(lived.rows), lived.memory)
    assert copy.memory.until[3:].tolist() == [0, 0]


def test_to_begin_is_to_know_nothing() -> None:
    one, other = Watched(traffic(1, 5), directions=(IN, OUT, MAX)), Watched(traffic(1, 5), directions=(IN, OUT, MAX))
    one.see(4 * A_DAY + 7)
    for each in (one, other):
        each.memory.begin(each.rows, Slot(BEGIN + DAY))
        each.see(5 * A_DAY)
    fresh, begun = other.memory, one.memory
    for name in ("now_tops", "now_peaks", "since", "until", "worst", "shifts"):
        np.testing.assert_array_equal(getattr(begun, name), getattr(fresh, name), err_msg=name)
