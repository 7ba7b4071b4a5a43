"""The life of a quota's alert within one billing period: each step is told once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any

from bot.alerts.model import Alert, AlertKey, Change, Reason, State, Transition
from bot.domain.times import Slot, Window
from bot.engine.quota import has_reached
from bot.rules.model import Severity


@dataclass(frozen=True, slots=True)
class Mark:
    """`used` bytes by `end`, until when `limit` was granted: a top-up raised it then."""

    end: Slot
    limit: int
    used: int


@dataclass(frozen=True, slots=True)
class QuotaStanding:
    """What the data says of one quota in one period now.

    `reached` maps each step that is reached to the end of the bucket that reached it, or to None where it was
    reached before the judged block (it can only have been told then). `until` is the end of the data. `limit` is
    what is granted now, and `marks` are where less was granted before. `detail` goes into the alert's; its `basis`
    changes with the way in which usage is counted.
    """

    key: AlertKey
    period: Window
    limit: int
    severities: Mapping[Fraction, Severity]
    reached: Mapping[Fraction, Slot | None]
    used: int
    known: int
    expected: int
    until: Slot
    bucket: int
    rule_version: str
    marks: tuple[Mark, ...] = ()
    detail: Mapping[str, Any] = field(default_factory=dict)

    def limit_by(self, end: int) -> int:
        """What was granted for the bucket that ends at `end`."""
        return next((mark.limit for mark in self.marks if end <= mark.end), self.limit)

    def severity_of(self, step: Fraction) -> Severity:
        """The step's own; a step that a rule's edit removed keeps the severity of the nearest one below."""
        below = [own for own in self.severities if own <= step]
        return self.severities[max(below)] if below else Severity.WARNING

    def withdrawn(self, alert: Alert) -> Mapping[Fraction, Slot]:
        """The alert's told steps that are reached no more, because what they were told of was revised."""
        return _withdrawn(alert, self)

    @property
    def is_over(self) -> bool:
        return self.until >= self.period.end


def advance_quota(alert: Alert | None, now: QuotaStanding, at: Slot) -> tuple[Alert | None, list[Transition]]:
    """The alert as it is after this standing, and what happened to it. `at` is when the bot learnt of it."""
    told = dict(alert.steps) if alert else {}
    new = {step: end for step, end in now.reached.items() if step not in told and end is not None}
    if alert is None and not new:
        return None, []
    withdrawn = now.withdrawn(alert) if alert else {}
    steps = {step: end for step, end in {**told, **new}.items() if step not in withdrawn}
    was = alert.value if alert else 0
    alert = _refreshed(alert, now, steps, at)
    moves: list[Transition] = []
    if withdrawn:
        alert, move = _corrected(alert, withdrawn, was, now, at)
        moves.append(move)
    kept = max((step for step in told if step not in withdrawn), default=None)
    if new and (kept is None or max(new) > kept):
        alert, move = _reached(alert, max(new), kept is None, now, at)
        moves.append(move)
    alert, closing = _closed(alert, now, at)
    return alert, moves + closing


def _withdrawn(alert: Alert, now: QuotaStanding) -> dict[Fraction, Slot]:
    """Told steps that the last judgement's usage had reached, and today's, of the same buckets revised, has not.

    Measured against today's limit, so that an edit of the quota or of its steps withdraws nothing; nor does another
    way of counting.
    """
    if alert.detail.get("basis") != now.detail.get("basis"):
        return {}
    then = [(int(end), int(used)) for end, used in alert.detail.get("marks", {}).items()]
    then.append((min(alert.judged_until or now.until, now.period.end), alert.value))
    today = [(mark.end, mark.used) for mark in now.marks] + [(min(now.until, now.period.end), now.used)]
    return {
        step: end
        for step, end in alert.steps.items()
        if step in now.severities and _has_reached(then, now, step) and not _has_reached(today, now, step)
    }


def _has_reached(counted: Sequence[tuple[int, int]], now: QuotaStanding, step: Fraction) -> bool:
    return any(has_reached(used, now.limit_by(end), step) for end, used in counted)


def _refreshed(alert: Alert | None, now: QuotaStanding, steps: Mapping[Fraction, Slot], at: Slot) -> Alert:
    """The alert with the standing's numbers; a new one where there is none yet."""
    top = max(steps, default=None)
    if alert is None:
        assert top is not None  # noqa: S101 - a new alert has a step that made it
        alert = Alert(now.key, State.FIRING, steps[top], now.severity_of(top), fired_at=at)
    return replace(
        alert,
        since=steps[top] if top is not None else alert.since,
        severity=now.severity_of(top) if top is not None else alert.severity,
        step=top if top is not None else alert.step,
        steps=dict(steps),
        value=now.used,
        limit=now.limit,
        known=now.known,
        expected=now.expected,
        rule_version=now.rule_version,
        judged_until=min(now.until, now.period.end),
        detail=_detail(now),
    )


def _detail(now: QuotaStanding) -> dict[str, Any]:
    marks = {str(mark.end): mark.used for mark in now.marks}
    return {**now.detail, **({"marks": marks} if marks else {})}


def _corrected(
    alert: Alert, withdrawn: Mapping[Fraction, Slot], was: int, now: QuotaStanding, at: Slot
) -> tuple[Alert, Transition]:
    """The lower steps of the alert stay; without any it is over."""
    state, ended = (State.FIRING, None) if alert.steps else (State.RESOLVED, at)
    alert = replace(alert, state=state, reason=Reason.DATA_REVISED, resolved_at=ended)
    step = max(withdrawn)
    slot = Slot(withdrawn[step] - now.bucket)
    return alert, Transition(alert, Change.CORRECTED, Reason.DATA_REVISED, slot, at, step, now.used, was)


def _reached(alert: Alert, step: Fraction, is_first: bool, now: QuotaStanding, at: Slot) -> tuple[Alert, Transition]:
    fired_at = at if is_first else alert.fired_at
    alert = replace(alert, state=State.FIRING, reason=Reason.STEP_REACHED, fired_at=fired_at, resolved_at=None)
    change = Change.FIRED if is_first else Change.WORSENED
    slot = Slot(alert.steps[step] - now.bucket)
    return alert, Transition(alert, change, Reason.STEP_REACHED, slot, at, step, now.used)


def _closed(alert: Alert, now: QuotaStanding, at: Slot) -> tuple[Alert, list[Transition]]:
    """The end of the period closes what is open; it tells nobody anew."""
    if not now.is_over or not alert.is_open:
        return alert, []
    return close_period(alert, now.period, now.bucket, at)


def close_period(alert: Alert, period: Window, bucket: int, at: Slot) -> tuple[Alert, list[Transition]]:
    alert = replace(alert, state=State.RESOLVED, reason=Reason.PERIOD_ENDED, resolved_at=period.end)
    slot = Slot(period.end - bucket)
    return alert, [Transition(alert, Change.RESOLVED, Reason.PERIOD_ENDED, slot, at, alert.step, alert.value)]
