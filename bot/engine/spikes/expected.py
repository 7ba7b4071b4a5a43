"""How much a sensitivity tells."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from bot.domain.usage import Direction
from bot.rules.kinds import Sensitivity

_ONE_WAY = {Sensitivity.LOW: Fraction(1, 2), Sensitivity.MEDIUM: Fraction(3, 2), Sensitivity.HIGH: Fraction(5, 2)}
_BOTH_WAYS = {Sensitivity.LOW: Fraction(1, 10), Sensitivity.MEDIUM: Fraction(1, 2), Sensitivity.HIGH: Fraction(1)}
"""Alarms of a site in a month, of what comes or goes alone and of both as one sum. docs/detection.md says how they were
measured."""


def usual(sensitivity: Sensitivity, directions: Sequence[Direction]) -> Fraction:
    """How many alarms of a site in a month are about usual of a rule about these directions, as it is shipped, on
    traffic to which nothing was done. One site or another has more: only `noise` is a promise."""
    one_way = {Direction.IN, Direction.OUT}
    return sum((_ONE_WAY if each in one_way else _BOTH_WAYS)[sensitivity] for each in directions) or Fraction(0)
