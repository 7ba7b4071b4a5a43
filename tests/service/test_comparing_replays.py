"""Two replays of one past side by side."""

from __future__ import annotations

from dataclasses import replace

from bot.alerts.model import Alert, AlertKey, Change, Kind, Reason, State, Transition
from bot.domain.times import Slot
from bot.domain.usage import Direction
from bot.rules.model import Severity
from bot.service.replay.compare import compare
from bot.service.replay.model import Replayed, Told

ALERT = Alert(AlertKey("acme", "lte", Kind.QUOTA, 7, Direction.IN), State.FIRING, Slot(0), Severity.WARNING, id=1)
MOVE = Transition(ALERT, Change.FIRED, Reason.STEP_REACHED, Slot(300), Slot(600), None, 80)
ELSEWHERE = replace(MOVE, alert=replace(ALERT, key=replace(ALERT.key, site=8)))


def replayed(*moves: Transition, text: str = "said") -> Replayed:
    return Replayed(transitions=moves, messages=(Told(Slot(600), "noc", text, moves),))


def test_a_message_is_the_same_whatever_its_words_but_not_whatever_it_tells_of() -> None:
    same = compare(replayed(MOVE), replayed(MOVE, text="in other words"))
    assert (same.new_messages, same.gone_messages) == ((), ())
    new, old = replayed(MOVE), replayed(ELSEWHERE)
    other = compare(new, old)
    assert (other.new_messages, other.gone_messages) == (new.messages, old.messages)
    assert (other.new_transitions, other.gone_transitions) == ((MOVE,), (ELSEWHERE,))
