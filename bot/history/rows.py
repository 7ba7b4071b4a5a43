"""Alerts, transitions, groups and outbox rows, to and from columns. Percentages are text ("80", "25/2"): exact."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from fractions import Fraction
from functools import lru_cache
from typing import Any

from sqlalchemy import Row

from bot.alerts.model import Alert, AlertKey, Change, Kind, Reason, State, Transition
from bot.alerts.seen import seen_of
from bot.domain.times import Slot, Window
from bot.domain.usage import Direction
from bot.history.tables import OUTBOX
from bot.rules.model import Endpoint, Medium, Severity
from bot.rules.telling import Rhythm
from bot.service.ports import Digested, Group, OutboxRow, Standing

AnyRow = Row[Any]


def alert_row(alert: Alert) -> dict[str, object]:
    """Every column but the id."""
    key, period = alert.key, alert.key.period
    return {
        "workspace": key.workspace,
        "rule": key.rule,
        "kind": key.kind,
        "site": key.site,
        "direction": key.direction,
        "period_start": period and period.start,
        "period_end": period and period.end,
        "state": alert.state,
        "since": alert.since,
        "severity": alert.severity,
        "value_bytes": alert.value,
        "limit_bytes": alert.limit,
        "known": alert.known,
        "expected": alert.expected,
        "step": _text(alert.step),
        "steps": {str(step): at for step, at in sorted(alert.steps.items())},
        "fired_at": alert.fired_at,
        "resolved_at": alert.resolved_at,
        "reason": alert.reason,
        "rule_version": alert.rule_version,
        "held": alert.held,
        "cleared": alert.cleared,
        "judged_until": alert.judged_until,
        "note": alert.note,
        "detail": dict(alert.detail),
        "told_at": alert.told_at,
        "escalated_at": alert.escalated_at,
        "acknowledged_by": alert.acknowledged_by,
        "acknowledged_at": alert.acknowledged_at,
        "acknowledged_until": alert.acknowledged_until,
        "flapping": alert.flapping or None,
    }


def alert_of(row: AnyRow) -> Alert:
    period = None if row.period_start is None else Window(Slot(row.period_start), Slot(row.period_end))
    return Alert(
        key=AlertKey(row.workspace, row.rule, Kind(row.kind), row.site, Direction(row.direction), period),
        state=State(row.state),
        since=Slot(row.since),
        severity=Severity(row.severity),
        value=row.value_bytes,
        limit=row.limit_bytes,
        known=row.known,
        expected=row.expected,
        step=_fraction(row.step),
        steps={_percent(step): Slot(at) for step, at in row.steps.items()},
        fired_at=row.fired_at,
        resolved_at=row.resolved_at,
        reason=Reason(row.reason),
        rule_version=row.rule_version,
        held=row.held,
        cleared=row.cleared,
        judged_until=row.judged_until,
        note=row.note,
        detail=row.detail or {},
        told_at=row.told_at,
        escalated_at=row.escalated_at,
        acknowledged_by=row.acknowledged_by or "",
        acknowledged_at=row.acknowledged_at,
        acknowledged_until=row.acknowledged_until,
        flapping=row.flapping or 0,
        id=row.id,
    )


def transition_row(transition: Transition) -> dict[str, object]:
    """Every column but the id."""
    return {
        "alert_id": transition.alert.id,
        "change": transition.change,
        "reason": transition.reason,
        "slot": transition.slot,
        "known_at": transition.known_at,
        "step": _text(transition.step),
        "value_bytes": transition.value,
        "was_bytes": transition.was,
        "seen": dict(transition.seen) or seen_of(transition.alert),
    }


def transition_of(row: AnyRow, alert: Alert) -> Transition:
    return Transition(
        alert=alert,
        change=Change(row.change),
        reason=Reason(row.reason),
        slot=Slot(row.slot),
        known_at=Slot(row.known_at),
        step=_fraction(row.step),
        value=row.value_bytes,
        was=row.was_bytes,
        seen=row.seen or {},
        id=row.id,
    )


def group_row(group: Group) -> dict[str, object]:
    """Every column but the id; members are rows of their own."""
    return {
        "receiver": group.receiver,
        "medium": group.endpoint.medium,
        "addresses": list(group.endpoint.addresses),
        "name": group.name,
        "opened_at": group.opened_at,
        "notified_at": group.notified_at,
        "ref": group.ref,
        "posted_at": group.posted_at,
        "route": group.route,
        "told_at": group.told_at,
        "instead_of": group.instead_of or None,
        "because": group.because or None,
        "report": _digested_row(group.digest) if group.digest is not None else None,
    }


def _digested_row(digest: Digested) -> dict[str, object]:
    plain = {field.name: getattr(digest, field.name) for field in fields(digest)}
    return {**plain, "window": [digest.window.start, digest.window.end]}


def _digested_of(row: Mapping[str, Any]) -> Digested:
    start, end = row["window"]
    read = {"rhythm": Rhythm(row["rhythm"]), "window": Window(start, end), "workspaces": tuple(row["workspaces"])}
    return Digested(**{**row, **read})


def group_of(row: AnyRow, alerts: frozenset[int]) -> Group:
    return Group(
        receiver=row.receiver,
        endpoint=Endpoint(Medium(row.medium), tuple(row.addresses)),
        name=row.name,
        opened_at=Slot(row.opened_at),
        alerts=alerts,
        notified_at=Slot(row.notified_at),
        ref=row.ref,
        posted_at=row.posted_at,
        id=row.id,
        route=row.route or "",
        told_at=row.told_at,
        instead_of=row.instead_of or "",
        because=row.because or "",
        digest=_digested_of(row.report) if row.report is not None else None,
    )


def outbox_row(row: OutboxRow) -> dict[str, object]:
    """Every column but the id."""
    plain = {name: getattr(row, name) for name in OUTBOX.c.keys() if name != "id" and hasattr(row, name)}  # noqa: SIM118
    return {**plain, "group_id": row.group, "transitions": list(row.transitions), "begins": list(row.begins)}


def outbox_of(row: AnyRow) -> OutboxRow:
    return OutboxRow(
        group=row.group_id,
        transitions=tuple(row.transitions),
        loud=row.loud,
        created_at=Slot(row.created_at),
        due_at=Slot(row.due_at),
        standing=Standing(row.standing),
        attempts=row.attempts,
        attempted_at=row.attempted_at,
        leased_by=row.leased_by,
        leased_until=row.leased_until,
        settled_at=row.settled_at,
        why=row.why,
        id=row.id,
        lane=row.lane or "",
        failing_since=row.failing_since,
        begins=tuple(row.begins or ()),
    )


def _text(step: Fraction | None) -> str | None:
    return None if step is None else str(step)


def _fraction(text: str | None) -> Fraction | None:
    return None if text is None else _percent(text)


@lru_cache(maxsize=1024)
def _percent(text: str) -> Fraction:
    """Cached: rules have few steps, and alerts are many."""
    return Fraction(text)
