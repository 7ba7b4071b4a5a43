"""Answers about sites, quotas and alerts."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

from bot.domain.moments import moment
from bot.domain.names import name as safe
from bot.domain.units import format_bytes
from bot.domain.usage import Direction
from bot.service.answers.charts import quota_chart, site_chart
from bot.service.answers.freshness import freshness_line
from bot.service.answers.model import Answer
from bot.service.answers.phrases import between, count, coverage_words, recent, sparkline
from bot.service.answers.tables import alert_tables, quota_tables
from bot.service.queries.replies import OpenAlerts, QuotaTable, SiteReport

WHO_FIRST = "Who runs out first"


def site_answer(report: SiteReport) -> Answer:
    zone, now = report.site.zone, report.freshness.asked_at
    usage = report.usage
    facts = [("Window", between(report.start, report.end, zone, now))]
    if usage.known:
        facts += [
            ("In", format_bytes(usage.in_bytes)),
            ("Out", format_bytes(usage.out_bytes)),
            ("Total", format_bytes(usage.of(Direction.TOTAL))),
        ]
    if coverage := coverage_words(usage.coverage):
        facts.append(("Coverage", f"{coverage}; what is unknown is not counted as zero"))
    notes = () if report.quotas else ("No quota rule is about this site.",)
    return Answer(
        title=_title(report),
        facts=(*facts, *_course(report)),
        tables=(
            *quota_tables("Quotas", report.quotas, now),
            *alert_tables("Open alerts", report.alerts, now, doable=True),
        ),
        notes=notes if report.alerts else (*notes, "No open alerts."),
        freshness=freshness_line(report.freshness, zone),
        chart=site_chart(report),
    )


def _title(report: SiteReport) -> str:
    name = safe(report.site.label)
    window = _period(report)
    if isinstance(report.span, timedelta):
        window = recent(report.span, report.end, report.site.zone, report.freshness.asked_at)
    if not report.usage.known:
        return f"{name}: no data for {window}"
    return f"{name}: {format_bytes(report.usage.of(Direction.TOTAL))} in {window}"


def _period(report: SiteReport) -> str:
    return f"the billing period of {safe(report.rule)}" if report.rule else "this calendar month"


def _course(report: SiteReport) -> list[tuple[str, str]]:
    """The window as one line of bars, and its highest in words, for those who cannot see bars."""
    known = [point for point in report.points if point.usage.known]
    if not known:
        return []
    unit = "hour" if report.points[0].length <= timedelta(hours=1) else "day"
    peak = max(known, key=lambda point: point.usage.of(Direction.TOTAL))
    at = moment(peak.start, report.site.zone, report.freshness.asked_at)
    return [
        (f"By {unit}", sparkline([point.usage for point in report.points])),
        (f"Busiest {unit}", f"{format_bytes(peak.usage.of(Direction.TOTAL))} from {at}"),
    ]


def quota_answer(table: QuotaTable, zone: ZoneInfo) -> Answer:
    of = f" of {safe(table.site.label)}" if table.site else ""
    zone = table.site.zone if table.site else zone
    title = f"{count(len(table.quotas), 'quota')}{of}" if table.quotas else f"No quota rule is about any site{of} here"
    if table.site and not table.quotas:
        title = f"No quota rule is about {safe(table.site.label)}"
    over, near = (sum(getattr(q, name) for q in table.quotas) for name in ("is_over", "is_near"))
    facts = (("Used up", str(over)), ("Near", str(near))) if len(table.quotas) > 1 else ()
    return Answer(
        title=title,
        facts=facts,
        tables=quota_tables(WHO_FIRST, table.quotas, table.freshness.asked_at, grid=True),
        freshness=freshness_line(table.freshness, zone),
        chart=quota_chart(WHO_FIRST, table.quotas, table.freshness.asked_at),
    )


def alerts_answer(reply: OpenAlerts, zone: ZoneInfo) -> Answer:
    alerts = reply.alerts
    return Answer(
        title=count(len(alerts), "open alert") if alerts else "No open alerts",
        tables=alert_tables("Open alerts", alerts, reply.freshness.asked_at, doable=True),
        freshness=freshness_line(reply.freshness, zone),
    )
