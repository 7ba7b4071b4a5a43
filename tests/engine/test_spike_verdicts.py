"""What rules make of scores: golden examples, made by hand."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from bot.domain.periods import Per
from bot.domain.times import Slot
from bot.domain.usage import Direction
from bot.engine.edges import BREACH, CLEAR, UNKNOWN, Verdicts
from bot.engine.spikes.scores import Scores
from bot.engine.spikes.verdicts import bars_of, judge_scores
from bot.rules.kinds import Noise, Sensitivity, Spike

NOT_KNOWN = float("nan")
SIGNS = {CLEAR: "-", BREACH: "#", UNKNOWN: "?"}
ANY = Spike(at_least=0)


def scores(*score: float, extra: float = 10, floor: float = 0, tail: tuple[float, float] = (0.5, 0.3)) -> Scores:
    """Of one site in one direction, where `extra` bytes a bucket of 5 minutes come beyond a top of 50."""
    shape, own = (1, 1, len(score)), np.array([[score]], np.float32)
    full = [np.full(shape, amount, np.float32) for amount in (50 + extra, 20, 50, 0.7, floor, *tail)]
    return Scores((Direction.IN,), Slot(0), 300, own, np.zeros(shape, np.int8), *full)


def judged(found: Scores, spike: Spike, *, on: bool = False, since: int = 0) -> Verdicts:
    bars = bars_of(found, 0, spike, 1)
    return judge_scores(found, 0, spike, bars, np.array([on]), np.array([since]))


def signs(found: Scores, spike: Spike = ANY, *, on: bool = False, since: int = 0) -> str:
    return "".join(SIGNS[state] for state in judged(found, spike, on=on, since=since).states[0].tolist())


@pytest.mark.parametrize(
    ("sensitivity", "told"),
    [(Sensitivity.LOW, "------#--"), (Sensitivity.MEDIUM, "----####-"), (Sensitivity.HIGH, "--#######")],
)
def test_the_more_sensitive_a_rule_is_the_less_unusual_is_what_it_tells_of(sensitivity: Sensitivity, told: str) -> None:
    found = scores(0.1, 0.7, 0.8, 0.99, 1.0, 1.2, 1.6, 0.71, 0.6)
    assert signs(found, replace(ANY, sensitivity=sensitivity)) == told


def test_what_is_told_of_lasts_until_it_is_clearly_over() -> None:
    assert signs(scores(0.8, 1.0, 0.8, 0.7, 0.69, 0.8, 0.9, 1.0)) == "-###---#"


def test_what_still_comes_so_much_beyond_the_usual_is_not_over_when_it_is_no_surprise_any_more() -> None:
    assert signs(scores(1.0, 0.3, 0.0, extra=15)) == "###"
    assert signs(scores(0.9, 0.3, 0.0, extra=15)) == "---"
    assert signs(scores(1.0, 0.3, 0.0, extra=14)) == "#--"


def test_what_is_unknown_neither_begins_nor_ends_anything() -> None:
    n = NOT_KNOWN
    assert signs(scores(n, 1.1, n, 0.8, n, 0.2, n, 0.8, n)) == "?#?#?-?-?"
    assert signs(scores(n, 0.8, 0.2), on=True) == "?#-"


def test_a_spike_goes_on_from_before_what_is_new() -> None:
    found = scores(0.2, 1.5, 0.2, 0.8, 0.8, 0.2, 0.8)
    assert signs(found, on=True, since=3)[3:] == "##--"
    assert signs(found, on=False, since=3)[3:] == "----"


def test_judging_in_parts_is_judging_at_once() -> None:
    drawn = np.random.default_rng(3).uniform(0.3, 1.3, (200, 24)).astype(np.float32)
    drawn[np.random.default_rng(4).random(drawn.shape) < 0.2] = NOT_KNOWN
    for row in drawn:
        whole, parts, on = signs(scores(*row)), "", False
        for first, end in pairwise([0, 5, 6, 14, 24]):
            parts += signs(scores(*row), on=on, since=first)[first:end]
            heard = parts.replace("?", "")
            on = heard.endswith("#")
        assert parts == whole


def test_bytes_that_matter_to_nobody_are_no_spike_however_unusual() -> None:
    """Over a quarter of an hour, three buckets, 300 bytes come beyond the top of what is usual."""
    found = scores(2.0, extra=100, floor=100.5)
    assert signs(scores(2.0, 0.9, 0.9, extra=100), Spike(at_least=301)) == "---"
    assert signs(found, Spike(at_least=300)) == "#"
    assert signs(found, Spike(at_least=301)) == "-"
    assert signs(found, Spike(at_least=0)) == "#"
    assert signs(found, Spike()) == "-"  # a share of the busy level
    assert signs(scores(2.0, extra=101, floor=100.5), Spike()) == "#"


def test_values_are_what_came_over_the_span_and_limits_the_top_of_what_is_usual() -> None:
    found = scores(2.0, 0.1, extra=100)
    found.scale[:] = 1  # an hour
    verdicts = judged(found, ANY)
    assert verdicts.limits is not None
    assert (verdicts.values.tolist(), verdicts.limits.tolist()) == ([[1800, 1800]], [[600, 600]])


def test_a_promise_of_noise_puts_the_bar_where_the_site_seldom_goes() -> None:
    restless, calm = scores(0.9, 1.2, 1.69, tail=(0.6, 0.3)), scores(0.9, 1.2, 1.69, tail=(0.2, 0.05))
    twice = Spike(at_least=0, noise=Noise(2, Per.MONTH))
    assert signs(restless, twice) == "-##"  # a bar of 1.02
    assert signs(restless, replace(twice, noise=Noise(1, Per.QUARTER))) == "--#"  # 1.63
    assert signs(calm, twice) == "###"
    assert signs(scores(0.79, 0.81, tail=(0.2, 0.05)), twice) == "-#"  # never more sensitive than that
    bars = [bars_of(restless, 0, twice, directions)[0, 0] for directions in (1, 2)]
    assert bars == pytest.approx([1.02, 1.24], abs=0.01)  # half as many in each of two directions
