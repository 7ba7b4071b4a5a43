"""Bars from usage: unknown where nothing of it is known, partial where some is not."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from bot.domain.usage import Usage
from bot.service.charts.model import Bar

if TYPE_CHECKING:
    from bot.service.queries.replies import Point


def bar(start: datetime, length: timedelta, usage: Usage) -> Bar:
    """`usage.expected` is the number of buckets that the bar spans."""
    if not usage.known:
        return Bar(start, length, None, None)
    return Bar(start, length, usage.in_bytes, usage.out_bytes, is_partial=usage.known < usage.expected)


def as_bars(points: Iterable[Point]) -> tuple[Bar, ...]:
    """The course of a reply."""
    return tuple(bar(point.start, point.length, point.usage) for point in points)
