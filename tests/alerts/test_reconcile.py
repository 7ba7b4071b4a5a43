"""What was recorded of a condition, and a replay of the same time on revised data."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from bot.alerts.condition import ConditionRule, Machine
from bot.alerts.model import Alert, AlertKey, Change, Kind, Reason, State, Transition
from bot.alerts.reconcile import reconcile
from bot.domain.times import Slot
from bot.engine.edges import Verdicts, runs
from bot.rules.model import Severity

STEP = 300
NOW = Slot(99_999)
KEY = AlertKey("default", "burst", Kind.THRESHOLD, 1)
RULE = ConditionRule(Severity.WARNING, 100, hold=0, keep_firing=0, under=False, rule_version="v")
LETTERS = {".": 0, "#": 1, "_": 2}


def play(picture: str, rule: ConditionRule = RULE, current: Alert | None = None, since: int = 0) -> Machine:
    states = np.array([[LETTERS[letter] for letter in picture]], np.int8)
    verdicts = Verdicts(states, np.where(states == 1, 200, 50).astype(np.int64))
    return Machine.start(KEY, rule, Slot(0), STEP, NOW, current).feed(runs(verdicts, 0, since))


def stored(machine: Machine, first: int = 1) -> list[Alert]:
    return [replace(alert, id=first + n) for n, alert in enumerate(machine.alerts)]


def revised(recorded: list[Alert], picture: str, rule: ConditionRule = RULE) -> tuple[list[Alert], list[Transition]]:
    is_known = lambda end: picture[end // STEP - 1] != "_"  # noqa: E731
    found = reconcile(recorded, play(picture, rule), lambda _: 50, is_known, Slot(0))
    return found.alerts, found.moves


def loud(moves: list[Transition]) -> list[Change]:
    return [move.change for move in moves if move.reason.notifies]


def test_a_replay_of_the_same_data_is_no_news() -> None:
    _, moves = revised(stored(play(".##.#")), ".##.#")
    assert moves == []


def test_a_told_breach_that_is_no_longer_true_is_corrected_and_not_resolved() -> None:
    alerts, moves = revised(stored(play(".##")), "...")
    assert [(t.change, t.reason, t.was, t.value) for t in moves] == [(Change.CORRECTED, Reason.DATA_REVISED, 200, 50)]
    assert [alert.state for alert in alerts] == [State.RESOLVED]


def test_a_correction_is_told_once() -> None:
    alerts, _ = revised(stored(play(".##")), "...")
    _, moves = revised(alerts, "...")
    assert moves == []


def test_a_breach_that_a_revision_reveals_is_told_with_the_bucket_that_made_it_true() -> None:
    _, moves = revised([], ".#..")
    assert [(t.change, t.slot) for t in moves] == [(Change.FIRED, 300), (Change.RESOLVED, 600)]


def test_what_was_so_before_the_rule_was_is_no_news() -> None:
    found = reconcile([], play(".#.."), lambda _: 50, lambda _: True, Slot(900))
    assert (found.alerts, found.moves) == ([], [])


def test_an_open_alert_that_the_replay_sees_end_is_resolved() -> None:
    alerts, moves = revised(stored(play(".##")), ".#..")
    assert [t.change for t in moves] == [Change.RESOLVED]
    assert alerts[0].id == 1


def test_a_shorter_keep_firing_for_does_not_break_an_alert_that_was_clear_for_longer() -> None:
    """IndexError here is raised by every assessment from then on: no rule of no site is judged any more."""
    before = play("#......", replace(RULE, keep_firing=7200)).current
    assert before is not None
    after = play("#.......", replace(RULE, keep_firing=600), before, since=7)
    assert loud(after.transitions) == [Change.RESOLVED]
    assert after.alerts[0].resolved_at is not None
    assert after.alerts[0].resolved_at >= before.since


def test_a_breach_that_a_revision_reveals_is_told_although_it_was_pending_once() -> None:
    rule = replace(RULE, hold=600)
    recorded = stored(play(".##....", rule))
    assert recorded[0].reason is Reason.PENDING_CLEARED
    alerts, moves = revised(recorded, ".####..", rule)
    assert Change.FIRED in loud(moves)
    assert [alert.state for alert in alerts] == [State.RESOLVED]


def test_a_breach_that_was_withdrawn_and_is_true_again_is_told() -> None:
    recorded, moves = revised(stored(play("..##")), "....")
    assert loud(moves) == [Change.CORRECTED]
    alerts, moves = revised(recorded, "..##")
    assert alerts[0].state is State.FIRING
    assert loud(moves) == [Change.FIRED]


def test_a_told_breach_that_did_not_hold_long_enough_after_all_is_withdrawn() -> None:
    rule = replace(RULE, hold=600)
    recorded = stored(play(".###", rule))
    assert recorded[0].state is State.FIRING
    _, moves = revised(recorded, "..##", rule)
    assert loud(moves) == [Change.CORRECTED]


def test_an_end_that_was_told_and_is_not_so_is_told() -> None:
    """The last people heard is "resolved", while it fires."""
    recorded = stored(play(".##."))
    assert recorded[0].state is State.RESOLVED
    alerts, moves = revised(recorded, ".###")
    assert alerts[0].state is State.FIRING
    assert loud(moves) != []


def test_two_episodes_that_a_revision_joins_withdraw_nothing() -> None:
    """The breach is truer than before: nothing of it may be withdrawn, and the last that people heard stands."""
    recorded = stored(play(".##.##"))
    assert [alert.state for alert in recorded] == [State.RESOLVED, State.FIRING]
    _, moves = revised(recorded, ".#####")
    assert Change.CORRECTED not in loud(moves)


def test_what_a_rule_that_was_edited_since_told_is_not_withdrawn() -> None:
    """The usage was not revised below the limit that was in force: only the limit is another."""
    recorded = [replace(alert, value=200, limit=100) for alert in stored(play(".##."))]
    _, moves = revised(recorded, "....", replace(RULE, limit=300, rule_version="w"))
    assert Change.CORRECTED not in loud(moves)


@pytest.mark.parametrize("picture", ["_____", "___..", "___##"])
@pytest.mark.parametrize("hold", [0, 300, 900], ids=["at once", "soon", "late"])
def test_of_what_is_not_known_any_more_the_record_stands(picture: str, hold: int) -> None:
    recorded = stored(play(".####", replace(RULE, hold=300)))
    assert recorded[0].state is State.FIRING
    alerts, moves = revised(recorded, picture, replace(RULE, hold=hold))
    assert moves == []
    assert [(alert.id, alert.since, alert.state) for alert in alerts] in ([], [(1, 600, State.FIRING)])


def test_what_was_pending_and_what_is_over_stands_as_well_where_it_is_not_known_any_more() -> None:
    pending, over = stored(play(".##", replace(RULE, hold=900))), stored(play(".##.."))
    assert (pending[0].state, over[0].state) == (State.PENDING, State.RESOLVED)
    assert revised(pending, "___", replace(RULE, hold=900)) == ([], [])
    assert revised(over, "_____") == ([], [])
