"""The life of what the bot finds wrong with itself: pending, firing, resolved. Pure.

As any condition it must hold for a while before it fires, and be over for a while before it is resolved. But it is not
made of buckets: it is looked at now and then, and where several replicas share a history each looks, at a machine of
its own. So one look that finds nothing wrong ends nothing, and one replica in trouble is trouble.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from bot.alerts.model import Alert, AlertKey, Change, Reason, State, Transition
from bot.domain.times import Slot
from bot.rules.model import Severity

LOOK_EVERY = 30
"""Seconds."""
KEEP = 300 + LOOK_EVERY
"""Seconds for which it must be over before it is resolved, counted from the last look that found it."""
KEEP_PENDING = 60
"""The same of what has not fired yet."""
LONGEST_PASSED = 2 * LOOK_EVERY
"""Seconds that one look can stand for: what was between two that are further apart nobody saw."""


class Found(StrEnum):
    """What a look found. `UNKNOWN` neither ends anything nor lets it begin."""

    CLEAR = "clear"
    BREACH = "breach"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Vital:
    """What one check found. `hold` is the seconds for which it must hold before people are told, `note` what they are
    told then: the first line is the headline."""

    key: AlertKey
    found: Found
    severity: Severity = Severity.WARNING
    hold: int = 0
    note: str = ""


def looked(alert: Alert | None, vital: Vital, at: Slot) -> tuple[Alert | None, Transition | None]:
    """The open alert of this matter after a look at `at`, and its move, if it made one; None where there is none.

    A firing alert is as severe as it ever was, and says what it said then.
    """
    if alert is None:
        return _begun(vital, at) if vital.found is Found.BREACH else (None, None)
    if vital.found is Found.UNKNOWN:
        return alert, None
    before = at if alert.judged_until is None else alert.judged_until
    passed = min(LONGEST_PASSED, max(0, at - before))
    seen = replace(alert, judged_until=at)
    if vital.found is Found.CLEAR:
        return _better(replace(seen, cleared=alert.cleared + passed), at)
    return _still(replace(seen, held=alert.held + passed, cleared=0), vital, at)


def _begun(vital: Vital, at: Slot) -> tuple[Alert, Transition]:
    alert = Alert(vital.key, State.PENDING, at, vital.severity, judged_until=at, note=vital.note)
    if vital.hold <= 0:
        return _fired(alert, at)
    return _moved(alert, Change.PENDING, Reason.CONDITION_HOLDS, at)


def _still(alert: Alert, vital: Vital, at: Slot) -> tuple[Alert, Transition | None]:
    if alert.state is State.PENDING:
        alert = replace(alert, severity=vital.severity, note=vital.note)
        return _fired(alert, at) if alert.held >= vital.hold else (alert, None)
    if vital.severity.rank <= alert.severity.rank:
        return alert, None
    return _moved(replace(alert, severity=vital.severity, note=vital.note), Change.WORSENED, Reason.BOT_TROUBLE, at)


def _better(alert: Alert, at: Slot) -> tuple[Alert, Transition | None]:
    is_pending = alert.state is State.PENDING
    if alert.cleared < (KEEP_PENDING if is_pending else KEEP):
        return alert, None
    reason = Reason.PENDING_CLEARED if is_pending else Reason.BOT_WELL
    over = replace(alert, state=State.RESOLVED, reason=reason, resolved_at=at)
    return _moved(over, Change.RESOLVED, reason, at)


def _fired(alert: Alert, at: Slot) -> tuple[Alert, Transition]:
    firing = replace(alert, state=State.FIRING, reason=Reason.BOT_TROUBLE, fired_at=at)
    return _moved(firing, Change.FIRED, Reason.BOT_TROUBLE, at)


def _moved(alert: Alert, change: Change, reason: Reason, at: Slot) -> tuple[Alert, Transition]:
    return alert, Transition(alert, change, reason, at, at)
