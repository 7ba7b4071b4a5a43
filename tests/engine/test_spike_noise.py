"""Noise that is promised is noise that comes: on weeks that nobody has seen yet."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from bot.domain.periods import Per
from bot.engine.spikes.noise import FITTED, HIGHEST, LEVEL, LOWEST, SLOPE, noise_bars, reached_on, tail_of
from bot.rules.kinds import Noise

SITES, AFTER = 400, 364


def highest(kind: str, sites: int, days: int, rng: np.random.Generator) -> NDArray[np.float32]:
    """The highest score of each day, of bytes with heavy tails: each site has a level and a restlessness of its own."""
    level, scale = rng.uniform(0.3, 1.0, (sites, 1)), rng.uniform(0.1, 0.5, (sites, 1))
    match kind:
        case "pareto":  # bytes; their logarithm is exponential
            drawn = rng.exponential(1, (sites, days))
        case "lognormal":
            drawn = rng.normal(0, 1, (sites, days))
        case _:  # the highest of a day of many that are lognormal
            drawn = rng.gumbel(0, 1, (sites, days))
    return (level + scale * drawn).astype(np.float32)


def came(seen: NDArray[np.float32], later: NDArray[np.float32], noise: Noise) -> float:
    """Alarms for each that was promised."""
    tail = tail_of(seen)
    bars = reached_on(tail[:, 0], tail[:, 1], float(noise.a_day))
    return float((later > bars[:, None]).sum() / (float(noise.a_day) * later.size))


@pytest.mark.parametrize("kind", ["pareto", "lognormal", "gumbel"])
@pytest.mark.parametrize("noise", [Noise(1, Per.WEEK), Noise(2, Per.MONTH), Noise(1, Per.QUARTER)], ids=str)
def test_as_much_noise_comes_as_was_promised(kind: str, noise: Noise) -> None:
    rng = np.random.default_rng(11)
    both = highest(kind, SITES, FITTED + AFTER, rng)
    actual = came(both[:, :FITTED], both[:, FITTED:], noise)
    assert 0.2 < actual < 1.3  # of the lognormal, whose tail is thinner than an exponential, less


def test_a_short_history_is_helped_out_by_what_is_typical_and_gives_way_to_the_sites_own() -> None:
    nothing = np.full((1, FITTED), np.nan, np.float32)
    assert tail_of(nothing)[0].tolist() == pytest.approx([LEVEL, SLOPE])
    restless = np.random.default_rng(5).exponential(1, (300, FITTED)).astype(np.float32) + 2
    gone = [float(tail_of(restless[:, :days])[:, 0].mean()) for days in (3, 14, FITTED)]
    assert LEVEL < gone[0] < gone[1] < gone[2] < 3.5


def test_days_of_which_nothing_is_known_count_for_nothing() -> None:
    known = np.random.default_rng(7).exponential(1, (5, 30)).astype(np.float32)
    gaps = np.full((5, 26), np.nan, np.float32)
    assert np.array_equal(tail_of(np.concatenate([gaps, known], axis=1)), tail_of(known))


def test_the_rarer_the_promise_the_higher_the_bar_and_never_too_low_or_too_high() -> None:
    often, rarer = np.array([0.9, 0.1, 1.5], np.float32), np.array([0.2, 0.01, 0.6], np.float32)
    promises = [Noise(40, Per.DAY), Noise(1, Per.DAY), Noise(2, Per.WEEK), Noise(2, Per.MONTH), Noise(1, Per.YEAR)]
    bars = [noise_bars(often, rarer, noise, 1).tolist() for noise in promises]
    assert bars == sorted(bars)
    assert {calm for _, calm, _ in bars} == {np.float32(LOWEST)}
    assert bars[-1][2] == np.float32(HIGHEST)
