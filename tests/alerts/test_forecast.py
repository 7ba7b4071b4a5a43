"""The life of a forecast's alert: sure enough, no longer likely, come true, over."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from bot.alerts.forecast import ForecastStanding, advance_forecast
from bot.alerts.model import Alert, AlertKey, Change, Kind, Reason, State, Transition
from bot.domain.times import DAY, HOUR, Slot, Window
from bot.rules.model import Severity

PERIOD = Window(Slot(0), Slot(30 * DAY))
KEY = AlertKey("default", "month", Kind.FORECAST, 1, period=PERIOD)
AT = ForecastStanding(
    key=KEY,
    limit=1000,
    level=1000,
    reaches=Fraction(100),
    sure=Fraction(80),
    likely=50,
    used=300,
    known=10,
    expected=10,
    until=Slot(10 * DAY),
    bucket=300,
    severity=Severity.WARNING,
    rule_version="v",
    detail={"forecast": 900},
)


def after(*ticks: tuple[int, int]) -> tuple[Alert | None, list[Transition]]:
    """Ticks are (likely, used), six hours apart."""
    alert: Alert | None = None
    moves: list[Transition] = []
    for number, (likely, used) in enumerate(ticks):
        until = Slot(AT.until + number * 6 * HOUR)
        alert, more = advance_forecast(alert, replace(AT, likely=likely, used=used, until=until), until)
        moves += more
    return alert, moves


def told(*ticks: tuple[int, int]) -> list[tuple[Change, Reason]]:
    return [(move.change, move.reason) for move in after(*ticks)[1]]


FIRED = (Change.FIRED, Reason.LIMIT_PASSED)


def test_it_fires_at_the_first_tick_that_is_sure_enough() -> None:
    assert told((79, 300)) == []
    alert, moves = after((79, 300), (80, 310), (95, 320))
    assert [(move.change, move.slot, move.step) for move in moves] == [
        (Change.FIRED, AT.until + 6 * HOUR - 300, Fraction(100))
    ]
    assert alert is not None
    assert (alert.state, alert.value, alert.since) == (State.FIRING, 320, AT.until + 6 * HOUR)


def test_a_little_less_sure_says_nothing_and_clearly_less_does() -> None:
    """80 less 30 points: at 50 it stays, at 49 it is over, and that is told."""
    assert told((80, 300), (50, 310)) == [FIRED]
    moves = told((80, 300), (49, 310))
    assert moves == [FIRED, (Change.RESOLVED, Reason.BACK_TO_NORMAL)]
    assert Reason.BACK_TO_NORMAL.notifies


def test_a_quota_that_is_raised_by_an_edit_sends_no_resolved() -> None:
    """Meaning 3: "Editing a rule … never sends a false "resolved"." Usage goes on as before."""
    fired, _ = after((90, 300))
    edited = replace(AT, likely=10, limit=2000, level=2000, rule_version="edited", until=Slot(AT.until + HOUR))
    gone, moves = advance_forecast(fired, edited, edited.until)
    assert gone is not None
    assert not gone.is_open
    assert [(move.change, move.reason) for move in moves] == [(Change.RESOLVED, Reason.RULE_CHANGED)]
    assert not Reason.RULE_CHANGED.notifies


def test_what_came_true_is_told_by_the_quota_itself() -> None:
    alert, moves = after((90, 990), (100, 1000))
    assert [(move.change, move.reason, move.reason.notifies) for move in moves] == [
        (*FIRED, True),
        (Change.RESOLVED, Reason.CAME_TRUE, False),
    ]
    assert alert is not None
    assert alert.state is State.RESOLVED


def test_what_is_true_already_is_no_forecast() -> None:
    assert told((100, 1000)) == []
    assert told((90, 990), (100, 1000), (100, 1100)) == [FIRED, (Change.RESOLVED, Reason.CAME_TRUE)]


def test_it_can_become_likely_again() -> None:
    alert, moves = after((90, 300), (10, 310), (90, 320))
    assert [move.change for move in moves] == [Change.FIRED, Change.RESOLVED, Change.FIRED]
    assert alert is not None
    assert (alert.state, alert.since, alert.resolved_at) == (State.FIRING, AT.until + 12 * HOUR, None)


def test_each_transition_has_the_forecast_of_its_own_tick() -> None:
    first, _ = advance_forecast(None, replace(AT, likely=90), AT.until)
    later, moves = advance_forecast(first, replace(AT, likely=20, detail={"forecast": 500}), Slot(AT.until + HOUR))
    assert first is not None
    assert first.detail == {"forecast": 900}
    assert later is not None
    assert moves[0].alert.detail == later.detail == {"forecast": 500}
