"""What the YAML parser complains of, in words for somebody who does not write YAML every day."""

from __future__ import annotations

from typing import Protocol

from ruamel.yaml.error import MarkedYAMLError

from bot.rules.problems import Place


class _Mark(Protocol):
    line: int
    column: int


_UNCLOSED_LIST = "this list is not closed: a ']' or a ',' is missing"
_UNCLOSED_MAP = "this map is not closed: a '}' or a ',' is missing"
_COLON = "a ':' cannot stand here; quote a text that contains one, or indent this line like the one above it"
_INDENTATION = "this line does not fit the lines above it; look at its indentation"

# (part of the parser's problem, our words, whether its context says better where the mistake is). The parser
# in C and the one in Python word their problems differently.
_WORDS = (
    ("unexpected end of stream", "this quotation is not closed", True),
    ("expected ',' or ']'", _UNCLOSED_LIST, True),
    ("expected ',' or '}'", _UNCLOSED_MAP, True),
    ("values are not allowed", _COLON, False),
    ("unexpected ':'", _COLON, False),
    ("entries are not allowed", "a list cannot begin here; put its '-' on a line of its own", False),
    ("could not find expected ':'", "a ':' is missing after this key", True),
    ("expected <block end>", _INDENTATION, False),
    ("did not find expected key", _INDENTATION, False),
    ("expected '-' indicator", _INDENTATION, False),
    ("node content", "something is missing here, or a bracket is closed that was not opened", False),
    ("tab character", "a tab stands here; YAML is indented with spaces", False),
    ("escape", "this is no escape that YAML knows; use single quotes for text with a backslash", True),
    ("tag", "tags (`!…`) are not part of the rule language; remove it", False),
    ("anchor", "anchors and aliases (`&`, `*`) are not part of the rule language; write the value out", False),
    ("alias", "anchors and aliases (`&`, `*`) are not part of the rule language; write the value out", False),
)


def _place(name: str, text: str, mark: _Mark | None) -> Place:
    """Where a mark is, in the text: what is missed at its end, the parser misses on a line that is not there."""
    if mark is None:
        return Place(name, 1, 1)
    lines = text.split("\n")
    if mark.line < len(lines):
        return Place(name, mark.line + 1, mark.column + 1)
    return Place(name, len(lines), len(lines[-1]) + 1)


def _character(text: str, mark: _Mark | None) -> str:
    """The character that a mark points at, or nothing."""
    if mark is None:
        return ""
    lines = text.split("\n")
    line = lines[mark.line] if mark.line < len(lines) else ""
    return line[mark.column : mark.column + 1]


def explain(name: str, text: str, error: MarkedYAMLError) -> tuple[Place, str]:
    """Where a file is not YAML, and why."""
    problem = error.problem or ""
    if "cannot start any token" in problem:
        return _place(name, text, error.problem_mark), _bad_start(_character(text, error.problem_mark))
    for part, words, by_context in _WORDS:
        if part in problem:
            mark = error.context_mark if by_context and error.context_mark is not None else error.problem_mark
            return _place(name, text, mark), words
    return _place(
        name, text, error.problem_mark or error.context_mark
    ), f"this is not YAML: {problem[:200] or 'unreadable'}"


def _bad_start(character: str) -> str:
    if character == "\t":
        return "a tab stands here; YAML is indented with spaces"
    return f"text cannot begin with {character!r}; put it in quotes"
