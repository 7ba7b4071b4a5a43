"""How alerts are gathered into messages, repeated and escalated: keys of a route, and of a rule with a `notify`."""

from __future__ import annotations

from datetime import timedelta

from bot.rules.fields import Decoder, Fields, each, scalar
from bot.rules.names import Declared
from bot.rules.nodes import Node
from bot.rules.problems import Report, Wrong
from bot.rules.quotas import truth
from bot.rules.telling import PLAINLY, Escalation, GroupBy, Telling
from bot.rules.values import duration, one_of

TELLING_KEYS = ("group_by", "group_wait", "group_interval", "repeat_every", "mute", "send_resolved", "escalate")
_GROUP_BY = one_of(GroupBy, "way to group alerts")
_MINUTE = timedelta(minutes=1)


def read_telling(fields: Fields, declared: Declared, report: Report) -> Telling:
    """What the keys of a route or a rule say; the defaults of those that are left out."""
    group_by = each(fields.node("group_by"), report, _GROUP_BY, "[rule] or [site]")
    telling = Telling(
        group_by if "group_by" in fields else PLAINLY.group_by,
        fields.get("group_wait", duration, PLAINLY.group_wait),
        fields.get("group_interval", duration, PLAINLY.group_interval),
        fields.get("repeat_every", _repeat_every, PLAINLY.repeat_every),
        fields.get("send_resolved", truth, PLAINLY.send_resolved),
        each(fields.node("mute"), report, declared.mute_timings.used, "[nights]", single=True),
        fields.get("escalate", _escalation(declared, report), None),
    )
    fields.refuse_empty("mute")
    if telling.repeat_every is not None and telling.repeat_every < telling.group_interval:
        place = fields.place_of("repeat_every" if "repeat_every" in fields else "group_interval")
        report.error(place, "`repeat_every` is shorter than `group_interval`, which keeps messages apart")
    return telling


def _repeat_every(node: Node) -> timedelta | None:
    if scalar(node).text == "never":
        return None
    span = duration(node)
    if span < _MINUTE:
        raise Wrong("`repeat_every` is `never`, or at least a minute")
    return span


def _escalation(declared: Declared, report: Report) -> Decoder[Escalation]:
    def decode(node: Node) -> Escalation:
        fields = Fields(node, report, "`escalate`", ("after", "notify"), "{after: 30m, notify: [oncall]}")
        if fields.lacks("notify"):
            report.error(fields.place, "`escalate` needs `notify`: whom to tell where nobody acknowledges")
        fields.refuse_empty("notify")
        receivers = each(fields.node("notify"), report, declared.receivers.used, "[oncall]", single=True)
        return Escalation(fields.need("after", _after, _MINUTE), receivers)

    return decode


def _after(node: Node) -> timedelta:
    span = duration(node)
    if span < _MINUTE:
        raise Wrong("`after` is at least a minute: somebody must have the time to acknowledge")
    return span
