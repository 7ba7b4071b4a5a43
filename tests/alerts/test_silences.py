"""Until when a silence keeps an alert quiet, whatever is to end it."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from bot.alerts.endings import Ending, ForecastPasses, GetsWorse, Level, PeriodResets, matter_of
from bot.alerts.model import Alert, AlertKey, Kind, State
from bot.alerts.silences import InForce, Silence
from bot.domain.times import DAY, Slot, Window
from bot.domain.usage import Direction
from bot.rules.model import Severity
from bot.rules.telling import EVERYTHING, Match

NOW = Slot(1_000_000)
START, END = Slot(NOW - 100), Slot(NOW + 100)
MONTH = Window(Slot(NOW - 10 * DAY), Slot(NOW + 20 * DAY))
NEXT = Window(MONTH.end, Slot(MONTH.end + 30 * DAY))
EARLIER = Window(Slot(MONTH.start - 30 * DAY), MONTH.start)
QUOTA = Alert(
    AlertKey("default", "lte", Kind.QUOTA, 1, period=MONTH),
    State.FIRING,
    NOW,
    Severity.WARNING,
    step=Fraction(80),
    id=7,
)
BURST = Alert(AlertKey("default", "burst", Kind.THRESHOLD, 1), State.FIRING, NOW, Severity.WARNING, id=8)
THEN = GetsWorse({matter_of(QUOTA): Level(Severity.WARNING, Fraction(80)), matter_of(BURST): Level(Severity.WARNING)})


def of_period(period: Window) -> Alert:
    return replace(QUOTA, key=replace(QUOTA.key, period=period))


def silence(ending: Ending | None = None, **more: object) -> Silence:
    return replace(Silence(EVERYTHING, START, END, "Ana", ending=ending), **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("ending", "alert", "is_quiet"),
    [
        (None, QUOTA, True),
        (PeriodResets(), QUOTA, True),
        (PeriodResets(), of_period(NEXT), False),
        (PeriodResets(), of_period(EARLIER), False),
        (PeriodResets(), BURST, True),
        (PeriodResets(), replace(QUOTA, key=replace(QUOTA.key, kind=Kind.FORECAST)), True),
        (ForecastPasses(Fraction(95)), QUOTA, True),
        (THEN, QUOTA, True),
        (THEN, replace(QUOTA, step=Fraction(50)), True),
        (THEN, replace(QUOTA, step=Fraction(100)), False),
        (THEN, replace(QUOTA, severity=Severity.CRITICAL), False),
        (THEN, replace(QUOTA, severity=Severity.INFO), True),
        (THEN, replace(QUOTA, id=99), True),
        (THEN, of_period(NEXT), True),
        (THEN, BURST, True),
        (THEN, replace(BURST, severity=Severity.CRITICAL), False),
        (THEN, replace(BURST, key=replace(BURST.key, site=2)), False),
        (THEN, replace(BURST, key=replace(BURST.key, direction=Direction.IN)), False),
        (THEN, replace(BURST, key=replace(BURST.key, rule="other")), False),
    ],
)
def test_an_ending_says_which_alerts_are_kept_quiet_until_the_end(
    ending: Ending | None, alert: Alert, is_quiet: bool
) -> None:
    assert silence(ending).covers(alert, None, NOW) == (END if is_quiet else NOW)


@pytest.mark.parametrize(("at", "until"), [(START - 1, START - 1), (START, END), (END - 1, END), (END, END)])
def test_it_is_in_force_from_its_start_until_its_end(at: int, until: int) -> None:
    assert silence().covers(QUOTA, None, Slot(at)) == until


def test_it_keeps_quiet_only_what_matches() -> None:
    assert silence(match=Match(rules=("burst",))).covers(QUOTA, None, NOW) == NOW


def test_what_has_lapsed_for_one_alert_goes_on_for_the_others() -> None:
    lapsed = silence(ForecastPasses(Fraction(95)), lapsed={7: Slot(NOW + 10)})
    assert lapsed.covers(QUOTA, None, NOW) == NOW + 10
    assert lapsed.covers(QUOTA, None, Slot(NOW + 10)) == NOW + 10
    assert lapsed.covers(QUOTA, None, Slot(NOW + 50)) == NOW + 50
    assert lapsed.covers(BURST, None, NOW) == END


def test_people_are_told_the_end_of_the_period_where_that_comes_first() -> None:
    to_reset = silence(PeriodResets(), ends_at=Slot(NOW + 35 * DAY))
    assert to_reset.said_until(QUOTA) == MONTH.end
    assert to_reset.said_until(BURST) == NOW + 35 * DAY
    assert silence(PeriodResets()).said_until(QUOTA) == END
    assert silence(THEN).said_until(QUOTA) == END


def test_of_several_the_one_that_lasts_longest_is_named() -> None:
    short, long_ = silence(id=1), silence(ends_at=Slot(END + 1), id=2)
    assert InForce((short, long_), NOW).over(QUOTA, None) == long_
    assert InForce((long_, short), NOW).over(QUOTA, None) == long_
    assert InForce((short, long_), END).over(QUOTA, None) == long_
    assert InForce((short, long_), Slot(END + 1)).over(QUOTA, None) is None
