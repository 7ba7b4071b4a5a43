"""Receivers: named destinations, each with one medium or several."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from bot.rules.fields import Decoder, Fields, each, scalar
from bot.rules.model import Endpoint, Medium, Receiver
from bot.rules.names import Names, check_name
from bot.rules.nodes import Items, Node, Table
from bot.rules.problems import Place, Report, Wrong, shown
from bot.rules.values import mailbox, setting_name, slack_channel

MEDIA = ("slack", "email", "terminal", "webhook")
KEYS = (*MEDIA, "fallback")
WEBHOOK_KEYS = ("url_env", "secret_env")
_REMEDY = "name one that can be reached by other means, or leave it out for the first of `operators`"


def _channel(node: Node) -> Endpoint:
    if isinstance(node, Items):
        raise Wrong("a receiver has one Slack channel; make another receiver for another channel")
    return Endpoint(Medium.SLACK, (slack_channel(node),))


def _terminal(node: Node) -> Endpoint:
    value = scalar(node)
    if not value.is_boolean or value.text.lower() != "true":
        raise Wrong("write `terminal: true`, or leave it out")
    return Endpoint(Medium.TERMINAL)


def _webhook(report: Report) -> Decoder[Endpoint | None]:
    def decode(node: Node) -> Endpoint | None:
        if not isinstance(node, Table):
            raise Wrong("a webhook is a map like {url_env: TICKETS_URL}, which names the setting that holds its URL")
        fields = Fields(node, report, "a webhook", WEBHOOK_KEYS)
        name = fields.need("url_env", _url_setting, None)
        secret = fields.get("secret_env", _secret_setting, "")
        if secret and secret == name:
            report.error(fields.place_of("secret_env"), "this is the setting of the URL; the secret needs its own")
        return Endpoint(Medium.WEBHOOK, (name,), secret) if name else None

    return decode


def _url_setting(node: Node) -> str:
    """The name of a setting. What is no such name may be the URL, which is a secret, and is not shown."""
    try:
        return setting_name(node)
    except Wrong:
        raise Wrong("this must be the name of a setting, like TICKETS_URL, never the URL itself") from None


def _secret_setting(node: Node) -> str:
    """Likewise: what is no such name may be the secret."""
    try:
        return setting_name(node)
    except Wrong:
        raise Wrong("this must be the name of a setting, like TICKETS_SECRET, never the secret itself") from None


def read_receivers(entries: Iterable[tuple[str, Place, Node]], names: Names, report: Report) -> dict[str, Receiver]:
    """Every receiver by name. Those that would hear for each other in a circle are reported."""
    found, places = dict[str, Receiver](), dict[str, Place]()
    for name, place, node in entries:
        check_name(name, place, report)
        found[name] = _receiver(name, node, names, report)
        fallback = node.entries.get("fallback") if isinstance(node, Table) else None
        places[name] = fallback[1].place if fallback else place
    for circle in _circles(found):
        report.error(places[circle[0]], f"{' → '.join(map(shown, (*circle, circle[0])))} is a circle: {_REMEDY}")
    return found


def _circles(receivers: Mapping[str, Receiver]) -> Iterator[list[str]]:
    """Each once, from its first receiver on."""
    done = set[str]()
    for start in receivers:
        way, name = list[str](), start
        while name in receivers and name not in way and name not in done:
            way.append(name)
            name = receivers[name].fallback or ""
        if name in way:
            yield way[way.index(name) :]
        done.update(way)


def _receiver(name: str, node: Node, names: Names, report: Report) -> Receiver:
    fields = Fields(node, report, "a receiver", KEYS, '{slack: "#noc"}')
    if fields.lacks(*MEDIA):
        report.error(fields.place, "a receiver needs somewhere to send to: `slack`, `email`, `webhook` or `terminal`")
    addresses = each(fields.node("email"), report, mailbox, "[noc@example.com]", single=True)
    fields.refuse_empty("email")
    found = (
        fields.get("slack", _channel, None),
        Endpoint(Medium.EMAIL, addresses) if addresses else None,
        fields.get("terminal", _terminal, None),
        fields.get("webhook", _webhook(report), None),
    )
    fallback = fields.get("fallback", names.used, None)
    return Receiver(name, tuple(endpoint for endpoint in found if endpoint is not None), fallback)
