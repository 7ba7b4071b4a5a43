from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.alerts.condition import ConditionRule, Machine
from bot.alerts.model import Alert, AlertKey, Kind, Reason, State
from bot.domain.times import Slot
from bot.engine.edges import Verdicts, runs
from bot.rules.model import Severity

STEP = 300
KEY = AlertKey("default", "burst", Kind.THRESHOLD, 1)
RULE = ConditionRule(Severity.WARNING, 100, hold=0, keep_firing=0, under=False, rule_version="v")
LETTERS = {".": 0, "#": 1, "_": 2}


def verdicts(picture: str) -> Verdicts:
    states = np.array([[LETTERS[letter] for letter in picture]], np.int8)
    return Verdicts(states, np.where(states == 1, 200, 50).astype(np.int64))


def play(picture: str, rule: ConditionRule = RULE, current: Alert | None = None, origin: int = 0) -> Machine:
    machine = Machine.start(KEY, rule, Slot(origin), STEP, Slot(9999), current)
    return machine.feed(runs(verdicts(picture), 0, 0))


def told(machine: Machine) -> list[tuple[str, int]]:
    """(change, minutes from the origin to the end of the bucket)."""
    return [(t.change.value, (t.slot + STEP) // 60) for t in machine.transitions]


def test_it_fires_at_the_end_of_the_first_bad_bucket_and_resolves_at_that_of_the_first_good_one() -> None:
    assert told(play("..##..")) == [("fired", 15), ("resolved", 25)]


def test_for_is_inclusive() -> None:
    rule = replace(RULE, hold=300)
    assert told(play(".##", rule)) == [("pending", 10), ("fired", 15)]


def test_a_condition_that_ends_before_it_held_long_enough_is_told_to_nobody() -> None:
    machine = play(".##.", replace(RULE, hold=600))
    assert told(machine) == [("pending", 10), ("resolved", 20)]
    assert machine.transitions[-1].reason is Reason.PENDING_CLEARED
    assert not machine.transitions[-1].reason.notifies


def test_a_gap_pauses_for() -> None:
    assert told(play(".#___#", replace(RULE, hold=300))) == [("pending", 10), ("fired", 30)]


def test_a_gap_never_resolves_a_firing_alert() -> None:
    machine = play("#______")
    assert told(machine) == [("fired", 5)]
    assert machine.current is not None
    assert machine.current.state is State.FIRING


def test_keep_firing_for_bridges_short_calm() -> None:
    assert told(play("#..#....", replace(RULE, keep_firing=600))) == [("fired", 5), ("resolved", 35)]


def test_a_gap_pauses_keep_firing_for() -> None:
    assert told(play("#._..", replace(RULE, keep_firing=600))) == [("fired", 5), ("resolved", 25)]


@given(
    picture=st.text(alphabet=".#_", min_size=1, max_size=60),
    cuts=st.lists(st.integers(0, 60), max_size=8),
    hold=st.sampled_from([0, 300, 450, 900]),
    keep=st.sampled_from([0, 300, 1000]),
)
def test_it_does_not_matter_how_many_buckets_arrive_at_once(
    picture: str, cuts: list[int], hold: int, keep: int
) -> None:
    rule = replace(RULE, hold=hold, keep_firing=keep)
    whole = play(picture, rule)
    bounds = sorted({0, len(picture), *(cut for cut in cuts if cut < len(picture))})
    current: Alert | None = None
    moves: list[tuple[str, int]] = []
    for first, end in pairwise(bounds):
        part = play(picture[first:end], rule, current, origin=first * STEP)
        current = part.current
        moves += told(part)
    assert moves == told(whole)
    assert current == whole.current


@pytest.mark.parametrize("under", [False, True])
def test_the_value_kept_is_the_worst_of_the_episode(under: bool) -> None:
    states = np.array([[1, 1, 1]], np.int8)
    values = np.array([[120, 300, 150]], np.int64)
    machine = Machine.start(KEY, replace(RULE, under=under), Slot(0), STEP, Slot(0), None)
    machine.feed(runs(Verdicts(states, values), 0, 0))
    assert machine.alerts[0].value == (120 if under else 300)
