"""What moves have in common, and who goes beyond it."""

from __future__ import annotations

from math import log

import numpy as np
import pytest

from bot.domain.times import HOUR, Slot
from bot.domain.usage import Direction
from bot.engine.edges import BREACH, CLEAR, UNKNOWN
from bot.engine.spikes.fleet import RISES, STAYS, Moves, beyond, judge_fleet, moves_of, together
from bot.engine.spikes.scores import Scores
from bot.rules.kinds import Spike

STEP = 900


def moves(move: object, spare: object = 0.0, excess: object = 0.0) -> Moves:
    own = np.array(move, np.float32)
    rest = [np.broadcast_to(np.array(each, np.float32), own.shape) for each in (spare, excess)]
    return Moves(np.arange(1, len(own) + 1), Slot(0), STEP, own, *rest)


def states_of(move: object, sites: int | None = None, *, was_open: bool = False, first: int = 0) -> list[int]:
    own = moves(move)
    found = judge_fleet(together(own), sites or len(own.sites), was_open=was_open, first=first)
    return [int(state) for state in found]


@pytest.mark.parametrize(("sites", "rank"), [(8, 2), (35, 14), (300, 138)])
def test_a_fleet_surely_rose_by_the_move_of_a_rank_below_the_middle(sites: int, rank: int) -> None:
    found = together(moves(np.arange(1, sites + 1)[:, None]))
    assert found.surely.tolist() == [rank]
    assert found.factor.tolist() == [(sites + 1) // 2]


def test_fewer_than_eight_known_sites_say_nothing() -> None:
    eight = np.full((9, 2), 1.0)
    eight[:2, 1] = np.nan
    assert states_of(eight) == [BREACH, UNKNOWN]


def test_of_half_the_sites_something_must_be_known() -> None:
    assert states_of(np.full((8, 1), 1.0), sites=16) == [BREACH]
    assert states_of(np.full((8, 1), 1.0), sites=17) == [UNKNOWN]


def test_what_has_risen_stays_until_it_is_well_below_and_an_unknown_bucket_ends_nothing() -> None:
    levels = [RISES * 0.9, RISES * 1.1, STAYS * 1.1, np.nan, STAYS * 1.1, STAYS * 0.9, RISES * 0.9]
    expected = [CLEAR, BREACH, BREACH, UNKNOWN, BREACH, CLEAR, CLEAR]
    assert states_of([levels] * 10) == expected


def test_whether_it_had_risen_before_counts_from_the_first_bucket_on() -> None:
    levels = [RISES * 2, STAYS * 1.1, STAYS * 1.1]
    assert states_of([levels] * 10, first=1)[1:] == [CLEAR, CLEAR]
    assert states_of([levels] * 10, first=1, was_open=True)[1:] == [BREACH, BREACH]


def test_the_result_does_not_depend_on_how_buckets_are_cut() -> None:
    draw = np.random.default_rng(1)
    own = np.where(draw.random((12, 200)) < 0.1, np.nan, draw.normal(0.2, 0.2, (12, 200)))
    whole, parts, was_open = states_of(own), [], False
    for column in range(200):
        (state,) = states_of(own[:, column : column + 1], was_open=was_open)
        was_open = was_open if state == UNKNOWN else state == BREACH
        parts.append(state)
    assert parts == whole


def test_a_site_goes_beyond_that_would_be_told_of_without_what_all_did_within_three_hours() -> None:
    rise = np.zeros((10, 14))
    rise[:, 0] = log(2)
    fourfold, twofold = np.zeros((10, 14)), np.zeros((10, 14))
    fourfold[3], twofold[3] = log(4), log(2)
    assert np.argwhere(beyond(moves(rise, 0.1, fourfold), together(moves(rise)))).tolist() == [
        [3, n] for n in range(14)
    ]
    after = 3 * HOUR // STEP
    found = beyond(moves(rise, 0.1, twofold), together(moves(rise)))
    assert found[3].tolist() == [False] * after + [True] * (14 - after)
    assert not beyond(moves(rise, -0.1, fourfold), together(moves(rise))).any()


@pytest.mark.parametrize(
    ("at_least", "floor", "spare"), [(None, 90, 1), (None, 91, -np.inf), (90, 1000, 1), (91, 0, -np.inf)]
)
def test_a_site_whose_bytes_matter_to_nobody_does_not_go_beyond(
    at_least: int | None, floor: float, spare: float
) -> None:
    scores = Scores.unknown((Direction.IN,), Slot(0), STEP, 1, 1)
    for values, value in ((scores.score, 3), (scores.came, 100), (scores.top, 10), (scores.floor, floor)):
        values[:] = value
    found = moves_of(scores, 0, Spike(at_least=at_least), np.full((1, 1), 2, np.float32), np.array([1]))
    assert found.spare.item() == spare
