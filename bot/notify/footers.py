"""The last line of a message: where it comes from, and how fresh its data is."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.domain.moments import moment
from bot.domain.names import name
from bot.service.views import AlertView, Notification


def footer_of(notification: Notification, only: AlertView | None, alerts: Sequence[AlertView]) -> str:
    """Below a message: its rule, the alert where it is about one, whose data they are, and how fresh."""
    parts = [f"Rule {name(notification.rule)}"]
    if only is not None:
        parts.append(f"alert {name(only.id)}")
    if notification.workspace not in {"", "default"}:
        parts.append(f"workspace {name(notification.workspace)}")
    if until := _until(alerts, notification.created_at):
        parts.append(until)
    return " · ".join(parts)


def _until(alerts: Sequence[AlertView], now: datetime) -> str:
    """How fresh the data is; of several sites, that of the one which is furthest behind."""
    behind = min(
        ((alert.data_until, alert.zone) for alert in alerts if alert.data_until is not None),
        key=lambda one: one[0],
        default=None,
    )
    return f"data until {moment(*behind, now)}" if behind is not None else ""
