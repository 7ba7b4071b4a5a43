"""What an alert was at each of its transitions: kept with them, so that an explanation of last month is about last
month's limit. As JSON: whole numbers and text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Any

from bot.alerts.model import Alert, State, Transition
from bot.domain.times import Slot, Window
from bot.rules.model import Severity

PLAIN = ("since", "value", "limit", "known", "expected", "rule_version", "held", "cleared", "judged_until", "note")


def seen_of(alert: Alert) -> dict[str, Any]:
    """The alert as it is, but for what never changes of it."""
    period = alert.key.period
    return {
        **{name: getattr(alert, name) for name in PLAIN},
        "state": alert.state.value,
        "severity": alert.severity.value,
        "step": None if alert.step is None else str(alert.step),
        "steps": {str(step): end for step, end in sorted(alert.steps.items())},
        "period": [period.start, period.end] if period else None,
        "detail": dict(alert.detail),
    }


def as_seen(move: Transition) -> Alert | None:
    """The alert as it was at this transition; None where that was not kept, by a version before this was."""
    seen: Mapping[str, Any] = move.seen
    if not seen:
        return None
    period = Window(Slot(seen["period"][0]), Slot(seen["period"][1])) if seen["period"] else None
    return replace(
        move.alert,
        **{name: seen[name] for name in PLAIN},
        key=replace(move.alert.key, period=period),
        state=State(seen["state"]),
        severity=Severity(seen["severity"]),
        step=None if seen["step"] is None else Fraction(seen["step"]),
        steps={Fraction(step): Slot(end) for step, end in seen["steps"].items()},
        detail=seen["detail"],
        reason=move.reason,
    )
