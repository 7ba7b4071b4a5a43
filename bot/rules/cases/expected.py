"""`expect`: the alerts and the messages that must come of a test."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum

from bot.domain.times import Window
from bot.domain.usage import Direction
from bot.rules.cases.instants import within
from bot.rules.cases.model import ExpectedAlert, ExpectedMessage
from bot.rules.cases.words import Words
from bot.rules.fields import Fields, each, text
from bot.rules.nodes import Node
from bot.rules.problems import Report
from bot.rules.steps import SEVERITY
from bot.rules.values import one_of

ALERT_KEYS = ("at", "rule", "site", "state", "transition", "step", "severity", "direction", "kind")
MESSAGE_KEYS = ("at", "receiver", "contains")


class _State(StrEnum):
    PENDING = "pending"
    FIRING = "firing"
    RESOLVED = "resolved"


class _Transition(StrEnum):
    PENDING = "pending"
    FIRED = "fired"
    WORSENED = "worsened"
    ESCALATED = "escalated"
    REPEATED = "repeated"
    CORRECTED = "corrected"
    RESOLVED = "resolved"


class _Kind(StrEnum):
    QUOTA = "quota"
    FORECAST = "forecast"
    PACE = "pace"
    THRESHOLD = "threshold"
    SPIKE = "spike"
    PERCENTILE = "percentile"
    NO_DATA = "no_data"


_DIRECTION = one_of(Direction, "direction")


def read_alert(words: Words, window: Window | None, report: Report) -> Callable[[Node], ExpectedAlert | None]:
    """A reader of one expected alert."""

    def read(node: Node) -> ExpectedAlert | None:
        fields = Fields(node, report, "an expected alert", ALERT_KEYS)
        at = fields.need("at", within(window), None)
        rule = fields.need("rule", words.rule, None)
        site = words.site_of(fields, rule)
        if fields.lacks("state", "transition"):
            report.error(fields.place, "an expected alert needs `state` (pending, firing or resolved) or `transition`")
        state = fields.get("state", one_of(_State, "state"), None)
        transition = fields.get("transition", one_of(_Transition, "transition"), None)
        step = fields.get("step", words.step_of(words.find(rule or "")), None)
        severity = fields.get("severity", SEVERITY, None)
        direction = fields.get("direction", _DIRECTION, None)
        kind = fields.get("kind", one_of(_Kind, "kind"), None)
        if at is None or rule is None:
            return None
        return ExpectedAlert(fields.place, at, rule, site, state, transition, step, severity, direction, kind)

    return read


def read_message(words: Words, window: Window | None, report: Report) -> Callable[[Node], ExpectedMessage | None]:
    """A reader of one expected message."""

    def read(node: Node) -> ExpectedMessage | None:
        fields = Fields(node, report, "an expected message", MESSAGE_KEYS)
        at = fields.need("at", within(window), None)
        receiver = fields.need("receiver", words.receiver, None)
        contains = each(fields.node("contains"), report, text, '["cape-town", "80%"]', single=True)
        if at is None or receiver is None:
            return None
        return ExpectedMessage(fields.place, at, receiver, contains)

    return read
