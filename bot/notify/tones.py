"""How a message looks, by how bad what it tells is, and whether anybody has to do something about it still."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from bot.alerts.model import State
from bot.notify.clauses import state_word
from bot.service.views import AlertView


class Tone(StrEnum):
    """How a message looks. Its words say the same, so that no colour is needed to understand it."""

    CRITICAL = "critical"
    WARNING = "warning"
    INFO = "info"
    ATTENDED = "attended"
    """It fires, and all of it is taken, silenced or held back: nobody is waited for."""
    GOOD = "good"
    QUIET = "quiet"

    @property
    def colour(self) -> str:
        """For bars and borders: readable on light and on dark."""
        return _COLOURS[self]


_COLOURS = {
    Tone.CRITICAL: "#c0362c",
    Tone.WARNING: "#d9822b",
    Tone.INFO: "#2f6fb0",
    Tone.ATTENDED: "#7a6aa8",
    Tone.GOOD: "#2e8b57",
    Tone.QUIET: "#8a9099",
}


def tone_of(alerts: Sequence[AlertView]) -> Tone:
    """Of what fires and nobody looks after the worst; green where something is over, and not for what never was."""
    firing = [alert for alert in alerts if alert.state is State.FIRING]
    waiting = [alert.severity for alert in firing if not _is_attended(alert)]
    if waiting:
        return Tone(max(waiting, key=lambda severity: severity.rank).value)
    if firing:
        return Tone.ATTENDED
    return Tone.GOOD if any(state_word(alert) == "resolved" for alert in alerts) else Tone.QUIET


def _is_attended(alert: AlertView) -> bool:
    return bool(alert.acknowledged_by or alert.held_by) or alert.silenced_until is not None
