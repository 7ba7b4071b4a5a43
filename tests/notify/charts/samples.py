"""Charts to draw: one of each kind as people will see it. Now is Friday 20 November 2026, 14:00 in Johannesburg."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from fractions import Fraction
from math import pi, sin
from zoneinfo import ZoneInfo

from bot.domain.usage import Direction
from bot.rules.model import Severity
from bot.service.charts.model import (
    Bar,
    BurnDown,
    Chart,
    Compared,
    Course,
    Fan,
    Line,
    Mark,
    Ranking,
    Scale,
    Span,
    Step,
    Unit,
    Unusual,
)
from bot.service.spikes.hours import BandHour

MB, GB = 10**6, 10**9
ZONE = ZoneInfo("Africa/Johannesburg")
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
START, END = datetime(2026, 10, 31, 22, tzinfo=UTC), datetime(2026, 11, 30, 22, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def burn_down(used: int = 412 * GB, limit: int = 500 * GB, name: str = "Cape Town") -> BurnDown:
    """A quota in its 20th day."""
    hours = int((NOW - START) / HOUR)
    weights = [max(sin((at % 24 - 6) / 24 * 2 * pi), 0.05) * (1.6 if at > 300 else 0.8) for at in range(hours)]
    points, so_far = [(START, 0)], 0.0
    for at, weight in enumerate(weights, 1):
        so_far += weight
        points.append((START + at * HOUR, int(used * so_far / sum(weights))))
    steps = tuple(
        Step(Fraction(p), next((at for at, c in points if c * 100 >= limit * p), None)) for p in (50, 80, 100)
    )
    fan = Fan(int(used * 1.47), int(used * 1.37), int(used * 1.62), datetime(2026, 11, 25, 6, tzinfo=UTC))
    return BurnDown(name, ZONE, START, END, NOW, limit, tuple(points), steps, fan, known=0.972)


def bars(count: int, length: timedelta = HOUR, end: datetime = NOW, scale: int = GB) -> tuple[Bar, ...]:
    """Usage with days and nights."""
    made = []
    for at in range(count):
        start = end - (count - at) * length
        level = 0.3 + (max(sin((start.hour - 5) / 24 * 2 * pi), 0) if length < DAY else 1) * (1 + (at * 37 % 17) / 17)
        level *= 0.4 if start.weekday() > 4 else 1
        made.append(Bar(start, length, int(level * scale * 2), int(level * scale * 0.7)))
    return tuple(made)


def site() -> Course:
    """A site's answer over 7 days, with a gap and a bar known in part."""
    some = list(bars(168))
    for at in range(60, 75):
        some[at] = Bar(some[at].start, HOUR, None, None)
    some[59] = Bar(some[59].start, HOUR, GB, GB // 2, is_partial=True)
    return Course("Cape Town", ZONE, tuple(some))


def daily() -> Course:
    """A site's answer over 30 days."""
    return Course("Durban North", ZONE, bars(30, DAY, datetime(2026, 11, 19, 22, tzinfo=UTC), 20 * GB))


def threshold() -> Course:
    """A threshold passed twice."""
    some = list(bars(48))
    for at, times in ((40, 3), (41, 4), (42, 2)):
        some[at] = Bar(some[at].start, HOUR, 6 * GB * times, 2 * GB * times)
    spans = (Span(some[40].start, some[42].start + HOUR),)
    return Course(
        "Cape Town", ZONE, tuple(some), Unit.BYTES, Direction.TOTAL, 15 * GB, "15 GB in 1 hour", breaches=spans
    )


def percentile() -> Course:
    """A 95th percentile, in hourly rates; an hour with bursts may be under the limit as a whole."""
    some = bars(48, scale=2 * GB)
    spans = tuple(Span(bar.start + HOUR / 3, bar.start + HOUR / 2) for bar in some if (bar.in_bytes or 0) > 7 * GB)
    limit = 18 * MB
    return Course(
        "Port Elizabeth", ZONE, some, Unit.RATE, Direction.IN, limit, "18 Mbps",
        breaches=spans, detail="burst time 31 h of 36 h",
    )  # fmt: skip


def silent() -> Course:
    """A site that has not been heard of for 9 hours."""
    some = tuple(Bar(b.start, HOUR, None, None) if b.start >= NOW - 9 * HOUR else b for b in bars(48))
    return Course("Upington", ZONE, some, silent=(Span(NOW - 9 * HOUR, NOW),))


def unusual() -> Unusual:
    """A spike of three hours."""
    hours = []
    for at, bar in enumerate(bars(36)):
        usual = 0.3 + max(sin((bar.start.hour - 5) / 24 * 2 * pi), 0) * 1.5
        came = int((9 - abs(at - 30)) * GB) if 28 <= at <= 32 else bar.total
        came = None if at in {10, 11} else came
        hours.append(BandHour(bar.start, came, int(usual * 1.2 * GB), int(usual * 2.5 * GB), int(usual * 3.6 * GB)))
    return Unusual("Cape Town", ZONE, Direction.OUT, tuple(hours), (Span(hours[28].start, hours[32].start + HOUR),))


def quotas() -> Ranking:
    """Quotas by who runs out first."""
    rows = (
        Mark("Cape Town", 540 * GB, 500 * GB, Severity.CRITICAL, "used up Wed 18 Nov"),
        Mark(
            "Durban North warehouse and distribution centre",
            412 * GB,
            500 * GB,
            Severity.WARNING,
            "runs out Wed 25 Nov",
        ),
        Mark("Bloemfontein", 220 * GB, 300 * GB, None, "runs out Sun 29 Nov"),
        Mark("Port Elizabeth", 80 * GB, 300 * GB),
        Mark("Upington", None, 300 * GB),
    )
    return Ranking("Quotas that run out first", Scale.SHARE, rows, 12)


def largest() -> Ranking:
    """The largest sites."""
    names = ("Cape Town", "Durban", "Bloemfontein", "Pretoria", "Upington", "Kimberley", "George", "Paarl")
    rows = tuple(Mark(name, 900 * GB // (at + 1)) for at, name in enumerate(names))
    return Ranking("Largest sites of the last 7 days", Scale.BYTES, rows)


def compared() -> Compared:
    """Three sites over 7 days."""
    third = tuple(
        Bar(b.start, HOUR, None, None) if 40 < at < 80 else b for at, b in enumerate(bars(168, scale=GB // 3))
    )
    lines = (Line("Cape Town", bars(168)), Line("Durban North", bars(168, scale=GB * 2)), Line("Upington", third))
    return Compared(ZONE, Direction.TOTAL, lines)


def every() -> dict[str, Chart]:
    """One of each, by name."""
    return {
        "burn_down": burn_down(),
        "site": site(),
        "daily": daily(),
        "threshold": threshold(),
        "percentile": percentile(),
        "silent": silent(),
        "unusual": unusual(),
        "quotas": quotas(),
        "largest": largest(),
        "compared": compared(),
    }
