"""What an alert about a spike remembers: the same, however its buckets are cut."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from bot.alerts.condition import ConditionRule, Machine
from bot.alerts.model import AlertKey, Change, Kind, Reason
from bot.alerts.spike import Unusual, ending, judged_on
from bot.domain.times import DAY, Slot
from bot.domain.usage import Direction
from bot.engine.edges import BREACH, CLEAR, UNKNOWN, Verdicts, runs
from bot.engine.spikes.course import Course
from bot.rules.model import Severity

STEP = 300
KEY = AlertKey("default", "odd", Kind.SPIKE, 1, Direction.IN)
RULE = ConditionRule(Severity.WARNING, 0, hold=0, keep_firing=0, under=False, rule_version="v", ending=ending)
START = Slot(10 * DAY + 600)
C, B, U = CLEAR, BREACH, UNKNOWN


def course(states: list[int], came: list[float], start: Slot = START, top: float = 100, scale: int = 0) -> Course:
    """Its score is 1 where three times the top came; the range begins at half of the top."""
    levels = np.array(came, np.float32)
    with np.errstate(divide="ignore"):
        score = np.where(np.array(states) == U, np.nan, np.log(levels / top) / np.log(3)).astype(np.float32)
    full = np.full(len(came), top, np.float32)
    usage = np.nan_to_num(levels).astype(np.int64)
    scales = np.full(len(came), scale, np.int8)
    return Course(
        start, STEP, np.array(states, np.int8), score, scale=scales, came=levels, low=full - 50, top=full,
        move=score * 2, usage=usage, tells=np.ones(len(came), np.float32),
    )  # fmt: skip


def lived(course: Course, cuts: list[int], rule: ConditionRule = RULE) -> Machine:
    """Fed in pieces that end with these columns."""
    came, top = (np.rint(each).astype(np.int64)[None] for each in (np.nan_to_num(course.came), course.top))
    verdicts = Verdicts(course.states[None], came, top)
    machine = Machine.start(KEY, rule, course.start, STEP, None, None, lambda alert, at: judged_on(alert, course, at))
    first = 0
    for end in [*cuts, len(course.states)]:
        machine.feed(runs(verdicts, 0, first, end))
        first = end
    return machine


def test_an_alert_remembers_its_worst_bucket_and_what_came_beyond_the_usual_in_all_of_them() -> None:
    came = [90.0, 300, 900, 500, 0, 300, 90]
    (alert,) = lived(course([C, B, B, B, U, B, C], came), []).alerts
    found = Unusual.of(alert)
    assert (found.score, found.at, found.latest) == (2000, START + 3 * STEP, -95)
    assert (found.span, found.low, found.top, found.came) == (900, 150, 300, 2700)
    assert (alert.value, alert.limit) == (2700, 300)
    assert found.lasts == 5 * STEP  # with the bucket of which nothing is known
    assert found.extra == 3 * 200 + 800 + 400 + 200  # the first is unusual over the whole of its span
    assert [found.excess, found.bar, found.move] == pytest.approx([2194, 1097, 4000], abs=1)


def test_the_same_is_remembered_however_the_buckets_are_cut() -> None:
    states = [C, B, B, C, B, U, B, C, C, C, B, B]
    came = [50.0, 300, 400, 90, 350, 0, 800, 20, 30, 20, 310, 300]
    for keep in (0, 2 * STEP):
        rule = replace(RULE, keep_firing=keep, hold=STEP)
        whole = lived(course(states, came), [], rule)
        for cuts in (list(range(1, 12)), [3, 7], [2, 6, 8, 11]):
            cut = lived(course(states, came), cuts, rule)
            assert cut.alerts == whole.alerts
            assert cut.transitions == whole.transitions


def test_an_alert_that_ends_while_usage_stays_where_it_was_says_that_this_is_normal_now() -> None:
    def reason(told: Course) -> Reason:
        (end,) = [move.reason for move in lived(told, []).transitions if move.change is Change.RESOLVED]
        return end

    midnight = Slot(10 * DAY - 2 * STEP)
    assert reason(course([B, B, C], [900, 900, 100], midnight)) is Reason.BACK_TO_NORMAL
    assert reason(course([B, B, C], [900, 900, 129], midnight)) is Reason.BACK_TO_NORMAL  # not in the range, but nearly
    assert reason(course([B, B, C], [900, 900, 130], midnight)) is Reason.NEW_NORMAL
    assert reason(course([B, B, C], [900, 900, 900], START)) is Reason.BACK_TO_NORMAL  # at any other time it fell
    assert not Reason.NEW_NORMAL.notifies
