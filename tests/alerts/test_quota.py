from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from bot.alerts.model import Alert, AlertKey, Change, Kind, Reason, State, Transition
from bot.alerts.quota import QuotaStanding, advance_quota
from bot.domain.times import DAY, Slot, Window
from bot.domain.usage import Direction
from bot.rules.model import Severity

PERIOD = Window(Slot(0), Slot(30 * DAY))
KEY = AlertKey("default", "monthly", Kind.QUOTA, 1, Direction.TOTAL, PERIOD)
P50, P80, P100 = Fraction(50), Fraction(80), Fraction(100)
SEVERITIES = {P50: Severity.INFO, P80: Severity.WARNING, P100: Severity.CRITICAL}


def standing(used: int, reached: dict[Fraction, int | None], **changes: object) -> QuotaStanding:
    ends = {step: Slot(end) if end is not None else None for step, end in reached.items()}
    base = QuotaStanding(KEY, PERIOD, 1000, SEVERITIES, ends, used, 10, 10, Slot(9000), 300, "v1")
    return replace(base, **changes)  # type: ignore[arg-type]


def advance(alert: Alert | None, now: QuotaStanding) -> tuple[Alert, list[Transition]]:
    after, moves = advance_quota(alert, now, Slot(10_000))
    assert after is not None
    return after, moves


def test_below_every_step_there_is_no_alert() -> None:
    assert advance_quota(None, standing(499, {}), Slot(0)) == (None, [])


def test_several_steps_crossed_in_one_pass_are_one_transition_that_names_the_highest() -> None:
    alert, moves = advance(None, standing(1000, {P50: 300, P80: 600, P100: 900}))
    assert [(m.change, m.step, m.reason) for m in moves] == [(Change.FIRED, P100, Reason.STEP_REACHED)]
    assert alert.steps == {P50: 300, P80: 600, P100: 900}
    assert alert.severity is Severity.CRITICAL
    assert alert.since == 900


def test_each_step_is_told_once() -> None:
    alert, _ = advance(None, standing(500, {P50: 300}))
    alert, moves = advance(alert, standing(510, {P50: None}))
    assert moves == []
    alert, moves = advance(alert, standing(800, {P50: None, P80: 8700}))
    assert [(m.change, m.step) for m in moves] == [(Change.WORSENED, P80)]
    assert alert.value == 800


def test_a_told_step_that_revised_data_does_not_reach_is_withdrawn() -> None:
    alert, _ = advance(None, standing(520, {P50: 300}))
    alert, moves = advance(alert, standing(480, {}))
    assert [(m.change, m.reason, m.was, m.value) for m in moves] == [(Change.CORRECTED, Reason.DATA_REVISED, 520, 480)]
    assert alert.state is State.RESOLVED


def test_the_lower_steps_of_a_corrected_alert_stay() -> None:
    alert, _ = advance(None, standing(820, {P50: 300, P80: 600}))
    alert, moves = advance(alert, standing(700, {P50: None}))
    assert [(m.change, m.step) for m in moves] == [(Change.CORRECTED, P80)]
    assert (alert.state, alert.step) == (State.FIRING, P50)


def test_a_withdrawn_step_that_is_truly_reached_later_is_told() -> None:
    alert, _ = advance(None, standing(520, {P50: 300}))
    alert, _ = advance(alert, standing(480, {}))
    alert, moves = advance(alert, standing(505, {P50: 9000}))
    assert [(m.change, m.step) for m in moves] == [(Change.FIRED, P50)]
    assert alert.state is State.FIRING


def test_raising_the_quota_neither_withdraws_nor_repeats() -> None:
    alert, _ = advance(None, standing(820, {P50: 300, P80: 600}))
    alert, moves = advance(alert, standing(820, {P50: None}, limit=1600))
    assert moves == []
    alert, moves = advance(alert, standing(830, {P50: None}, limit=1600))
    assert moves == []
    alert, moves = advance(alert, standing(1290, {P50: None, P80: 8700}, limit=1600))
    assert moves == []


def test_lowering_the_quota_tells_the_step_that_is_reached_now() -> None:
    alert, _ = advance(None, standing(520, {P50: 300}))
    _, moves = advance(alert, standing(520, {P50: None, P80: 900}, limit=600))
    assert [(m.change, m.step) for m in moves] == [(Change.WORSENED, P80)]


def test_removing_a_step_from_the_rule_withdraws_nothing() -> None:
    alert, _ = advance(None, standing(520, {P50: 300}))
    _, moves = advance(alert, standing(510, {}, severities={P80: Severity.WARNING}))
    assert moves == []


def test_the_end_of_the_period_closes_and_tells_nobody_anew() -> None:
    alert, _ = advance(None, standing(520, {P50: 300}))
    alert, moves = advance(alert, standing(560, {P50: None}, until=Slot(30 * DAY)))
    assert [(m.change, m.reason, m.reason.notifies) for m in moves] == [(Change.RESOLVED, Reason.PERIOD_ENDED, False)]
    assert alert.resolved_at == PERIOD.end


def test_late_data_that_reaches_a_step_of_a_closed_period_is_told_of_that_period() -> None:
    alert, _ = advance(None, standing(520, {P50: 300}))
    alert, _ = advance(alert, standing(560, {P50: None}, until=Slot(30 * DAY)))
    alert, moves = advance(alert, standing(810, {P50: None, P80: 30 * DAY - 600}, until=Slot(30 * DAY + 300)))
    assert (moves[0].change, moves[0].step) == (Change.WORSENED, P80)
    assert alert.state is State.RESOLVED
