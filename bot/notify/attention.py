"""What people did about an alert that goes on, and what keeps it quiet, as clauses: who took it, who silenced it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from bot.alerts.model import State
from bot.domain.moments import moment
from bot.domain.names import name
from bot.domain.units import format_duration
from bot.service.views import AlertView


def attention(alert: AlertView, now: datetime) -> Iterator[str]:
    """`"acknowledged by Ana until Thu 20 Nov 18:00 SAST"`, `"silenced by Ben until … (maintenance)"`, `"held back by
    A12"`; of what is over only that it flaps. Names and reasons are other people's text."""
    if alert.flapping:
        yield f"flapping: {flaps(alert)}, quiet until it is calm"
    if alert.state is State.RESOLVED:
        return
    if alert.held_by:
        yield _held_back(alert)
    if alert.acknowledged_by:
        yield f"acknowledged by {name(alert.acknowledged_by)}{_until(alert.acknowledged_until, alert, now)}"
    if alert.silenced_until is not None:
        unless = f" unless {alert.silenced_unless}" if alert.silenced_unless else ""
        why = f" ({name(alert.silenced_for)})" if alert.silenced_for else ""
        yield f"{_silenced(alert)}{_until(alert.silenced_until, alert, now)}{unless}{why}"


def attention_row(alert: AlertView) -> Iterator[str]:
    """The same of one alert among many, in short."""
    if alert.flapping:
        yield "flapping"
    if alert.state is State.RESOLVED:
        return
    if alert.held_by:
        yield _held_back(alert)
    if alert.acknowledged_by:
        yield f"acknowledged by {name(alert.acknowledged_by)}"
    if alert.silenced_until is not None:
        yield _silenced(alert)


def _held_back(alert: AlertView) -> str:
    return f"{'part of the rise of the fleet,' if alert.held_by_fleet else 'held back by'} {alert.held_by}"


def attention_counts(alerts: Iterable[AlertView]) -> Iterator[str]:
    """Of many: `"2 acknowledged"`, `"1 silenced"`."""
    firing = [alert for alert in alerts if alert.state is State.FIRING]
    counts = {
        "acknowledged": sum(bool(alert.acknowledged_by) for alert in firing),
        "silenced": sum(alert.silenced_until is not None for alert in firing),
        "held back": sum(bool(alert.held_by) for alert in firing),
        "flapping": sum(bool(alert.flapping) for alert in firing),
    }
    yield from (f"{count} {word}" for word, count in counts.items() if count)


def flaps(alert: AlertView) -> str:
    """`"began and ended 7 times within 24 hours"`."""
    within = f" within {format_duration(alert.flapping_within)}" if alert.flapping_within is not None else ""
    return f"began and ended {alert.flapping} times{within}"


def _silenced(alert: AlertView) -> str:
    return f"silenced by {name(alert.silenced_by)}" if alert.silenced_by else "silenced"


def _until(instant: datetime | None, alert: AlertView, now: datetime) -> str:
    return f" until {moment(instant, alert.zone, now)}" if instant is not None else ""
