"""The life of a forecast's alert within one billing period: it fires while the quota's level is likely to be reached.

It is looked at at whole ticks of the data's time, so it does not matter how the data came.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from bot.alerts.model import Alert, AlertKey, Change, Reason, State, Transition
from bot.domain.times import Slot
from bot.rules.model import Severity

CLEARLY = Fraction(30)
"""Points of probability below `sure` at which it is told that the level is not likely any more."""


@dataclass(frozen=True, slots=True)
class ForecastStanding:
    """What is expected at one tick, `until`, before which all data lie.

    `level` is the bytes that `reaches` percent of `limit` are, `likely` the probability in whole percent that the
    period's total is at least that. `detail` is what is told of the forecast.
    """

    key: AlertKey
    limit: int
    level: int
    reaches: Fraction
    sure: Fraction
    likely: int
    used: int
    known: int
    expected: int
    until: Slot
    bucket: int
    severity: Severity
    rule_version: str
    detail: Mapping[str, Any]

    @property
    def is_true(self) -> bool:
        """The level is reached in truth: the quota's own alert tells that."""
        return self.used >= self.level


def advance_forecast(alert: Alert | None, now: ForecastStanding, at: Slot) -> tuple[Alert | None, list[Transition]]:
    """The alert after this tick, and what happened to it. `at` is when the bot learnt of it."""
    is_open = alert is not None and alert.is_open
    if alert is None or not is_open:
        if now.is_true or now.likely < now.sure:
            return alert, []
        return _moved(_fresh(alert, now, at), Change.FIRED, Reason.LIMIT_PASSED, now, at)
    was_edited = alert.rule_version != now.rule_version
    alert = _renewed(alert, now)
    if now.is_true:
        return _moved(alert, Change.RESOLVED, Reason.CAME_TRUE, now, at)
    if now.likely < now.sure - CLEARLY:  # usage did not fall off where the rule was edited: what is granted was
        return _moved(alert, Change.RESOLVED, Reason.RULE_CHANGED if was_edited else Reason.BACK_TO_NORMAL, now, at)
    return alert, []


def _fresh(alert: Alert | None, now: ForecastStanding, at: Slot) -> Alert:
    """A new alert, or the period's earlier one once more."""
    if alert is None:
        alert = Alert(now.key, State.FIRING, now.until, now.severity)
    return replace(_renewed(alert, now), since=now.until, fired_at=at)


def _renewed(alert: Alert, now: ForecastStanding) -> Alert:
    return replace(
        alert,
        severity=now.severity,
        value=now.used,
        limit=now.limit,
        known=now.known,
        expected=now.expected,
        step=now.reaches,
        rule_version=now.rule_version,
        judged_until=now.until,
        detail=dict(now.detail),
    )


def _moved(
    alert: Alert, change: Change, reason: Reason, now: ForecastStanding, at: Slot
) -> tuple[Alert, list[Transition]]:
    is_over = change is Change.RESOLVED
    state = State.RESOLVED if is_over else State.FIRING
    alert = replace(alert, state=state, reason=reason, resolved_at=at if is_over else None)
    return alert, [Transition(alert, change, reason, Slot(now.until - now.bucket), at, now.reaches, now.used)]
