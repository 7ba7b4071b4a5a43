"""Quotas: by which bucket did usage since the period's start reach each step?

A step is reached when `used * 100 >= limit * percent`. It is decided in whole numbers: each step's level is
`ceil(limit * percent / 100)` bytes, at least one, and usage is compared with that.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction

from bot.domain.times import Slot, Window
from bot.engine.ledger import Course

LARGEST = 2**63 - 1
"""Levels beyond what can be counted are cut to this: they are never reached."""


def level_of(limit: int, step: Fraction) -> int:
    """The fewest whole bytes that are at least `step` percent of `limit`."""
    return -(-limit * step.numerator // (100 * step.denominator))


def has_reached(used: int, limit: int, step: Fraction) -> bool:
    """Nothing used reaches no step, not even of a quota of nothing."""
    return used >= max(1, level_of(limit, step))


def reached(
    course: Course, pieces: Iterable[tuple[Window, int]], steps: Sequence[Fraction], earlier: Mapping[Slot, int]
) -> dict[Fraction, Slot | None]:
    """Each step that was reached, with the end of the bucket that did it; None where that is before the ledger.

    `pieces` are the windows in which the grant is constant, with the grant, in order; it only ever rises. `earlier`
    says what was used at the end of those that end before the ledger begins. A step that an opening reaches alone is
    reached at its instant.
    """
    found: dict[Fraction, Slot | None] = {}
    start = course.ledger.start
    for piece, limit in pieces:
        for step in steps:
            level = max(1, level_of(limit, step))
            if step in found:
                continue
            if piece.end <= start:
                if earlier[piece.end] >= level:
                    found[step] = None
            elif course.used(max(piece.start, start)) >= level:
                found[step] = piece.start if piece.start >= start else None
            elif end := course.first(level, max(piece.start, start), piece.end):
                found[step] = end
    return found


def even_pace(limit: int, period: Window, until: int) -> int:
    """Bytes that would be used by `until` if the limit were used evenly over the period; whole, rounded down."""
    elapsed = min(max(until - period.start, 0), period.end - period.start)
    return limit * elapsed // (period.end - period.start)


def runs_out_at(used: int, limit: int, period: Window, until: int) -> Slot | None:
    """When the limit is reached at the period's average pace so far, if that is before the period's end.

    None before a twentieth of the period has passed (an average of hours says nothing about a month), where
    nothing was used, and where the limit was reached already.
    """
    elapsed, length = until - period.start, period.end - period.start
    if used <= 0 or used >= limit or elapsed * 20 < length:
        return None
    at = period.start - (-limit * elapsed // used)
    return Slot(at) if at < period.end else None
