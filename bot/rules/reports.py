"""`reports`: digests of a week or a month."""

from __future__ import annotations

from datetime import time

from bot.domain.periods import Per
from bot.rules.fields import Decoder, Fields, each, scalar, text, whole
from bot.rules.mute_timings import weekday
from bot.rules.names import Declared
from bot.rules.nodes import Node, Scalar
from bot.rules.problems import Report as Problems
from bot.rules.problems import Wrong, shown
from bot.rules.telling import Report, Rhythm
from bot.rules.values import clock_time, zone

KEYS = ("per", "notify", "day", "time", "timezone")
MORNING = time(8)
NOT_SENT = "reports are not sent by this version yet"
_RHYTHMS = {Per.WEEK.value: Rhythm.WEEKLY, Per.MONTH.value: Rhythm.MONTHLY}


def read_report(node: Node, declared: Declared, problems: Problems) -> Report:
    fields = Fields(node, problems, "a report", KEYS)
    rhythm = fields.need("per", _rhythm, Rhythm.WEEKLY)
    receivers = each(fields.node("notify"), problems, declared.receivers.used, "[finance]", single=True)
    fields.refuse_empty("notify")
    if fields.lacks("notify") and not declared.default_receivers and not problems.incomplete:
        problems.error(fields.place, "this report goes to nobody: it needs `notify`, or `defaults.receivers`")
    problems.warn(fields.place, NOT_SENT)
    return Report(
        rhythm,
        receivers if "notify" in fields else declared.default_receivers,
        fields.get("day", _day(rhythm), 0 if rhythm is Rhythm.WEEKLY else 1),
        fields.get("time", clock_time, MORNING),
        fields.get("timezone", zone, None),
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
