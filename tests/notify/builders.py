"""Notifications to render, short to write in a test. Now is Thursday 20 November 2025, 14:10 in Johannesburg."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

from bot.alerts.model import Change, Kind, Reason, State
from bot.domain.times import to_slot
from bot.domain.usage import Direction
from bot.rules.model import Endpoint, Medium, Severity
from bot.service.views import AlertView, LikeDays, News, Notification, OutlookView, QuotaShare, SpikeView

GB = 10**9
HOUR = 3600
EVEN = 12 * 11_574_074
"""Bytes an hour of an even pace."""
JOHANNESBURG = ZoneInfo("Africa/Johannesburg")
NOW = datetime(2025, 11, 20, 12, 10, tzinfo=UTC)
SINCE = NOW - timedelta(minutes=5)
MONTH_END = datetime(2025, 11, 30, 22, tzinfo=UTC)
SLACK = Endpoint(Medium.SLACK, ("#noc",))
EMAIL = Endpoint(Medium.EMAIL, ("noc@example.com", "ops@example.com"))
TERMINAL = Endpoint(Medium.TERMINAL)
HOSTILE = (
    "<!channel> <@U123> &amp; <http://evil.test|click> *bold* _i_ ~s~ `c` :fire: [red]x[/red] "
    "<script>alert(1)</script>\r\nBcc: victim@example.com\n\x1b[31mred\x07 \u202eevil\u2066 \u05e9\u05dc\u05d5\u05dd "
) + "long " * 50


def quota(site: str = "Cape Town", percent: int = 80, gigabytes: float | None = None, number: int = 17) -> AlertView:
    """A 500 GB monthly quota that has reached `percent`, and `gigabytes` (else 0.4 % more than the step)."""
    used = int((gigabytes if gigabytes is not None else 5 * percent + 2) * GB)
    steps = {Fraction(50): NOW - timedelta(days=9, hours=2), Fraction(percent): SINCE}
    return AlertView(
        id=f"A{number}",
        kind=Kind.QUOTA,
        rule="lte-monthly-quota",
        workspace="default",
        site=site,
        zone=JOHANNESBURG,
        direction=Direction.TOTAL,
        state=State.FIRING,
        severity=Severity.CRITICAL if percent >= 100 else Severity.WARNING,
        reason=Reason.STEP_REACHED,
        since=SINCE,
        value=used,
        limit=500 * GB,
        coverage=1.0,
        data_until=NOW,
        step=Fraction(percent),
        steps=steps,
        period_start=datetime(2025, 10, 31, 22, tzinfo=UTC),
        period_end=MONTH_END,
        even_pace=326 * GB,
        runs_out_at=datetime(2025, 11, 25, 7, tzinfo=UTC) if percent < 100 else None,
        fired_at=SINCE,
    )


def threshold(site: str = "Cape Town", gigabytes: float = 23.4, number: int = 4) -> AlertView:
    """More than 20 GB outbound in an hour."""
    return AlertView(
        id=f"A{number}",
        kind=Kind.THRESHOLD,
        rule="hourly-burst",
        workspace="default",
        site=site,
        zone=JOHANNESBURG,
        direction=Direction.OUT,
        state=State.FIRING,
        severity=Severity.WARNING,
        reason=Reason.LIMIT_PASSED,
        since=SINCE,
        value=int(gigabytes * GB),
        limit=20 * GB,
        coverage=1.0,
        data_until=NOW,
        within=timedelta(hours=1),
        fired_at=SINCE,
    )


def spike(site: str = "Cape Town", gigabytes: float = 12.4, number: int = 8) -> AlertView:
    """So many gigabytes an hour outbound for a quarter of an hour, where 0.4 to 1.2 are usual."""
    quarter = timedelta(minutes=15)
    came, low, top = (int(hourly * GB / 4) for hourly in (gigabytes, 0.4, 1.2))
    share = QuotaShare(500 * GB, datetime(2025, 10, 31, 22, tzinfo=UTC), MONTH_END, Fraction("0.8"))
    return replace(
        threshold(site, number=number),
        kind=Kind.SPIKE,
        rule="unusual-traffic",
        value=came,
        limit=top,
        within=None,
        since=NOW - timedelta(minutes=40),
        spike=SpikeView(quarter, came, low, top, SINCE, extra=round(4.1 * GB), share=share, like=LikeDays(28, 28, 0)),
    )


def silent(number: int = 4) -> AlertView:
    """Nothing came for 130 minutes, where 30 are too long."""
    return replace(
        threshold(number=number),
        kind=Kind.NO_DATA,
        rule="silent-site",
        direction=Direction.TOTAL,
        value=130 * 60,
        limit=30 * 60,
        coverage=None,
        since=NOW - timedelta(minutes=100),
        detail={"silent_since": to_slot(NOW) - 130 * 60},
    )


def pace(number: int = 4) -> AlertView:
    """A quota is used 14.5 times as fast as at an even pace, where 14.4 are too fast."""
    return replace(
        threshold(number=number),
        kind=Kind.PACE,
        rule="lte-monthly-quota",
        direction=Direction.TOTAL,
        value=145 * EVEN // 10,
        limit=144 * EVEN // 10,
        coverage=None,
        detail={"factor": "72/5", "long": HOUR, "short": 300},
    )


def bursts(number: int = 17) -> AlertView:
    """34 hours and 10 minutes of 36 hours of burst time above 100 Mbps."""
    return replace(
        quota(number=number),
        kind=Kind.PERCENTILE,
        rule="transit-commit",
        direction=Direction.MAX,
        value=34 * HOUR + 600,
        limit=36 * HOUR,
        rate=10**8,
        percentile=Fraction(95),
        coverage=0.987,
        even_pace=None,
        runs_out_at=None,
    )


def forecast(number: int = 17) -> AlertView:
    """560 GB of 500 GB expected, which run out on Thursday 27 November."""
    return replace(
        quota(gigabytes=301, number=number),
        kind=Kind.FORECAST,
        reason=Reason.LIMIT_PASSED,
        step=Fraction(100),
        steps={},
        even_pace=None,
        runs_out_at=None,
        outlook=OutlookView(560 * GB, 520 * GB, 640 * GB, 86, 28, datetime(2025, 11, 27, 9, tzinfo=UTC)),
    )


def trouble(note: str) -> AlertView:
    """What the bot says about itself."""
    return AlertView(
        id="A2",
        kind=Kind.SELF,
        rule="usagebot:stale-data",
        workspace="acme",
        site="",
        zone=ZoneInfo("UTC"),
        direction=Direction.TOTAL,
        state=State.FIRING,
        severity=Severity.CRITICAL,
        reason=Reason.BOT_TROUBLE,
        since=SINCE,
        value=0,
        limit=0,
        note=note,
        fired_at=SINCE,
    )


def ended(alert: AlertView, reason: Reason = Reason.BACK_TO_NORMAL, at: datetime = NOW) -> AlertView:
    return replace(alert, state=State.RESOLVED, reason=reason, resolved_at=at)


def news(alert: AlertView, change: Change = Change.FIRED, late: timedelta = timedelta(), **more: object) -> News:
    made = News(alert, change, alert.reason, alert.resolved_at or alert.since, late, alert.step, alert.value)
    return replace(made, **more)  # type: ignore[arg-type]


def telling(
    *items: News, alerts: tuple[AlertView, ...] = (), endpoint: Endpoint = SLACK, **more: object
) -> Notification:
    """A notification of this news; `alerts` are those it is about besides, unless the news has them all."""
    about = alerts or tuple(item.alert for item in items)
    made = Notification(
        id=12,
        group=5,
        receiver="noc",
        endpoint=endpoint,
        rule=about[0].rule,
        workspace=about[0].workspace,
        alerts=about,
        news=items,
        loud=True,
        created_at=NOW,
    )
    return replace(made, **more)  # type: ignore[arg-type]


def fleet(count: int, percent: int = 80) -> tuple[AlertView, ...]:
    """`count` sites, each a little further than the one after it."""
    return tuple(
        quota(f"Site {place:03}", percent, 449 - place * 0.1, number=100 + place) for place in range(1, count + 1)
    )
