"""Transitions as lines of JSON: what other programs read of a backtest."""

from __future__ import annotations

import json
from fractions import Fraction

from bot.alerts.model import Kind, Transition
from bot.domain.times import iso
from bot.service.fleet import Fleet
from bot.service.present import alert_view


def line_of(move: Transition, fleet: Fleet, against: str | None = None) -> str:
    """One line in ASCII. `against` says, where there are older rules, whether they had it too."""
    alert = move.alert
    fields: dict[str, object] = {
        "at": iso(move.known_at),
        "slot": iso(move.slot),
        "workspace": alert.key.workspace,
        "site": alert_view(alert, fleet).site or None,
        "rule": alert.key.rule,
        "kind": alert.key.kind.value,
        "direction": alert.key.direction.value,
        "transition": move.change.value,
        "step": None if move.step is None else f"{_shown(move.step)}%",
        "severity": alert.severity.value,
        "value": move.value,
        "limit": alert.limit,
        "baseline": alert.limit if alert.key.kind is Kind.SPIKE and alert.limit else None,
        "coverage": round(alert.known / alert.expected, 6) if alert.expected else None,
        "reason": move.reason.value,
    }
    if against is not None:
        fields["against"] = against
    return json.dumps(fields)


def _shown(step: Fraction) -> str:
    return str(step.numerator) if step.denominator == 1 else f"{float(step):g}"
