""" "What if" in words."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from bot.domain.moments import left, moment, period
from bot.domain.names import name as safe
from bot.domain.units import format_bytes
from bot.service.answers.freshness import freshness_line
from bot.service.answers.model import Answer, Table
from bot.service.answers.phrases import bytes_words, count, direction_words, left_words, percent_words
from bot.service.charts.model import BurnDown, Fan
from bot.service.queries.replies import QuotaState
from bot.service.queries.whatif_replies import Prospect, WhatIfCase, WhatIfReport


def whatif_answer(reply: WhatIfReport) -> Answer:
    now, change = reply.freshness.asked_at, _change(reply)
    if not reply.cases:
        return Answer(
            f"No quota rule is about {safe(reply.site.label)}, so nothing would change",
            freshness=freshness_line(reply.freshness, reply.site.zone),
        )
    return Answer(
        title=_title(reply.cases[0], change, now),
        tables=tuple(_table(case, change, now) for case in reply.cases),
        notes=tuple(_notes(reply)),
        freshness=freshness_line(reply.freshness, reply.site.zone),
        chart=_chart(reply),
    )


def _chart(reply: WhatIfReport) -> BurnDown | None:
    """The first quota as it would be."""
    case = reply.cases[0]
    quota, then = case.quota, case.then
    if not reply.course or then.limit <= 0:
        return None
    fan = None
    if case.forecast is not None and case.low80 is not None and case.high80 is not None and not then.is_over:
        fan = Fan(case.forecast, case.low80, case.high80, then.runs_out_at)
    return BurnDown(
        subject=quota.site.label,
        zone=quota.site.zone,
        start=quota.period_start,
        end=quota.period_end,
        until=reply.course[-1][0],
        limit=then.limit,
        used=reply.course,
        fan=fan,
        direction=quota.direction,
        known=quota.coverage,
    )


def _change(reply: WhatIfReport) -> str:
    if reply.limit is not None:
        return f"a quota of {format_bytes(reply.limit)}"
    extra = reply.extra or 0
    return f"{format_bytes(abs(extra))} {'less' if extra < 0 else 'more'}"


def _title(case: WhatIfCase, change: str, now: datetime) -> str:
    """`"With 20.0 GB more, cape-town lasts until its period ends; as it is, it runs out on …"`."""
    then, before = _fares(case.then, case.quota, now), _fares(case.now, case.quota, now)
    name = safe(case.quota.site.label)
    as_it_is = "as it is, too" if then == before else f"as it is, it {before}"
    return f"With {change}, {name} {then}; {as_it_is}"


def _fares(prospect: Prospect, quota: QuotaState, now: datetime) -> str:
    if prospect.is_over:
        return "is over its quota"
    if not prospect.is_said:
        return "cannot be foretold"
    if prospect.runs_out_at is None:
        return "lasts until its period ends"
    return f"runs out on {moment(prospect.runs_out_at, quota.site.zone, now)}"


def _table(case: WhatIfCase, change: str, now: datetime) -> Table:
    quota, side = case.quota, direction_words(case.quota.direction)
    pool = f", {count(quota.pool, 'site')} together" if quota.pool else ""
    rule = "" if quota.pool else f": {safe(quota.rule)}"
    title = f"{safe(quota.site.label)}{rule}{f' ({side})' if side else ''}{pool}"
    both = (case.now, case.then)
    rows = [
        ("Granted", *(format_bytes(one.limit) for one in both)),
        ("Used", *(_used(one) for one in both)),
        ("Left", *(left_words(one.limit, one.used) for one in both)),
        ("Runs out", *(_runs_out(one, quota, now) for one in both)),
        ("Likely to be reached", *(_likely(one) for one in both)),
    ]
    return Table(title, ("", "As it is", f"With {change}"), tuple(rows))


def _used(prospect: Prospect) -> str:
    if prospect.used is None:
        return bytes_words(None)
    percent = f" ({percent_words(prospect.percent_used)})" if prospect.percent_used is not None else ""
    return f"{format_bytes(prospect.used)}{percent}"


def _runs_out(prospect: Prospect, quota: QuotaState, now: datetime) -> str:
    if prospect.is_over:
        return "used up"
    if not prospect.is_said:
        return "cannot be said"
    if prospect.runs_out_at is None:
        return "not in this period"
    return moment(prospect.runs_out_at, quota.site.zone, now)


def _likely(prospect: Prospect) -> str:
    """A forecast is never surer than one in a hundred."""
    if prospect.likely is None:
        return "cannot be said"
    return {1: "1 % or less", 99: "99 % or more", 100: "reached already"}.get(prospect.likely, f"{prospect.likely} %")


def _notes(reply: WhatIfReport) -> Iterator[str]:
    now = reply.freshness.asked_at
    for case in reply.cases:
        quota = case.quota
        rule = "" if quota.pool else f", {safe(quota.rule)}"
        span = period(quota.period_start, quota.period_end, quota.site.zone, now)
        ends = ", ".join(filter(None, (f"billing period {span}", left(quota.period_end, now))))
        yield f"{safe(quota.site.label)}{rule}: {ends}. {_basis(case)}"
    yield "Nothing is changed by asking."


def _basis(case: WhatIfCase) -> str:
    if case.forecast is not None and case.low80 is not None and case.high80 is not None:
        between = f"{format_bytes(case.low80)} to {format_bytes(case.high80)} with 80 %"
        return f"{format_bytes(case.forecast)} are expected by its end, {between}."
    pace = " The dates are at the period's average pace." if case.now.is_said else ""
    return f"No forecast: {case.reason}.{pace}"
