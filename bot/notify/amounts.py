"""Bytes, rates and shares as an alert says them. What an operator wrote is given back as he wrote it."""

from __future__ import annotations

from datetime import timedelta
from fractions import Fraction

from bot.domain.units import format_bytes, format_percent, format_rate
from bot.domain.usage import Direction
from bot.service.views import AlertView

_DECIMAL = ("PB", 10**15), ("TB", 10**12), ("GB", 10**9), ("MB", 10**6), ("kB", 10**3), ("B", 1)
_BINARY = ("PiB", 2**50), ("TiB", 2**40), ("GiB", 2**30), ("MiB", 2**20), ("KiB", 2**10)
_RATES = ("Gbps", 10**9), ("Mbps", 10**6), ("kbps", 10**3), ("bps", 1)
_DIRECTIONS = {
    Direction.TOTAL: "",
    Direction.IN: "inbound",
    Direction.OUT: "outbound",
    Direction.MAX: "larger of in and out",
}


def limit_words(limit: int) -> str:
    """A limit exactly, as short as that allows: `"500 GB"`, `"1.5 TB"`, `"500 GiB"`; rounded where neither fits."""
    return _exactly(limit, _DECIMAL) or _exactly(limit, _BINARY) or format_bytes(limit)


def rate_words(rate: int) -> str:
    """`"80 Mbps"`, as `limit_words`."""
    return _exactly(rate, _RATES) or format_rate(rate)


def _exactly(count: int, units: tuple[tuple[str, int], ...]) -> str:
    for unit, size in units:
        if count >= size:
            return f"{count / size:g} {unit}" if count * 1000 % size == 0 else ""
    return "0 B" if count == 0 else ""


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
