"""`at` and `severity` of what is judged over a billing period: the steps at which somebody is told, and how loudly."""

from __future__ import annotations

from fractions import Fraction
from itertools import islice, pairwise

from bot.domain.units import format_percent
from bot.rules.fields import Fields, decode, items_of
from bot.rules.nodes import Scalar, Table
from bot.rules.problems import Place, Report
from bot.rules.telling import Severity
from bot.rules.values import one_of, percent

MOST_STEPS = 100
Steps = tuple[Fraction, ...]
Mapped = dict[Fraction, tuple[Place, Severity]]
SEVERITY = one_of(Severity, "severity")


def read_steps(fields: Fields, report: Report, default: Steps) -> Steps:
    """Percentages, going up, each once."""
    if "at" not in fields:
        return default
    nodes = tuple(items_of(fields.node("at"), report, "[80%, 100%]"))
    if len(nodes) > MOST_STEPS:
        report.error(nodes[MOST_STEPS].place, f"a rule has at most {MOST_STEPS} steps")
    read = [(node.place, decode(node, percent, report, None)) for node in nodes[:MOST_STEPS]]
    found = [(place, step) for place, step in read if step is not None]
    for (_, before), (place, step) in pairwise(found):
        if step == before:
            report.error(place, f"{format_percent(step)} is in the list already")
        elif step < before:
            report.error(place, f"steps go up, and {format_percent(step)} comes after {format_percent(before)}")
    fields.refuse_empty("at")
    return tuple(step for _, step in found)


def read_severities(fields: Fields, steps: Steps, report: Report) -> tuple[Severity, ...]:
    """One a step: the single word, or that of the highest mapped step not above it, or else `warning`."""
    node = fields.node("severity")
    if not isinstance(node, Table):
        return (fields.get("severity", SEVERITY, Severity.WARNING),) * len(steps)
    mapped = _mapped(node, report)
    severities = tuple(_severity_of(step, mapped) for step in steps)
    for step, (place, _) in mapped.items():
        if step not in steps:
            report.warn(place, f"{format_percent(step)} is no step of this rule's `at`")
    for (low, high), (before, after) in zip(pairwise(steps), pairwise(severities), strict=True):
        if after.rank < before.rank:
            report.warn(node.place, f"{format_percent(high)} is told as less severe than {format_percent(low)}")
    return severities


def _mapped(node: Table, report: Report) -> Mapped:
    found: Mapped = {}
    if len(node.entries) > MOST_STEPS:
        report.error(node.place, f"a rule has at most {MOST_STEPS} severities")
    for key, (place, value) in islice(node.entries.items(), MOST_STEPS):
        step = decode(Scalar(place, key), percent, report, None)
        severity = decode(value, SEVERITY, report, Severity.WARNING)
        if step is not None and step in found:
            report.error(place, f"{format_percent(step)} has a severity already")
        elif step is not None:
            found[step] = (place, severity)
    if not node.entries:
        report.error(node.place, "this map is empty; write {100%: critical}, or one word")
    return found


def _severity_of(step: Fraction, mapped: Mapped) -> Severity:
    below = [at for at in mapped if at <= step]
    return mapped[max(below)][1] if below else Severity.WARNING
