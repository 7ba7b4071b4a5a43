"""What an answer's chart shows, of replies that hold all of it already."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from fractions import Fraction

from bot.domain.moments import day
from bot.rules.model import Severity
from bot.service.answers.phrases import direction_words, percent_words, span_words
from bot.service.charts.bars import as_bars
from bot.service.charts.model import Course, Mark, Ranking, Scale
from bot.service.queries.replies import Glance, OpenAlert, QuotaState, SiteReport, TopSites

ROWS = 10
"""More bars than these are not read on a phone."""


def site_chart(report: SiteReport) -> Course | None:
    """In and out, bar by bar; None where nothing of the window is known."""
    bars = as_bars(report.points)
    if all(bar.in_bytes is None for bar in bars):
        return None
    return Course(report.site.label, report.site.zone, bars)


def top_chart(top: TopSites) -> Ranking | None:
    if not top.rows:
        return None
    title = ", ".join(filter(None, ("Largest sites", span_words(top.span), direction_words(top.direction))))
    rows = tuple(Mark(row.site.label, row.count, note=_share(row.share)) for row in top.rows[:ROWS])
    return Ranking(title, Scale.BYTES, rows, more=len(top.rows) - len(rows))


def _share(share: Fraction | None) -> str:
    return "" if share is None else f"{percent_words(share)} of all"


def glance_chart(glance: Glance) -> Ranking | None:
    """What is over or near its quota."""
    now = glance.freshness.asked_at
    return quota_chart("Over or near their quota", (*glance.over, *glance.near), now, glance.firing)


def quota_chart(
    title: str, quotas: Sequence[QuotaState], now: datetime, alerts: Sequence[OpenAlert] = ()
) -> Ranking | None:
    """Quotas as they are given, by the share that is used. `alerts` are those that fire, for their severities.
    None where nothing is known of any."""
    if all(quota.used is None for quota in quotas):
        return None
    firing = _severities(alerts)
    rows = tuple(
        Mark(
            _named(quota, quotas),
            quota.used,
            quota.limit,
            firing.get((quota.site.label, quota.rule)),
            _note(quota, now),
        )
        for quota in quotas[:ROWS]
    )
    return Ranking(title, Scale.SHARE, rows, more=len(quotas) - len(rows))


def _severities(alerts: Sequence[OpenAlert]) -> Mapping[tuple[str, str], Severity]:
    """The worst of each (whose, rule)."""
    found: dict[tuple[str, str], Severity] = {}
    for one in alerts:
        key, severity = (one.label, one.view.rule), one.view.severity
        found[key] = max(severity, found.get(key, severity), key=lambda each: each.rank)
    return found


def _named(quota: QuotaState, quotas: Sequence[QuotaState]) -> str:
    """Whose it is; and by which rule, where one site has several."""
    several = sum(each.site.label == quota.site.label for each in quotas) > 1
    return f"{quota.site.label} ({quota.rule})" if several else quota.site.label


def _note(quota: QuotaState, now: datetime) -> str:
    if quota.is_over:
        return "used up"
    return f"runs out {day(quota.runs_out_at, quota.site.zone, now)}" if quota.runs_out_at is not None else ""
