"""How much a sensitivity tells."""

from __future__ import annotations

from fractions import Fraction

from bot.rules.kinds import Sensitivity

A_MONTH = {Sensitivity.LOW: Fraction(1), Sensitivity.MEDIUM: Fraction(2), Sensitivity.HIGH: Fraction(5)}
"""About so many alarms of a site in a month, all directions together, on traffic with nothing unusual in it: for what
the bars were made. One site or another has more; only `noise` is a promise."""
