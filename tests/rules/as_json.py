"""A rules file as the JSON that an editor's YAML parser makes of it (YAML 1.2: dates and times of day are text)."""

from __future__ import annotations

from typing import Any

from bot.rules.nodes import Items, Node, Scalar, Table
from bot.rules.problems import Report
from bot.rules.reader import decode, read


def as_json(raw: bytes) -> Any:
    """None of what is no YAML that the reader takes."""
    report = Report()
    text = decode("a.yaml", raw, report)
    root = read("a.yaml", text, report) if text is not None else None
    return None if root is None or report.failed else _json(root)


def _json(node: Node) -> Any:
    match node:
        case Table():
            return {key: _json(value) for key, (_, value) in node.entries.items()}
        case Items():
            return [_json(item) for item in node.items]
        case Scalar():
            return _scalar(node)
        case _:
            raise AssertionError(node)


def _scalar(node: Scalar) -> Any:
    if node.is_null:
        return None
    if node.is_boolean:
        return node.text.lower() == "true"
    if not node.is_number:
        return node.text
    try:
        return int(node.text, 0)
    except ValueError:
        return float(node.text.replace(".inf", "inf").replace(".nan", "nan"))
