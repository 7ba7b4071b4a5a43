"""A notification as JSON, for other programs. `docs/webhook.md` describes it; keys are only ever added.

The types are what `usagebot schema --webhook` is made from, so they cannot disagree with what is posted.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from fractions import Fraction
from typing import Annotated, Any, TypeVar

import msgspec
from msgspec import Meta, Struct

from bot.alerts.model import Change, Kind, Reason, State
from bot.domain.usage import Direction
from bot.notify.plain import plain
from bot.notify.webhook_parts import RiseBody, SpikeBody, Time, rise_body, spike_body, time_of
from bot.notify.wording import compose
from bot.rules.model import Severity
from bot.service.answers.machine import to_json
from bot.service.views import AlertView, News, Notification

VERSION = 1

Percent = Annotated[str, Meta(pattern="^[0-9.e+-]+%$", description="A percentage of the limit, like 80%.")]
Value = Annotated[int, Meta(description="Bytes, but seconds where the kind is no_data or percentile.")]
Id = Annotated[str, Meta(pattern="^A[0-9]+$", description="Of an alert, as people see it: A17.")]


class AlertBody(Struct):
    """An alert as it stands. What does not apply is null."""

    id: Id
    kind: Kind
    rule: str
    workspace: str
    site: Annotated[str | None, Meta(description="Null for what is about the bot itself.")]
    direction: Direction
    state: State
    severity: Severity
    reason: Reason
    since: Time
    fired_at: Time | None
    resolved_at: Time | None
    acknowledged_by: str | None
    acknowledged_until: Time | None
    silenced_by: str | None
    silenced_until: Time | None
    held_by: Annotated[str | None, Meta(description="The alert that holds this one back.")]
    flapping: Annotated[int, Meta(description="How often it began and ended within a day, where it is quiet for that.")]
    value: Value
    limit: Value
    step: Percent | None
    coverage: Annotated[float | None, Meta(description="The share of usage that is known, 0 to 1.")]
    period_start: Time | None
    period_end: Time | None
    note: Annotated[str | None, Meta(description="The bot's own words about itself.")]
    spike: Annotated[SpikeBody | None, Meta(description="Of a site's spike.")]
    rise: Annotated[RiseBody | None, Meta(description="Of a rise of the whole fleet.")]


class NewsBody(Struct):
    """What is new since the last delivery of this message."""

    alert: Id
    transition: Change
    reason: Reason
    at: Time
    late_seconds: Annotated[int, Meta(description="How long after it happened the bot learnt of it.")]
    step: Percent | None
    value: Value


class More(Struct):
    """How many had no room."""

    alerts: int
    news: int


class Body(Struct):
    """What is posted to a webhook. Keys are only ever added while the version is 1."""

    version: int
    id: Annotated[int, Meta(description="Of this delivery; a retry has the same.")]
    message: Annotated[int, Meta(description="The group it belongs to: all news of one ticket have the same.")]
    receiver: str
    instead_of: Annotated[str | None, Meta(description="The receiver in whose place this one is told.")]
    because: Annotated[str | None, Meta(description="Why that one cannot be told.")]
    workspace: str
    rule: Annotated[str, Meta(description="Rules that the alerts are of, with commas between them.")]
    test: Annotated[bool, Meta(description="Whether somebody tries the receiver: nothing has happened.")]
    told_at: Time
    subject: Annotated[str, Meta(description="In words; it does not change while the alerts live.")]
    headline: str
    text: str
    alerts: list[AlertBody]
    news: list[NewsBody]
    more: More
    digest: Annotated[
        dict[str, Any] | None,
        Meta(description="Of a digest, which has no alerts: as `usagebot query report --format json` says it."),
    ]


T = TypeVar("T", AlertBody, NewsBody)


def body_of(notification: Notification, largest: int) -> Body:
    """At most about `largest` bytes: the alerts that do not fit are left out, and counted in `more`."""
    message = compose(notification)
    alerts = _fitting([_alert(alert) for alert in notification.alerts], largest // 2)
    news = _fitting([_news(one) for one in notification.news], largest // 4)
    return Body(
        version=VERSION,
        id=notification.id,
        message=notification.group,
        receiver=notification.receiver,
        instead_of=notification.instead_of or None,
        because=notification.because or None,
        workspace=notification.workspace,
        rule=notification.rule,
        test=notification.is_test,
        told_at=time_of(notification.created_at),
        subject=message.subject,
        headline=message.headline,
        text=plain(message)[: largest // 16],
        alerts=alerts,
        news=news,
        more=More(len(notification.alerts) - len(alerts), len(notification.news) - len(news)),
        digest=_digest(notification),
    )


def _digest(notification: Notification) -> dict[str, Any] | None:
    found = to_json(notification.digest_data) if notification.digest_data is not None else None
    return found if isinstance(found, dict) else None


def _fitting(items: Sequence[T], largest: int) -> list[T]:
    kept: list[T] = []
    for item in items:
        largest -= len(msgspec.json.encode(item)) + 1
        if largest < 0:
            break
        kept.append(item)
    return kept


def _alert(alert: AlertView) -> AlertBody:
    return AlertBody(
        id=alert.id,
        kind=alert.kind,
        rule=alert.rule,
        workspace=alert.workspace,
        site=alert.site or None,
        direction=alert.direction,
        state=alert.state,
        severity=alert.severity,
        reason=alert.reason,
        since=time_of(alert.since),
        fired_at=_maybe(alert.fired_at),
        resolved_at=_maybe(alert.resolved_at),
        acknowledged_by=alert.acknowledged_by or None,
        acknowledged_until=_maybe(alert.acknowledged_until),
        silenced_by=alert.silenced_by or None,
        silenced_until=_maybe(alert.silenced_until),
        held_by=alert.held_by or None,
        flapping=alert.flapping,
        value=alert.value,
        limit=alert.limit,
        step=_percent(alert.step),
        coverage=alert.coverage,
        period_start=_maybe(alert.period_start),
        period_end=_maybe(alert.period_end),
        note=alert.note or None,
        spike=spike_body(alert.spike) if alert.spike is not None else None,
        rise=rise_body(alert.rise) if alert.rise is not None else None,
    )


def _news(news: News) -> NewsBody:
    return NewsBody(
        alert=news.alert.id,
        transition=news.change,
        reason=news.reason,
        at=time_of(news.at),
        late_seconds=int(news.late_by.total_seconds()),
        step=_percent(news.step),
        value=news.value,
    )


def _maybe(instant: datetime | None) -> str | None:
    return time_of(instant) if instant is not None else None


def _percent(step: Fraction | None) -> str | None:
    return None if step is None else f"{float(step):g}%"
