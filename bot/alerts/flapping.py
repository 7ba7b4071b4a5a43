"""Alerts that begin and end again and again: told once too often, and then kept quiet until it is calm. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.alerts.model import AlertKey, Change, Kind, Transition
from bot.domain.times import Slot
from bot.rules.telling import Flapping

KINDS = frozenset({Kind.THRESHOLD, Kind.SPIKE, Kind.PACE, Kind.NO_DATA, Kind.FORECAST})
"""What may come and go within a day. A step of a quota or a percentile is told once in a billing period."""
CHANGES = frozenset({Change.FIRED, Change.RESOLVED})


def subject_of(key: AlertKey) -> AlertKey:
    """What alerts are about, whichever their billing period or episode."""
    return key if key.period is None else replace(key, period=None)


def is_change(move: Transition) -> bool:
    """Whether a move counts: people are told that it begins, or that it is over."""
    return move.alert.key.kind in KINDS and move.change in CHANGES and move.reason.notifies


def changes_by(known: Sequence[Slot], flapping: Flapping, at: Slot) -> int:
    """How many of the changes, each given by when it was known, lie within the span that ends at `at`."""
    return sum(at - flapping.seconds < one <= at for one in known)


def is_too_often(known: Sequence[Slot], flapping: Flapping, at: Slot) -> bool:
    return changes_by(known, flapping, at) > flapping.changes


def calm_at(known: Sequence[Slot], flapping: Flapping) -> Slot | None:
    """The first instant, not before the last of the changes, at which no more than half of what is allowed lie within
    the span before it; None of no changes."""
    if not known:
        return None
    last_first = sorted(known, reverse=True)
    rest = last_first[flapping.calm :]
    return Slot(max(last_first[0], rest[0] + flapping.seconds if rest else 0))


def was_flapping(known: Sequence[Slot], flapping: Flapping, at: Slot) -> int:
    """How often it had begun and ended when that was found to be too often, of what is kept quiet for it at `at`; else
    0. `known` are its changes in order, from a time on at which it was calm.

    What happens at the very instant at which it would have been calm comes before the calm.
    """
    count, until = 0, Slot(0)
    for place, one in enumerate(known, 1):
        if one > at:
            break
        count = count if one <= until else 0
        if not count and is_too_often(known[:place], flapping, one):
            count = changes_by(known[:place], flapping, one)
        until = calm_at(known[:place], flapping) or one
    return count if at < until else 0
