"""Alerts that begin and end again and again."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.alerts.flapping import calm_at, is_change, is_too_often, subject_of, was_flapping
from bot.alerts.model import Alert, AlertKey, Change, Kind, Reason, State, Transition
from bot.domain.times import Slot, Window
from bot.rules.model import Severity
from bot.rules.telling import Flapping
from tests.fuzz.trying import tries

THREE = Flapping(3, timedelta(seconds=100))
"""More than three changes within 100 seconds."""
times = st.lists(st.integers(0, 400), max_size=14, unique=True).map(lambda found: [Slot(one) for one in sorted(found)])
rules = st.builds(lambda count, span: Flapping(count, timedelta(seconds=span)), st.integers(1, 5), st.integers(1, 150))


def slots(*known: int) -> list[Slot]:
    return [Slot(one) for one in known]


def test_it_is_too_often_with_the_change_that_passes_what_is_allowed() -> None:
    known = slots(0, 40, 80, 99)
    assert not is_too_often(known[:3], THREE, Slot(80))
    assert is_too_often(known, THREE, Slot(99))
    assert not is_too_often(slots(0, 40, 80, 100), THREE, Slot(100))


def test_it_is_calm_when_half_of_what_is_allowed_is_left_within_the_span() -> None:
    assert calm_at(slots(0, 40, 80, 99), THREE) == 180
    assert calm_at(slots(0, 40, 80, 99, 150), THREE) == 199
    assert calm_at([], THREE) is None


def test_it_is_never_calm_before_the_last_change() -> None:
    assert calm_at(slots(0, 1, 300), THREE) == 300


@pytest.mark.parametrize(("at", "count"), [(98, 0), (99, 4), (179, 4), (180, 0), (300, 0)])
def test_what_was_kept_quiet_is_known_later_too(at: int, count: int) -> None:
    assert was_flapping(slots(0, 40, 80, 99), THREE, Slot(at)) == count


@given(times, rules)
@tries(100)
def test_it_flaps_exactly_as_looking_at_every_second_says(known: list[Slot], flapping: Flapping) -> None:
    count = 0
    for second in range(600):
        within = [one for one in known if second - flapping.seconds < one <= second]
        if second in known and not count and len(within) > flapping.changes:
            count = len(within)
        elif count and len(within) <= flapping.changes // 2:
            count = 0
        assert was_flapping(known, flapping, Slot(second)) == count


@pytest.mark.parametrize(
    ("kind", "change", "reason", "counts"),
    [
        (Kind.THRESHOLD, Change.FIRED, Reason.LIMIT_PASSED, True),
        (Kind.FORECAST, Change.RESOLVED, Reason.BACK_TO_NORMAL, True),
        (Kind.SPIKE, Change.FIRED, Reason.LIMIT_PASSED, True),
        (Kind.SPIKE, Change.RESOLVED, Reason.BACK_TO_NORMAL, True),
        (Kind.SPIKE, Change.RESOLVED, Reason.NEW_NORMAL, False),
        (Kind.FORECAST, Change.RESOLVED, Reason.CAME_TRUE, False),
        (Kind.THRESHOLD, Change.CORRECTED, Reason.DATA_REVISED, False),
        (Kind.THRESHOLD, Change.PENDING, Reason.CONDITION_HOLDS, False),
        (Kind.QUOTA, Change.FIRED, Reason.STEP_REACHED, False),
        (Kind.SELF, Change.FIRED, Reason.BOT_TROUBLE, False),
    ],
)
def test_changes_are_beginnings_and_ends_of_what_comes_and_goes(
    kind: Kind, change: Change, reason: Reason, counts: bool
) -> None:
    alert = Alert(AlertKey("acme", "busy", kind, 1), State.FIRING, Slot(0), Severity.WARNING)
    assert is_change(Transition(alert, change, reason, Slot(0), Slot(0))) == counts


def test_forecasts_of_two_periods_are_about_the_same() -> None:
    june = AlertKey("acme", "lte", Kind.FORECAST, 1, period=Window(Slot(0), Slot(30)))
    july = AlertKey("acme", "lte", Kind.FORECAST, 1, period=Window(Slot(30), Slot(61)))
    assert subject_of(june) == subject_of(july) != subject_of(AlertKey("acme", "lte", Kind.FORECAST, 2))
