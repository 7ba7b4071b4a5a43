"""Receivers: named destinations, each with one medium or several."""

from __future__ import annotations

from bot.rules.fields import Fields, each, scalar
from bot.rules.model import Endpoint, Medium, Receiver
from bot.rules.nodes import Items, Node
from bot.rules.problems import Report, Wrong
from bot.rules.values import mailbox, slack_channel

KEYS = ("slack", "email", "terminal")
LATER = ("webhook",)


def _channel(node: Node) -> Endpoint:
    if isinstance(node, Items):
        raise Wrong("a receiver has one Slack channel; make another receiver for another channel")
    return Endpoint(Medium.SLACK, (slack_channel(node),))


def _terminal(node: Node) -> Endpoint:
    value = scalar(node)
    if not value.is_boolean or value.text.lower() != "true":
        raise Wrong("write `terminal: true`, or leave it out")
    return Endpoint(Medium.TERMINAL)


def read_receiver(name: str, node: Node, report: Report) -> Receiver:
    fields = Fields(node, report, "a receiver", KEYS, LATER)
    if fields.lacks(*KEYS, *LATER):
        report.error(fields.place, "a receiver needs somewhere to send to: `slack`, `email` or `terminal`")
    addresses = each(fields.node("email"), report, mailbox, "[noc@example.com]", single=True)
    fields.refuse_empty("email")
    found = (
        fields.get("slack", _channel, None),
        Endpoint(Medium.EMAIL, addresses) if addresses else None,
        fields.get("terminal", _terminal, None),
    )
    return Receiver(name, tuple(endpoint for endpoint in found if endpoint is not None))
