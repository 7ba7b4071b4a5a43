"""Charts that nobody would choose to draw, and that must be drawn all the same."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction
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
    Unusual,
)
from bot.service.spikes.hours import BandHour
from tests.notify.builders import HOSTILE
from tests.notify.charts.samples import (
    DAY,
    END,
    GB,
    HOUR,
    NOW,
    START,
    ZONE,
    bars,
    burn_down,
    site,
    threshold,
    unusual,
)

PB = 10**15
NAMES = {
    "markup": r"$\frac{1}{0}$ $x^2$ \alpha {} %s _a_ ^ ~ <b>&amp;",
    "hostile": HOSTILE,
    "long": "Cape Town warehouse " * 15,
    "wide": "W" * 300,
    "chinese": "大阪倉庫 Osaka",
    "emoji": "👩‍👩‍👧‍👦 family 🇿🇦 🏴󠁧󠁢󠁥󠁮󠁧󠁿",
    "arabic": "مستودع القاهرة 12",
    "hebrew": "מחסן תל אביב (צפון)",
    "controls": "a\x00b\x1b[31mc\u202ed\u2066e\nf\tg\x7f",
    "marks": "Z" + "\u0301\u0316" * 40 + "algo",
    "nothing": "\u200b\u2060",
    "empty": "",
    "lone": "half \ud800 pair",
    "indic": "दिल्ली गोदाम",
    "hangul": "서울 창고",
}


def named() -> dict[str, Chart]:
    """Every one of those names once, and one of them wherever a name stands."""
    names, worst = list(NAMES.values()), NAMES["markup"] + NAMES["long"] + NAMES["emoji"]
    rows = tuple(Mark(name, GB, 2 * GB, Severity.CRITICAL, name) for name in names)
    return {
        "burn_down": burn_down(name=worst),
        "course": replace(site(), subject=worst),
        "unusual": replace(unusual(), subject=worst),
        "ranking": Ranking(worst, Scale.SHARE, rows[:10]),
        "other ranking": Ranking(worst, Scale.BYTES, rows[10:]),
        "compared": Compared(ZONE, Direction.TOTAL, tuple(Line(name, bars(2)) for name in names[:6])),
    }


def burn_downs() -> dict[str, BurnDown]:
    whole = burn_down()
    return {
        "nothing granted": burn_down(5 * GB, 0),
        "nothing granted nor used": replace(burn_down(0, 0), fan=None),
        "nothing known": replace(whole, used=(), fan=None, known=0.0, steps=()),
        "one point": replace(whole, used=whole.used[:1], until=START, steps=()),
        "a byte": burn_down(1, 1),
        "over": replace(burn_down(700 * GB), fan=None),
        "far over": replace(burn_down(90_000 * GB, 500 * GB), fan=None),
        "wild fan": replace(burn_down(50 * GB), fan=Fan(20_000 * GB, 0, 90_000 * GB, NOW + HOUR)),
        "runs out now": replace(
            whole, until=START + HOUR, used=whole.used[:2], fan=Fan(720 * GB, 1, PB, START + 2 * HOUR), steps=()
        ),
        "far away": replace(whole, zone=ZoneInfo("America/Argentina/Buenos_Aires"), direction=Direction.MAX),
        "over its end": replace(whole, until=END + DAY, fan=None, used=(*whole.used, (END, 480 * GB))),
        "steps together": replace(whole, steps=tuple(Step(Fraction(p), NOW - HOUR) for p in (79, 80, 81, 100, 200))),
    }  # fmt: skip


def courses() -> dict[str, Course]:
    blank = tuple(Bar(bar.start, HOUR, None, None) for bar in bars(24))
    holes = tuple(pair[at % 2] for at, pair in enumerate(zip(bars(24), blank, strict=True)))
    nought = tuple(Bar(bar.start, HOUR, 0, 0) for bar in bars(24))
    months = tuple(
        Bar(datetime(2025 + at // 12, at % 12 + 1, 1, tzinfo=UTC), 30 * DAY, at * GB, GB) for at in range(15)
    )
    new_york = ZoneInfo("America/New_York")
    clocks = tuple(Bar(datetime(2026, 10, 31, 4, tzinfo=UTC) + at * HOUR, HOUR, at * GB, GB) for at in range(49))
    return {
        "no bars": Course("Empty", ZONE, ()),
        "one short bar": Course("Short", ZONE, bars(1, timedelta(minutes=5))),
        "nothing known": Course("Blank", ZONE, blank, limit=5 * GB, limit_said="5 GB in 1 hour"),
        "all nought": Course("Nought", ZONE, nought),
        "no limit to speak of": Course("Zero", ZONE, bars(24), limit=0, direction=Direction.IN),
        "out of sight": replace(threshold(), breaches=(Span(NOW, NOW + DAY),), silent=(Span(START, START + DAY),)),
        "under": replace(threshold(), under=True, limit=GB, limit_said="1 GB in 1 hour"),
        "many": Course("Many", ZONE, bars(400), breaches=(Span(NOW - 90 * HOUR, NOW - 50 * HOUR),)),
        "petabytes": Course("Large", ZONE, bars(24, scale=400 * PB)),
        "a byte": Course("Small", ZONE, (Bar(NOW - HOUR, HOUR, 1, 0),), limit=1, direction=Direction.TOTAL),
        "every second unknown": Course("Holes", ZONE, holes),
        "in part": Course("Parts", ZONE, tuple(replace(bar, is_partial=True) for bar in bars(24))),
        "fifteen months": Course("Long", ZONE, months),
        "clock change": Course("New York", new_york, clocks),
        "limit out of sight": Course("High", ZONE, bars(24), limit=PB, limit_said="1 PB in 1 hour, which nobody uses"),
        "long words": replace(threshold(), limit_said="20 GB in 1 hour " * 9, detail="burst time " * 20),
    }  # fmt: skip


def others() -> dict[str, Chart]:
    unknown = BandHour(NOW - HOUR, None, None, None, None)
    return {
        "no hours": Unusual("Empty", ZONE, Direction.IN, ()),
        "an unknown hour": Unusual("Blank", ZONE, Direction.IN, (unknown,)),
        "nothing is usual": Unusual("New", ZONE, Direction.IN, (replace(unknown, came=GB),), (Span(NOW - HOUR, NOW),)),
        "no rows": Ranking("Nothing", Scale.BYTES, ()),
        "many rows": Ranking("Many", Scale.BYTES, tuple(Mark(f"Site {at}", PB // at) for at in range(1, 60)), 1000),
        "no limits": Ranking("Zero", Scale.SHARE, (Mark("a", 5, 0), Mark("b", 0, 0), Mark("c", 5), Mark("d", None, 0))),
        "risen": Ranking("Above what is usual", Scale.RISE, (Mark("a", 1200), Mark("b", -3), Mark("c", 15))),
        "no lines": Compared(ZONE, Direction.MAX, ()),
        "some bars": Compared(ZONE, Direction.MAX, (Line("a", ()), Line("b", bars(3)))),
        "many lines": Compared(ZONE, Direction.OUT, tuple(Line(f"Site {at}", bars(400)) for at in range(9))),
    }  # fmt: skip
