"""`match` of a silence."""

from __future__ import annotations

from bot.domain.usage import Direction
from bot.rules.cases.words import Words
from bot.rules.fields import Decoder, Fields, each, text
from bot.rules.fleet import tags_of
from bot.rules.nodes import Node
from bot.rules.problems import Report
from bot.rules.quotas import SEVERITY
from bot.rules.selectors import Selector
from bot.rules.telling import Match
from bot.rules.values import one_of

KEYS = ("rule", "kind", "severity", "direction", "site", "workspace", "tags")
_DIRECTION = one_of(Direction, "direction")


def read_match(words: Words, report: Report) -> Decoder[Match]:
    def decode(node: Node) -> Match:
        fields = Fields(node, report, "`match`", KEYS)
        tags = {key: (value,) for key, value in tags_of(fields.node("tags"), report).items()}
        return Match(
            each(fields.node("rule"), report, words.rules, "[burst]", single=True),
            each(fields.node("kind"), report, text, "[quota]", single=True),
            each(fields.node("severity"), report, SEVERITY, "[critical]", single=True),
            each(fields.node("direction"), report, _DIRECTION, "[in]", single=True),
            Selector(
                each(fields.node("site"), report, words.sites, "[durban]", single=True),
                (),
                each(fields.node("workspace"), report, text, "[acme]", single=True),
                tags,
            ),
        )

    return decode
