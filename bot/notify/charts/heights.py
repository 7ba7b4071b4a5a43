"""How high bars are: bytes, or bits a second on average over their length."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from bot.domain.usage import Direction
from bot.notify.charts.spans import span_of
from bot.service.charts.model import Bar, Course, Span, Unit


@dataclass(frozen=True, slots=True)
class Pile:
    """A bar whose value is known: what came in below what went out, or one direction alone with nothing above."""

    span: Span
    lower: float
    upper: float = 0.0
    is_partial: bool = False

    @property
    def top(self) -> float:
        return self.lower + self.upper


def piles(course: Course) -> tuple[Pile, ...]:
    """What is known of a course, in its unit."""
    return tuple(_pile(bar, course.direction, course.unit) for bar in course.bars if bar.total is not None)


def of_direction(bars: Sequence[Bar], direction: Direction) -> tuple[Pile, ...]:
    """What is known of bars, in bytes of a direction."""
    return tuple(_pile(bar, direction, Unit.BYTES) for bar in bars if bar.total is not None)


def _pile(bar: Bar, direction: Direction | None, unit: Unit) -> Pile:
    if direction is None:
        lower, upper = bar.in_bytes or 0, bar.out_bytes or 0
    else:
        lower, upper = bar.of(direction) or 0, 0
    return Pile(span_of(bar), _in(lower, bar.length, unit), _in(upper, bar.length, unit), bar.is_partial)


def _in(count: int, length: timedelta, unit: Unit) -> float:
    return count * 8 / max(length.total_seconds(), 1.0) if unit is Unit.RATE else float(count)
