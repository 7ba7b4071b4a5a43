"""Parts of sentences that several charts share."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.domain.limits import limit_words, rate_words
from bot.domain.moments import day
from bot.domain.units import format_bytes, format_duration, format_rate
from bot.domain.usage import Direction
from bot.notify.amounts import direction_words
from bot.notify.charts.spans import joined
from bot.service.charts.model import Bar, Span, Unit

NAMED_SPANS = 3
_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)


def side(direction: Direction | None) -> str:
    """`" outbound"`, `" (larger of in and out)"`; "" of the total."""
    words = direction_words(direction) if direction else ""
    return f" {f'({words})' if direction is Direction.MAX else words}" if words else ""


def amount(value: float, unit: Unit = Unit.BYTES) -> str:
    """`"412 GB"`, `"80.0 Mbps"`."""
    return format_rate(round(value)) if unit is Unit.RATE else format_bytes(round(value))


def limit_amount(value: int, unit: Unit = Unit.BYTES) -> str:
    """As `amount`, of a round number."""
    return rate_words(value) if unit is Unit.RATE else limit_words(value)


def grain(bars: Sequence[Bar]) -> str:
    """`"by the hour"`, `"by the day"`, `"in steps of 5 minutes"`; "" of none."""
    if not bars:
        return ""
    length = bars[len(bars) // 2].length  # the first and the last may be cut
    if length == _HOUR:
        return "by the hour"
    return "by the day" if is_daily(length) else f"in steps of {format_duration(length)}"


def when(span: Span, zone: ZoneInfo) -> str:
    """`"Fri 13 Nov 14:00 to Fri 20 Nov 14:00"`, days alone where it is made of whole ones; the zone is named apart."""
    first, after = span.start.astimezone(zone), span.end.astimezone(zone)
    begun = day(span.start, zone, span.end)
    if first.hour or first.minute or after.hour or after.minute:
        if first.date() == after.date():
            return f"{begun} {first:%H:%M} to {after:%H:%M}"
        return f"{clock(span.start, zone, span.end)} to {clock(span.end, zone, span.end)}"
    last = day(span.end - timedelta(hours=12), zone, span.end)
    return begun if last == begun else f"{begun} to {last}"


def clock(at: datetime, zone: ZoneInfo, now: datetime) -> str:
    """`"Fri 13 Nov 14:00"`, the zone named apart."""
    return f"{day(at, zone, now)} {at.astimezone(zone):%H:%M}"


def at_bar(span: Span, zone: ZoneInfo, now: datetime) -> str:
    """`"from Tue 17 Nov 14:00"`, `"on Tue 17 Nov"` of a bar of a day."""
    if is_daily(span.end - span.start):
        return f"on {day(span.start, zone, now)}"
    return f"from {clock(span.start, zone, now)}"


def is_daily(length: timedelta) -> bool:
    """Whether it is a day, which a clock change may make longer or shorter."""
    return abs(length - _DAY) <= timedelta(hours=2)


def placed(span: Span | None, zone: ZoneInfo) -> str:
    """`"Fri 13 Nov to Thu 19 Nov (Africa/Johannesburg)"`."""
    return f"{when(span, zone)} ({zone.key})" if span else zone.key


def length(span: Span, zone: ZoneInfo) -> str:
    """How long by the wall clock, so that a week with a clock change is 7 days."""
    walls = [at.astimezone(zone).replace(tzinfo=None) for at in (span.start, span.end)]
    return format_duration(walls[1] - walls[0])


def listed(spans: Sequence[Span], zone: ZoneInfo) -> str:
    """The first spans, and how many more there are."""
    rest = len(spans) - NAMED_SPANS
    named = [when(span, zone) for span in spans[:NAMED_SPANS]]
    return ", ".join([*named, *([f"and {rest} more"] if rest > 0 else [])])


def no_data(spans: Sequence[Span]) -> str:
    """`"no data for 5 hours"`; "" where nothing is missing."""
    return f"no data for {lasting(spans)}" if spans else ""


def lasting(spans: Iterable[Span]) -> str:
    """How long they are together."""
    return format_duration(sum(((span.end - span.start) for span in joined(spans)), timedelta()))


def clauses(*parts: str) -> str:
    """What there is of them, with semicolons between."""
    return "; ".join(filter(None, parts))


def sentence(words: str) -> str:
    """Begun large, and ended."""
    return f"{words[:1].upper()}{words[1:]}." if words else ""
