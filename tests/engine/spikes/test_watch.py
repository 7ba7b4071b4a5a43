"""Scores of what is seen, however it is cut, at every grain, and of hostile numbers."""

from __future__ import annotations

import numpy as np
import pytest

from bot.domain.times import DAY
from bot.engine.spikes.own import FIRST, HANDICAP, WEEKS, own
from bot.engine.spikes.scales import DAYLONG
from tests.engine.spikes.traffic import BEGIN, IN, LEVEL, MAX, OUT, TOTAL, Watched, assert_same, traffic


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_scores_are_the_same_however_buckets_are_cut_into_blocks(seed: int) -> None:
    usage, rng = traffic(3, 9, seed=seed), np.random.default_rng(seed)
    whole, cut = Watched(usage), Watched(usage)
    count = usage.shape[-1]
    ends = np.unique(np.append(rng.integers(1, count, 12), [count - 9, count - 8, count - 7, count]))
    for one, other in zip(whole.see_in([count]), cut.see_in(ends.tolist()), strict=True):
        np.testing.assert_array_equal(one, other)
    assert_same(whole.memory, cut.memory)


def test_one_bucket_at_a_time_is_the_same_as_all_at_once() -> None:
    usage = traffic(2, 4, step=1800, seed=4)
    whole, single = Watched(usage, step=1800), Watched(usage, step=1800)
    count = usage.shape[-1]
    for one, other in zip(whole.see_in([count]), single.see_in(range(1, count + 1)), strict=True):
        np.testing.assert_array_equal(one, other)
    assert_same(whole.memory, single.memory)


def test_a_site_is_scored_alike_alone_and_among_others() -> None:
    usage = traffic(4, 5)
    together = Watched(usage).see(usage.shape[-1])
    for row in range(4):
        alone = Watched(usage[[row]]).see(usage.shape[-1])
        np.testing.assert_array_equal(alone.score[0], together.score[row])


@pytest.mark.parametrize("step", [60, 300, 900, 1800, 3600])
def test_ten_times_as_much_for_three_hours_is_told_at_every_grain(step: int) -> None:
    usage = traffic(1, 10, step=step, seed=7, bursts=0)
    spike = slice((9 * DAY + 50_400) // step, (9 * DAY + 61_200) // step)
    usage[:, 0, spike] = 30 * LEVEL
    watched = Watched(usage, step=step)
    watched.see(9 * DAY // step)
    score = watched.see(usage.shape[-1]).score[0, 0]
    before = spike.start - 9 * DAY // step
    assert (np.nan_to_num(score[:before]) < 1).all()
    assert np.nanmax(score[before : before + 10_800 // step]) > 1


def test_all_that_is_asked_for_beside_in_and_out_is_scored_and_leaves_them_as_they_are() -> None:
    usage = traffic(2, 5)
    usage[:, :, -20:] *= 30
    both = Watched(usage).see(usage.shape[-1])
    four = Watched(usage, directions=(IN, OUT, TOTAL, MAX)).see(usage.shape[-1])
    np.testing.assert_array_equal(four.score[:, :2], both.score)
    assert (four.score[:, 2:, -10:] > 0).all()


@pytest.mark.parametrize("amount", [np.nan, 0, 1, 5e7, 2.0**62])
def test_what_never_changes_is_nothing_unusual(amount: float) -> None:
    usage = np.full((2, 2, 6 * 96), amount)
    score = Watched(usage).see(usage.shape[-1]).score
    assert np.isnan(score[..., : FIRST * 96]).all()
    assert np.isnan(score).all() if np.isnan(amount) else (score[..., FIRST * 96 :] < 1).all()


def test_from_nothing_to_the_largest_numbers_all_is_finite() -> None:
    usage = np.zeros((1, 2, 6 * 96))
    usage[..., 5 * 96 + 10 :] = 2.0**62
    scores = Watched(usage).see(usage.shape[-1])
    assert scores.score[0, :, -1].min() > 1
    for values in (scores.score, scores.came, scores.low, scores.top, scores.move):
        assert np.isfinite(values[..., 3 * 96 :]).all()


def test_an_unknown_bucket_has_no_score() -> None:
    usage = traffic(1, 6)
    usage[:, :, -30] = np.nan
    score = Watched(usage).see(usage.shape[-1]).score
    assert np.isnan(score[np.isnan(usage)]).all()
    assert np.isfinite(score[..., -29]).all()


@pytest.mark.parametrize(
    ("days", "handicap"),
    [(1, 0), (2, 0), (6, 0), (7, HANDICAP), (13, HANDICAP), (14, HANDICAP / 2), (34, HANDICAP / 4), (7 * WEEKS, 0)],
)
def test_more_is_asked_while_few_weeks_say_how_high_a_weekday_goes(days: int, handicap: float) -> None:
    watched = Watched(np.ones((1, 2, 96)))
    found = own(watched.memory, watched.rows, BEGIN // DAY + days)
    assert found.is_young.tolist() == [days < FIRST]
    np.testing.assert_array_equal(found.handicap, np.float32(handicap))


def test_what_more_is_asked_is_taken_from_the_score(monkeypatch: pytest.MonkeyPatch) -> None:
    usage = traffic(2, 9)
    usage[:, 0, -20:] *= 10
    asked = Watched(usage).see(usage.shape[-1])
    monkeypatch.setattr("bot.engine.spikes.own.HANDICAP", 0)
    without, own_scales = Watched(usage).see(usage.shape[-1]).score[..., -96:], asked.scale[..., -96:] != DAYLONG
    wanted = np.maximum(without - np.float32(HANDICAP), 0)
    np.testing.assert_array_equal(asked.score[..., -96:][own_scales], wanted[own_scales])
    assert np.nanmax(wanted) > 1
