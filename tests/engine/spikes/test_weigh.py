"""The score grows with what comes, and with nothing else that speaks for it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.engine.spikes.traits import NAMES
from bot.engine.spikes.weigh import CALM, FAR, TABLES, weigh
from bot.engine.spikes.weights import WEIGHTS
from tests.engine.spikes.traffic import Watched, traffic

OF_ELSEWHERE = {
    "warm",
    "jumpiness",
    "usual over busy",
    "usual over near",
    "near2 over near8",
    "other beyond usual",
    "other quick over three hours",
}
"""Traits that tell of other times, or of the other direction."""


def score_with(times: float) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    """Of the last buckets of three sites, whose inbound usage is so many times what it was."""
    usage = traffic(3, 9, seed=11)
    usage[:, 0, -1] = np.nan_to_num(usage[:, 0, -1]) * times + 1
    usage[:, 1, -1] = np.nan_to_num(usage[:, 1, -1]) + 1
    watched = Watched(usage)
    watched.see(usage.shape[-1] - 1)
    return watched.see(usage.shape[-1]).score[:, 0, -1]


def test_the_more_comes_now_the_higher_the_score() -> None:
    found = np.stack([score_with(times) for times in (0, 0.5, 1, 2, 3, 5, 8, 13, 100, 1e6)])
    assert (np.diff(found, axis=0) >= 0).all()
    assert (found[-1] > 1).all()
    assert (found[0] < 1).all()


@pytest.mark.parametrize("days", [9, 30])
@pytest.mark.parametrize("by_night", [1.0, 0.25])
def test_ten_times_as_much_both_ways_is_told_of_a_site_that_is_always_the_same(days: int, by_night: float) -> None:
    usage = np.full((1, 2, (days + 1) * 96), 1e8)
    usage.reshape(-1, 96)[:, :32] *= by_night
    usage[..., days * 96 + 60 : days * 96 + 72] *= 10
    watched = Watched(usage, zone="UTC")
    watched.see(days * 96 + 60)
    score = watched.see(days * 96 + 72).score
    assert (score[:, :, 0] > 1.2).all()


def test_how_far_it_is_tells_by_itself_only_where_usage_was_calm() -> None:
    traits = np.full((3, len(NAMES)), np.nan, np.float32)
    traits[:, NAMES.index("beyond near4")] = 1
    traits[:, NAMES.index("own terms, over heat")] = FAR
    traits[:, NAMES.index("jumpiness")] = CALM, CALM + 0.01, np.nan
    score = weigh(traits, np.ones(3, np.float32))
    assert score[0] == 1
    assert (score[1:] < 1).all()


def test_tables_are_whole_and_rise_with_every_trait_that_tells_of_present_usage() -> None:
    assert set(WEIGHTS) == set(NAMES)
    for name, (at, worth, _) in zip(NAMES, TABLES, strict=True):
        assert len(worth) == len(at) + 1
        assert (np.diff(at) > 0).all()
        if name not in OF_ELSEWHERE:
            assert (np.diff(worth) >= 0).all(), name


@given(st.lists(st.one_of(st.just(np.nan), st.floats(-12, 12, width=32)), min_size=len(NAMES), max_size=len(NAMES)))
def test_any_traits_have_a_score_that_is_not_below_nothing(drawn: list[float]) -> None:
    traits = np.array([drawn], np.float32)
    assert weigh(traits, np.array([1], np.float32))[0] >= 0
    assert np.isnan(weigh(traits, np.array([np.nan], np.float32))[0])
