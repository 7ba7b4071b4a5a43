"""Bytes, rates and shares as an alert says them. What an operator wrote is given back as he wrote it."""

from __future__ import annotations

from datetime import timedelta
from fractions import Fraction

from bot.domain.limits import limit_words, rate_words
from bot.domain.units import format_bytes, format_percent, format_rate
from bot.domain.usage import Direction
from bot.service.views import AlertView

_DIRECTIONS = {
    Direction.TOTAL: "",
    Direction.IN: "inbound",
    Direction.OUT: "outbound",
    Direction.MAX: "larger of in and out",
}


def share(value: int, limit: int) -> str:
    """`"82.4 %"` of the limit, rounded down: 100 % is never said before it is reached. "" of a limit of nothing."""
    return format_percent(Fraction(value * 1000 // limit, 10)) if limit > 0 else ""


def coverage_words(coverage: float | None) -> str:
    """`"97.2 % known"`, rounded down, or "" where nothing is missing."""
    if coverage is None or coverage >= 1:
        return ""
    return f"{format_percent(Fraction(int(coverage * 1000), 10))} known"


def times_even(value: int, even_pace: int) -> str:
    """`"1.4×"` the even pace."""
    ratio = value / even_pace
    return f"{ratio:.0f}×" if ratio >= 10 else f"{ratio:.1f}×"


def direction_words(direction: Direction) -> str:
    """`"outbound"`; "" for the total, which needs no word."""
    return _DIRECTIONS[direction]


def amount(alert: AlertView, value: int) -> str:
    """A threshold's usage in the operator's own unit: bytes over its span, or the rate that makes on average."""
    if alert.rate is None or not alert.within:
        return format_bytes(value)
    return format_rate(round(value * 8 / _seconds(alert.within)))


def level(alert: AlertView) -> str:
    """A threshold's limit in the operator's own unit, or a quota's."""
    return rate_words(alert.rate) if alert.rate is not None else limit_words(alert.limit)


def _seconds(span: timedelta) -> int:
    return max(1, int(span.total_seconds()))
