"""Windows, spans and shares in words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

from bot.domain.moments import moment, zone_word
from bot.domain.units import format_bytes, format_duration, format_percent
from bot.domain.usage import Direction, Usage

UNKNOWN = "unknown"

_BARS = "▁▂▃▄▅▆▇█"
_GAP = "·"
_DIRECTIONS = {
    Direction.IN: "inbound",
    Direction.OUT: "outbound",
    Direction.TOTAL: "",
    Direction.MAX: "larger of in and out",
}


def between(start: datetime, end: datetime, zone: ZoneInfo, now: datetime) -> str:
    """A window: `"Wed 25 Nov 14:05 – Thu 26 Nov 14:05 SAST"`; the zone once where it is the same."""
    first, last = moment(start, zone, now), moment(end, zone, now)
    same = zone_word(start, zone) == zone_word(end, zone)
    return f"{first.rsplit(' ', 1)[0] if same else first} – {last}"


def ago(instant: datetime, now: datetime) -> str:
    """`"3 minutes ago"`."""
    span = now - instant
    return "just now" if span < timedelta(minutes=1) else f"{format_duration(span)} ago"


def span_words(span: timedelta) -> str:
    """`"24 hours"`, `"7 days"`: one unit, as it was asked for."""
    hours = int(span.total_seconds()) // 3600
    if hours > 48 and hours % 24 == 0:
        return count(hours // 24, "day")
    return count(hours, "hour")


def recent(span: timedelta, end: datetime, zone: ZoneInfo, now: datetime) -> str:
    """`"the last 24 hours"`; or, where data end more than an hour ago, which 24 hours they are."""
    if now - end <= timedelta(hours=1):
        return f"the last {span_words(span)}"
    return f"the {span_words(span)} to {moment(end, zone, now)}"


def count(number: int, noun: str) -> str:
    """`"1 site"`, `"1,200 sites"`."""
    return f"{number:,} {noun}" + ("" if number == 1 else "s")


def percent_words(percent: Fraction | None) -> str:
    return UNKNOWN if percent is None else format_percent(percent)


def change_words(percent: Fraction | None) -> str:
    """`"+12.5 %"`, `"−3 %"`, and `"no comparison"` where nothing can be said."""
    if percent is None:
        return "no comparison"
    sign = "+" if percent > 0 else "−" if percent < 0 else "±"
    return sign + format_percent(abs(percent))


def coverage_words(coverage: float | None) -> str:
    """`"97.2 % known"`, rounded down; "" where nothing is missing."""
    if coverage is None or coverage >= 1:
        return ""
    return f"{format_percent(Fraction(int(coverage * 1000), 10))} known"


def bytes_words(number: int | None) -> str:
    return UNKNOWN if number is None else format_bytes(number)


def left_words(limit: int, used: int | None) -> str:
    """What is left of a limit: `"98.0 GB"`, `"over by 150 GB"`, `"unknown"`."""
    if used is None:
        return UNKNOWN
    return f"over by {format_bytes(used - limit)}" if used > limit else format_bytes(limit - used)


def direction_words(direction: Direction) -> str:
    """`"outbound"`; "" of the total, which needs no word."""
    return _DIRECTIONS[direction]


def listed(words: Sequence[str], last: str = "or") -> str:
    """`"a, b or c"`."""
    return f" {last} ".join(filter(None, (", ".join(words[:-1]), words[-1]))) if words else ""


def sparkline(usages: Sequence[Usage]) -> str:
    """One bar for each, as high as its total against the highest; a dot where nothing is known."""
    highest = max((usage.of(Direction.TOTAL) for usage in usages if usage.known), default=0)
    return "".join(_bar(usage, highest) for usage in usages)


def _bar(usage: Usage, highest: int) -> str:
    if not usage.known:
        return _GAP
    return _BARS[usage.of(Direction.TOTAL) * (len(_BARS) - 1) // highest] if highest else _BARS[0]
