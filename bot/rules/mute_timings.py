"""`mute_timings`: recurring local times at which routes stay quiet."""

from __future__ import annotations

import re
from datetime import time
from functools import partial

from bot.domain.periods import WEEKDAYS
from bot.rules.calendars import DAY_NAMES
from bot.rules.fields import Fields, each, scalar, text
from bot.rules.nodes import Node
from bot.rules.problems import Report, Wrong, did_you_mean, shown
from bot.rules.telling import MuteTiming
from bot.rules.values import zone

KEYS = ("days", "times", "timezone")
_SPAN = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])\s?[-–]\s?(?:([01][0-9]|2[0-3]):([0-5][0-9])|24:00)")
EVERY_DAY = 7


def read_mute_timing(name: str, node: Node, report: Report) -> MuteTiming:
    fields = Fields(node, report, "a mute timing", KEYS)
    if fields.lacks("days", "times"):
        report.error(fields.place, 'a mute timing needs `days`, `times` or both, like {times: ["22:00-06:00"]}')
    fields.refuse_empty("days", "times")
    days = each(fields.node("days"), report, weekday, "[sat, sun]", single=True)
    times = each(fields.node("times"), report, _span, '["22:00-06:00"]', single=True)
    if len(days) == EVERY_DAY and "times" not in fields:
        report.error(fields.place_of("days"), "this mutes for ever; to tell nobody write `notify: []`")
    return MuteTiming(name, frozenset(days), times, fields.get("timezone", zone, None))


def weekday(node: Node) -> int:
    """0–6 from Monday."""
    word = text(node)
    for names in (WEEKDAYS, DAY_NAMES):
        if word.lower() in names:
            return names.index(word.lower())
    message = f"{shown(word)} is no weekday; write mon, tue, wed, thu, fri, sat or sun"
    raise Wrong(message, partial(did_you_mean, word, (*WEEKDAYS, *DAY_NAMES)))


def _span(node: Node) -> tuple[time, time]:
    written = scalar(node).text
    match = _SPAN.fullmatch(written)
    if match is None:
        raise Wrong(f'{shown(written)} is no span of the day; write it like "22:00-06:00"')
    begin = time(int(match[1]), int(match[2]))
    end = time(int(match[3]), int(match[4])) if match[3] else time(0)
    if begin == end:
        raise Wrong(f"{shown(written)} is empty, or all day; for whole days leave `times` out and name `days`")
    return begin, end
