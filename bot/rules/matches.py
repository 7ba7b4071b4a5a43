"""`match`: which alerts a route takes, or a silence keeps quiet."""

from __future__ import annotations

from functools import partial
from typing import TypeVar

from bot.domain.usage import Direction
from bot.rules.fields import Decoder, Fields, each, label, text
from bot.rules.globs import known_glob, tag_globs
from bot.rules.names import Names
from bot.rules.nodes import Node, Scalar, Table
from bot.rules.problems import Report, Wrong, did_you_mean, shown
from bot.rules.selectors import Selector
from bot.rules.telling import Match, Severity
from bot.rules.values import one_of, site_id

KEYS = ("rule", "kind", "severity", "direction", "site", "workspace", "tags")
KINDS = ("quota", "forecast", "pace", "threshold", "spike", "percentile", "no_data")
T = TypeVar("T")

_SEVERITY = one_of(Severity, "severity")
_DIRECTION = one_of(Direction, "direction")


def match_reader(rules: Names, workspaces: Names, report: Report) -> Decoder[Match]:
    """Decoder: a map of which all keys must match; the values of each are "any of". At least one is needed."""

    def decode(node: Node) -> Match:
        if not isinstance(node, Table) or not node.entries:
            raise Wrong("a match is a map, like {severity: critical} or {kind: quota, tags: {plan: lte-500}}")
        fields = Fields(node, report, "`match`", KEYS)
        fields.refuse_empty(*KEYS)
        some = partial(_some, fields, report)
        names, ids = _sites(fields, report)
        return Match(
            some("rule", known_glob("rule", rules, report), "[lte-monthly-quota]"),
            some("kind", _kind, "[quota, pace]"),
            some("severity", _SEVERITY, "[warning, critical]"),
            some("direction", _DIRECTION, "[in, out]"),
            Selector(
                names,
                ids,
                some("workspace", known_glob("workspace", workspaces, report), "[acme]"),
                fields.get("tags", tag_globs(report), {}),
            ),
        )

    return decode


def _some(fields: Fields, report: Report, key: str, decoder: Decoder[T], example: str) -> tuple[T, ...]:
    return each(fields.node(key), report, decoder, example, single=True)


def _kind(node: Node) -> str:
    word = text(node)
    if word not in KINDS:
        message = f"{shown(word)} is no kind of alert; write one of {', '.join(KINDS)}"
        raise Wrong(message, partial(did_you_mean, word, KINDS))
    return word


def _sites(fields: Fields, report: Report) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Globs of names, and ids. What looks like an id is one: both stand under `site`, and any may match."""
    given = each(fields.node("site"), report, label, '["cape-*", durban]', single=True)
    ids = [word for word in given if _is_id(word, fields)]
    if ids and len(ids) < len(given):
        report.error(fields.place_of("site"), "names and ids do not go together here; write two routes, or names alone")
    return tuple(word for word in given if word not in ids), tuple(word.lower() for word in ids)


def _is_id(word: str, fields: Fields) -> bool:
    try:
        site_id(Scalar(fields.place, word, plain=False))
    except Wrong:
        return False
    return True
