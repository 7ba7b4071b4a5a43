"""What a rule promised for a month, and what came of it."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from bot.alerts.model import Alert, AlertKey, Kind, Reason, State
from bot.alerts.noise import account_of, allowed
from bot.alerts.spike import Unusual
from bot.domain.periods import Per
from bot.domain.times import DAY, Slot, Window
from bot.domain.usage import Direction
from bot.engine.spikes.expected import usual
from bot.rules.kinds import Noise, Sensitivity, Spike
from bot.rules.model import Severity

OCTOBER = Window(Slot(100 * DAY), Slot(131 * DAY))
TWICE = Spike(noise=Noise(2, Per.MONTH))


def spike(site: int | None, day: float, *, told: bool = True, score: int = 1200) -> Alert:
    at = Slot(int((100 + day) * DAY))
    key = AlertKey("default", "odd", Kind.SPIKE, site, Direction.IN)
    alert = Alert(key, State.FIRING, at, Severity.WARNING, fired_at=at, told_at=at if told else None)
    return replace(alert, detail={**Unusual().as_detail(), "score": score})


@pytest.mark.parametrize(
    ("noise", "most"),
    [
        (Noise(2, Per.MONTH), 2),
        (Noise(1, Per.DAY), 31),
        (Noise(1, Per.WEEK), 5),
        (Noise(2, Per.QUARTER), 1),
        (Noise(1, Per.YEAR), 1),
    ],
)
def test_a_promise_is_scaled_to_the_month_and_never_to_less_than_one(noise: Noise, most: int) -> None:
    assert allowed(noise, OCTOBER) == most


def test_what_was_told_counts_and_what_was_held_back_or_withdrawn_is_counted_apart() -> None:
    gone = replace(spike(1, 4), state=State.RESOLVED, reason=Reason.DATA_REVISED)
    alerts = [spike(1, 1), spike(1, 2, score=3100), spike(1, 3, told=False), gone, spike(1, -1), spike(1, 31)]
    account = account_of("odd", TWICE, [Direction.IN], OCTOBER, [1, 2], alerts)
    one = account.sites[1]
    assert (one.told, one.held, one.withdrawn, one.score) == (2, 1, 1, 3100)
    assert (account.average, account.above) == (Fraction(1), [])


def test_the_loudest_come_first_and_a_fleets_rise_is_of_no_site() -> None:
    told = (
        [spike(1, day) for day in (1, 2, 3)] + [spike(2, day) for day in (1, 2, 3, 4)] + [spike(3, 1), spike(None, 5)]
    )
    account = account_of("odd", TWICE, [Direction.IN], OCTOBER, [1, 2, 3, 4], told)
    assert (account.loudest, account.above) == ([2, 1, 3], [2, 1])
    assert (account.fleet.told, account.told) == (1, 8)


def test_of_a_sensitivity_about_so_many_are_usual_and_most_of_those_that_look_both_ways() -> None:
    both = [Direction.IN, Direction.OUT]
    assert [usual(one, both) for one in Sensitivity] == [1, 3, 5]
    assert [usual(one, [Direction.TOTAL]) for one in Sensitivity] == [Fraction(1, 10), Fraction(1, 2), 1]


def test_what_is_usual_is_no_reproach_to_a_site_with_one_alarm() -> None:
    account = account_of("odd", Spike(), [Direction.TOTAL], OCTOBER, [1, 2], [spike(1, 1), spike(2, 1), spike(2, 2)])
    assert (account.most, account.above) == (Fraction(1, 2), [2])
