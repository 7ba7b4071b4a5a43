"""`percentile` rules: burstable billing over a billing period."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from bot.domain.periods import Per
from bot.domain.units import format_percent
from bot.rules.amounts import rank
from bot.rules.calendars import Span
from bot.rules.fields import Fields, scalar
from bot.rules.kinds import Percentile
from bot.rules.nodes import Items, Node
from bot.rules.problems import Report, Wrong, shown
from bot.rules.quotas import read_period, read_pool
from bot.rules.steps import read_severities, read_steps
from bot.rules.values import rate

ALL_OF_IT = Fraction(100)
NO_LIMIT = (Fraction(95), 1)


def read_percentile(fields: Fields, report: Report) -> Percentile:
    span, starts = read_period(fields, report)
    known = span or Span(Per.MONTH)
    steps = read_steps(fields, report, (ALL_OF_IT,))
    if steps and steps[-1] > ALL_OF_IT and isinstance(node := fields.node("at"), Items):
        said = format_percent(steps[-1])
        message = (
            f"at 100 % the burst time is used up and the commit is passed: a step at {said} would tell nothing more"
        )
        report.error(node.place, message)
    p, over = fields.get("percentile", _level(report), NO_LIMIT)
    severities = read_severities(fields, steps, report)
    return Percentile(
        p, over, known.per, starts, steps, severities, known.every, known.anchor, read_pool(fields, report)
    )


def _level(report: Report) -> Callable[[Node], tuple[Fraction, int]]:
    def decode(node: Node) -> tuple[Fraction, int]:
        fields = Fields(node, report, "a percentile", ("p", "over"), "{p: 95, over: 100 Mbps}")
        return fields.need("p", rank, NO_LIMIT[0]), fields.need("over", _rate, NO_LIMIT[1])

    return decode


def _rate(node: Node) -> int:
    written = scalar(node)
    if written.text.strip().endswith("B"):
        raise Wrong(f"{shown(written.text)} is bytes, and a percentile is of a rate; write it like 100 Mbps")
    return rate(node)
