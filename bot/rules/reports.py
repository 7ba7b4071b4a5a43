"""`reports`: digests of a week or a month, each with a name of its own."""

from __future__ import annotations

from collections.abc import Container, Iterable
from dataclasses import replace
from datetime import time
from itertools import count

from bot.domain.periods import Per
from bot.rules.fields import Decoder, Fields, each, label, scalar, text, whole
from bot.rules.globs import known_glob
from bot.rules.mute_timings import weekday
from bot.rules.names import Declared, Names
from bot.rules.nodes import Node, Scalar, Table
from bot.rules.problems import Report as Problems
from bot.rules.problems import Wrong, shown
from bot.rules.telling import Report, Rhythm
from bot.rules.values import clock_time, zone

KEYS = ("name", "per", "notify", "day", "time", "timezone", "workspaces")
MORNING = time(8)
_RHYTHMS = {Per.WEEK.value: Rhythm.WEEKLY, Per.MONTH.value: Rhythm.MONTHLY}


def read_reports(nodes: Iterable[Node], declared: Declared, problems: Problems) -> tuple[Report, ...]:
    """In order. Those without a name are called by their rhythm: `weekly`, and `weekly-2` where that is taken."""
    names, found = Names("report", problems), list[Report]()
    for node in nodes:
        found.append(report := _read(node, declared, problems))
        if report.name and isinstance(node, Table):
            names.declare(report.name, node.entries["name"][0])
    taken = set(names)
    for place, report in enumerate(found):
        if not report.name:
            found[place] = replace(report, name=_free(report.rhythm.value, taken))
            taken.add(found[place].name)
    return tuple(found)


def _free(name: str, taken: Container[str]) -> str:
    return name if name not in taken else next(one for n in count(2) if (one := f"{name}-{n}") not in taken)


def _read(node: Node, declared: Declared, problems: Problems) -> Report:
    fields = Fields(node, problems, "a report", KEYS)
    rhythm = fields.need("per", _rhythm, Rhythm.WEEKLY)
    receivers = each(fields.node("notify"), problems, declared.receivers.used, "[finance]", single=True)
    fields.refuse_empty("notify")
    if fields.lacks("notify") and not declared.default_receivers and not problems.incomplete:
        problems.error(fields.place, "this report goes to nobody: it needs `notify`, or `defaults.receivers`")
    workspaces = each(
        fields.node("workspaces"),
        problems,
        known_glob("workspace", declared.workspaces, problems),
        "[acme]",
        single=True,
    )
    fields.refuse_empty("workspaces")
    return Report(
        rhythm,
        receivers if "notify" in fields else declared.default_receivers,
        fields.get("day", _day(rhythm), 0 if rhythm is Rhythm.WEEKLY else 1),
        fields.get("time", clock_time, MORNING),
        fields.get("timezone", zone, None),
        fields.get("name", label, ""),
        workspaces,
    )


def _rhythm(node: Node) -> Rhythm:
    word = text(node)
    if word not in _RHYTHMS:
        raise Wrong(f"{shown(word)} is no rhythm of reports; write week or month")
    return _RHYTHMS[word]


def _day(rhythm: Rhythm) -> Decoder[int]:
    """A weekday of a weekly report, a day of the month of a monthly one."""

    def decode(node: Node) -> int:
        is_number = isinstance(node, Scalar) and scalar(node).is_number
        if rhythm is Rhythm.MONTHLY:
            return whole(1, 31)(node)
        if is_number:
            raise Wrong("a weekly report has a weekday, like mon")
        return weekday(node)

    return decode
