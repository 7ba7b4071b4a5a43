"""Digests as notifiers are given them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

from bot.alerts.model import Kind
from bot.domain.usage import Direction, Usage
from bot.rules.model import Endpoint
from bot.rules.telling import Rhythm
from bot.service.answers.report import report_answer
from bot.service.queries.replies import Freshness, OpenAlert, QuotaState, SiteRef
from bot.service.reports.model import (
    DigestReport,
    Gap,
    KindTold,
    Largest,
    Quotas,
    RanOut,
    Requests,
    RuleTold,
    Sites,
    Told,
    TroubleTold,
)
from bot.service.views import Notification
from tests.notify.builders import SLACK, quota

ZONE = ZoneInfo("Africa/Johannesburg")
START = datetime(2025, 11, 9, 22, tzinfo=UTC)
END = START + timedelta(days=7)
DUE = END + timedelta(hours=8)
GB = 10**9


def report(name: str = "Cape Town", rows: int = 1) -> DigestReport:
    """A week of a fleet whose sites are all called so, with so many rows of each list and as many again that are not
    shown."""
    names = tuple(f"{name} {number}" if rows > 1 else name for number in range(rows))
    refs = [SiteRef("default", one, one, f"{n:08}", ZONE) for n, one in enumerate(names)]
    states = tuple(
        QuotaState(ref, f"rule of {name}", Direction.TOTAL, START, START + timedelta(days=30), END, 500 * GB, 400 * GB,
                   300 * GB, 9, 10, END + timedelta(days=3)) for ref in refs
    )  # fmt: skip
    return DigestReport(
        rhythm=Rhythm.WEEKLY,
        zone=ZONE,
        start=START,
        end=END,
        workspaces=("default",),
        usage=Usage(3000 * GB, 1120 * GB, 3000 * GB, 98, 100),
        before=Usage(3000 * GB, 1000 * GB, 3000 * GB, 100, 100),
        change=Fraction(3),
        sites=Sites(
            40, 2 * rows, 2 * rows, 2 * rows, 2 * rows, names, tuple(Gap(one, 90, 100) for one in names), names, names
        ),
        quotas=Quotas(2 * rows, 1, rows, states),
        ran_out=tuple(RanOut(one, f"rule of {name}", Direction.IN, START, 500 * GB, 3) for one in names),
        ran_out_count=2 * rows,
        alerts=tuple(
            KindTold(kind, 3, 1, 1, OpenAlert(name, replace(quota(name), kind=kind)))
            for kind in list(Kind)[: max(rows, 1)]
        ),
        rules=tuple(RuleTold(f"rule of {one}", 3, 1, 2) for one in names),
        rule_count=2 * rows,
        largest=tuple(Largest(ref, 100 * GB, Fraction(-5)) for ref in refs),
        requests=Requests(8400, {"unavailable": 12}, START),
        troubles=tuple(TroubleTold(f"No usage of {one} comes", START, None) for one in names),
        trouble_count=2 * rows,
        freshness=Freshness(DUE, 40, 40, END, END, 0.98),
        told=Told("mondays", DUE - timedelta(hours=2), is_late=True),
    )


def digest(name: str = "Cape Town", rows: int = 1, endpoint: Endpoint = SLACK, **more: object) -> Notification:
    data = report(name, rows)
    made = Notification(
        id=12,
        group=5,
        receiver="noc",
        endpoint=endpoint,
        rule="mondays",
        workspace="",
        alerts=(),
        news=(),
        loud=True,
        created_at=DUE,
        digest=report_answer(data),
        digest_data=data,
    )
    return replace(made, **more)  # type: ignore[arg-type]
