"""Globs that choose sites by what they carry: shared by a rule's `sites` and by what routes and silences match."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from bot.rules.fields import Decoder, Fields, each, text
from bot.rules.names import Names
from bot.rules.nodes import Node, Table
from bot.rules.problems import Report, Wrong, did_you_mean, shown
from bot.rules.selectors import glob_matches


def tag_globs(report: Report) -> Decoder[dict[str, tuple[str, ...]]]:
    def decode(node: Node) -> dict[str, tuple[str, ...]]:
        if not isinstance(node, Table) or not node.entries:
            raise Wrong("tags are a map, like {plan: lte-500} or {plan: [lte-500, lte-200]}")
        fields = Fields(node, report, "tags", node.entries)
        fields.refuse_empty(*node.entries)
        return {key: each(fields.node(key), report, text, "[lte-500, lte-200]", single=True) for key in node.entries}

    return decode


def known_glob(what: str, names: Names, report: Report) -> Decoder[str]:
    """Decoder: a glob that at least one declared name matches. `what` is one of them: "workspace"."""

    def decode(node: Node) -> str:
        glob = text(node)
        known: Iterable[str] = tuple(names)
        is_known = glob in names or any(glob_matches(glob, name) for name in known)
        if not report.incomplete and not is_known:
            raise Wrong(f"no {what} is called {shown(glob)}", partial(did_you_mean, glob, known))
        return glob

    return decode
