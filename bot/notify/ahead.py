"""What comes next if nothing changes, in one sentence."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.domain.moments import soon
from bot.notify.clauses import inside, who
from bot.notify.facts import runs_out
from bot.service.views import AlertView


def ahead(firing: Sequence[AlertView], now: datetime) -> str:
    """`"At this pace it runs out on Thu 27 Nov."`; of several sites, the first to run out."""
    ending = [alert for alert in firing if alert.runs_out_at is not None and runs_out(alert, now)]
    if not ending:
        return _expected_next(firing, now)
    first = min(ending, key=lambda alert: (alert.runs_out_at or now, alert.site))
    if len(firing) == 1:
        return f"At this pace {runs_out(first, now)}."
    over = sum(alert.value >= alert.limit for alert in firing)
    gone = f"{over} of them {'has' if over == 1 else 'have'} run out. " if over else ""
    order = (", the next of them" if over else ", the first of them") if len(ending) > 1 or over else ""
    return f"{gone}At this pace {inside(first)} {runs_out(first, now).removeprefix('it ')}{order}."


def _expected_next(firing: Sequence[AlertView], now: datetime) -> str:
    """`"Cape Town is expected to run out about Thu 27 Nov, the first of them."`; the headline says it of one alone."""
    ends = [(one.outlook.exhausts_at, one.site, one) for one in firing if one.outlook and one.outlook.exhausts_at]
    if len(firing) == 1 or not ends:
        return ""
    at, _, first = min(ends, key=lambda end: end[:2])
    order = ", the first of them" if len(ends) > 1 else ""
    return f"{who(first)} is expected to run out about {soon(at, first.zone, now)}{order}."
