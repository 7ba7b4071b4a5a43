"""Several alerts beside each other as a chart, and the sites of a fleet that rose together."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from bot.alerts.model import Kind, State
from bot.domain.moments import day
from bot.rules.model import Severity
from bot.service.charts.model import Mark, Ranking, Scale
from bot.service.views import AlertView, RiseView

ROWS = 10
"""More bars than these are not read on a phone."""
SHARES = {
    Kind.QUOTA: "Used of each quota",
    Kind.FORECAST: "Used so far of each quota",
    Kind.PACE: "Usage against the fastest that is fine",
    Kind.THRESHOLD: "Usage against each limit",
    Kind.PERCENTILE: "Burst time used of what is allowed",
}
SPIKES, TOGETHER = "Unusual usage", "Sites that rose together"


def ranked(alerts: Sequence[AlertView]) -> Ranking | None:
    """The furthest first. What has ended stays where it is about a billing period, whose numbers stay true. None where
    fewer than two can be compared: of one kind, and against a limit or against what is usual."""
    shown = [one for one in alerts if one.state is not State.RESOLVED or one.period_start is not None]
    kinds = {one.kind for one in shown}
    if len(shown) < 2 or len(kinds) > 1:
        return None
    (kind,) = kinds
    if kind is Kind.SPIKE:
        return _ranking(SPIKES, Scale.RISE, shown, _risen)
    return _ranking(SHARES[kind], Scale.SHARE, shown, _share) if kind in SHARES else None


def _ranking(
    title: str, scale: Scale, alerts: Sequence[AlertView], mark: Callable[[AlertView], Mark | None]
) -> Ranking | None:
    marks = sorted((found for one in alerts if (found := mark(one)) is not None), key=_order)
    if len(marks) < 2:
        return None
    return Ranking(title, scale, tuple(marks[:ROWS]), more=len(alerts) - len(marks[:ROWS]))


def _order(mark: Mark) -> tuple[float, str]:
    return -(mark.value or 0) / (mark.limit or 1), mark.name


def _share(alert: AlertView) -> Mark | None:
    if alert.limit <= 0:
        return None
    return Mark(alert.site, alert.value, alert.limit, _severity(alert), _note(alert))


def _risen(alert: AlertView) -> Mark | None:
    """Percent above the top of what is usual; nothing can be said where that is nothing."""
    spike = alert.spike
    if spike is None or spike.top <= 0:
        return None
    return Mark(alert.site, max(0, 100 * (spike.came - spike.top) // spike.top), None, _severity(alert))


def _severity(alert: AlertView) -> Severity | None:
    return alert.severity if alert.state is State.FIRING else None


def _note(alert: AlertView) -> str:
    at = alert.outlook.exhausts_at if alert.outlook is not None else alert.runs_out_at
    if alert.kind in {Kind.QUOTA, Kind.FORECAST} and at is not None and alert.data_until is not None:
        return f"runs out {day(at, alert.zone, alert.data_until)}"
    return ""


def risen_together(rise: RiseView) -> Ranking | None:
    """The largest of them; so many more rose."""
    rows = tuple(Mark(name, percent) for name, percent in rise.largest[:ROWS] if percent > 0)
    return Ranking(TOGETHER, Scale.RISE, rows, more=max(0, rise.moved - len(rows))) if rows else None
