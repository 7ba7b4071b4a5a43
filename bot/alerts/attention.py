"""What people did about an alert: who was told, who took it. Pure."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from bot.alerts.model import Alert, Change, Reason, State, Transition
from bot.domain.times import Slot


def attended(stored: Alert, now: Alert, changes: Collection[Change]) -> Alert:
    """`now`, as it was judged, with what people did about it so far.

    That it fires again is a new matter. That it got worse is too where somebody had taken it: the acknowledgement was
    of less.
    """
    was_taken = stored.acknowledged_at is not None
    if Change.FIRED in changes or (was_taken and Change.WORSENED in changes):
        return replace(free(now), told_at=None, escalated_at=None, flapping=stored.flapping)
    return replace(
        now,
        told_at=stored.told_at,
        escalated_at=stored.escalated_at,
        acknowledged_by=stored.acknowledged_by,
        acknowledged_at=stored.acknowledged_at,
        acknowledged_until=stored.acknowledged_until,
        flapping=stored.flapping,
    )


def acknowledged(alert: Alert, by: str, at: Slot, until: Slot | None = None) -> Alert:
    """Taken by a person, for good or `until` then; the first who takes it has it. Only what fires can be taken:
    anything else is as it was."""
    if alert.state is not State.FIRING or alert.acknowledged_at is not None:
        return alert
    return replace(alert, acknowledged_by=by, acknowledged_at=at, acknowledged_until=until)


def free(alert: Alert) -> Alert:
    """Taken by nobody."""
    return replace(alert, acknowledged_by="", acknowledged_at=None, acknowledged_until=None)


def lapsed(alert: Alert) -> Alert:
    """The same, taken by nobody any more; until when it was taken is kept, for what was to wait so long."""
    return replace(free(alert), acknowledged_until=alert.acknowledged_until)


def still_firing(alert: Alert, bucket: int, at: Slot) -> Transition:
    """People are told again, at `at`, that nothing has changed. `bucket` is seconds."""
    return Transition(alert, Change.REPEATED, Reason.STILL_FIRING, Slot(at - bucket), at, alert.step, alert.value)


def escalated(alert: Alert, bucket: int, at: Slot) -> Transition:
    """Nobody has taken it, and others are told too."""
    alert = replace(alert, escalated_at=at)
    return Transition(alert, Change.ESCALATED, Reason.NOT_ACKNOWLEDGED, Slot(at - bucket), at, alert.step, alert.value)
