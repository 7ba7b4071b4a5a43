"""A notification as JSON, for other programs. `docs/operations.md` describes it; keys are only ever added."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from fractions import Fraction
from typing import Any

import msgspec

from bot.notify.plain import plain
from bot.notify.wording import compose
from bot.service.views import AlertView, News, Notification

VERSION = 1
Body = Mapping[str, Any]


def body_of(notification: Notification, largest: int) -> Body:
    """At most about `largest` bytes: the alerts that do not fit are left out, and counted in `more`."""
    message = compose(notification)
    alerts = _fitting([_alert(alert) for alert in notification.alerts], largest // 2)
    news = _fitting([_news(one) for one in notification.news], largest // 4)
    return {
        "version": VERSION,
        "id": notification.id,
        "message": notification.group,
        "receiver": notification.receiver,
        "workspace": notification.workspace,
        "rule": notification.rule,
        "told_at": _time(notification.created_at),
        "subject": message.subject,
        "headline": message.headline,
        "text": plain(message)[: largest // 16],
        "alerts": alerts,
        "news": news,
        "more": {"alerts": len(notification.alerts) - len(alerts), "news": len(notification.news) - len(news)},
    }


def _fitting(items: Sequence[Body], largest: int) -> list[Body]:
    kept: list[Body] = []
    for item in items:
        largest -= len(msgspec.json.encode(item)) + 1
        if largest < 0:
            break
        kept.append(item)
    return kept


def _alert(alert: AlertView) -> Body:
    return {
        "id": alert.id,
        "kind": alert.kind,
        "rule": alert.rule,
        "workspace": alert.workspace,
        "site": alert.site or None,
        "direction": alert.direction,
        "state": alert.state,
        "severity": alert.severity,
        "reason": alert.reason,
        "since": _time(alert.since),
        "fired_at": _time(alert.fired_at),
        "resolved_at": _time(alert.resolved_at),
        "acknowledged_by": alert.acknowledged_by or None,
        "acknowledged_until": _time(alert.acknowledged_until),
        "silenced_by": alert.silenced_by or None,
        "silenced_until": _time(alert.silenced_until),
        "value": alert.value,
        "limit": alert.limit,
        "step": _percent(alert.step),
        "coverage": alert.coverage,
        "period_start": _time(alert.period_start),
        "period_end": _time(alert.period_end),
        "note": alert.note or None,
    }


def _news(news: News) -> Body:
    return {
        "alert": news.alert.id,
        "transition": news.change,
        "reason": news.reason,
        "at": _time(news.at),
        "late_seconds": int(news.late_by.total_seconds()),
        "step": _percent(news.step),
        "value": news.value,
    }


def _time(instant: datetime | None) -> str | None:
    return instant.strftime("%Y-%m-%dT%H:%M:%SZ") if instant is not None else None


def _percent(step: Fraction | None) -> str | None:
    return None if step is None else f"{float(step):g}%"
