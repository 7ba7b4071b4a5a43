"""YAML to located nodes, for texts that nobody has vouched for.

The parser's events are taken one by one: no tags are resolved, no aliases followed and no recursion is used,
so that the cost of a file is bounded by its size. `ruamel.yaml` uses its parser in C where that is installed.
"""

from __future__ import annotations

import re
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from bot.rules.nodes import Broken, Items, Node, Scalar, Table
from bot.rules.problems import Place, Report, Wrong, shown
from bot.rules.syntax import explain

DEEPEST = 20
MOST_NODES = 500_000

# U+0085, U+2028 and U+2029 end a line for the parser and not for an editor: no place behind one could be found.
_UNPRINTABLE = re.compile(
    "[^\t\n\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\uf8fe\uf900-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)
# The parser in C stops at a colon within a plain text in braces, which YAML 1.2 allows: a moment's colons are kept
# from it behind a character that no file may contain, of the same width.
_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?(?:[+-][0-9]{2}:[0-9]{2})?")
_COLON = "\uf8ff"
_LINE_END = re.compile("\r\n?")
_DIRECTIVE = re.compile("^%", re.MULTILINE)
_NO_ALIASES = "anchors and aliases (`&`, `*`) are not part of the rule language; write the value out"
_REST = re.compile(r"[0-9]{1,9} ?[A-Za-z%]{0,5}")
_RULES = ("a rules file", "`version: 1`")


def _place_of(name: str, text: str, offset: int) -> Place:
    start = text.rfind("\n", 0, offset) + 1
    return Place(name, text.count("\n", 0, offset) + 1, offset - start + 1)


def _plain(raw: bytes) -> str:
    return _LINE_END.sub("\n", raw.decode("utf-8").removeprefix("\ufeff"))


def decode(name: str, raw: bytes, report: Report) -> str | None:
    """The text of a file, without a byte order mark, its lines ended by line feeds; None, and a problem, if it is
    not readable text."""
    try:
        text = _plain(raw)
    except UnicodeDecodeError as error:
        before = _plain(raw[: error.start])
        report.error(_place_of(name, before, len(before)), "the file is not UTF-8 text; save it as UTF-8")
        return None
    for pattern, message in (
        (_UNPRINTABLE, "the character U+{:04X} cannot stand in a rules file; remove it"),
        (_DIRECTIVE, "directives (`%…`) are not part of the rule language; remove the line"),
    ):
        if match := pattern.search(text):
            report.error(_place_of(name, text, match.start()), message.format(ord(match.group())))
            return None
    return text


def _hidden(moment: re.Match[str]) -> str:
    return moment.group().replace(":", _COLON)


def read(name: str, text: str, report: Report, kind: tuple[str, str] = _RULES) -> Table | None:
    """The map that a file consists of; None, and at least one problem, if it cannot be read to its end.

    `kind` tells people what such a file is and what it begins with.
    """
    builder = _Builder(name, report)
    try:
        for event in YAML(typ="safe").parse(_MOMENT.sub(_hidden, text)):
            builder.take(event)
    except Wrong as wrong:
        report.error(wrong.place or Place(name, 1, 1), wrong.message)
        return None
    except MarkedYAMLError as error:
        report.error(*explain(name, text, error))
        return None
    except Exception as error:  # noqa: BLE001 - the parser lets errors of many kinds escape on hostile text
        report.error(Place(name, 1, 1), f"this is not YAML: {str(error)[:200] or type(error).__name__}")
        return None
    return builder.result(*kind)


class _Builder:
    """Builds the tree with a stack of what is still open and, for each open map, its waiting key."""

    def __init__(self, name: str, report: Report) -> None:
        self._name = name
        self._report = report
        self._root: Node | None = None
        self._open: list[Items | Table] = []
        self._keys: list[Scalar | Broken | None] = []
        self._count = 0
        self._documents = 0

    def take(self, event: Any) -> None:
        if isinstance(event, ScalarEvent):  # nearly all events are
            self._put(Scalar(self._place(event), event.value.replace(_COLON, ":"), not event.style))
            if event.anchor is not None or event.tag is not None:
                self._refuse_marks(event)
            return
        match event:
            case MappingStartEvent():
                self._begin(Table(self._place(event)))
            case SequenceStartEvent():
                self._begin(Items(self._place(event)))
            case MappingEndEvent() | SequenceEndEvent():
                self._open.pop()
                self._keys.pop()
            case AliasEvent():
                self._put(Broken(self._place(event)))
                self._report.error(self._place(event), _NO_ALIASES)
            case DocumentStartEvent():
                self._documents += 1
                if self._documents > 1:
                    raise Wrong("a second document begins here; a rules file is one", place=self._place(event))
        self._refuse_marks(event)

    def result(self, what: str, first: str) -> Table | None:
        empty = f"the file is empty; {what} begins with {first}"
        match self._root:
            case Table():
                return self._root
            case None:
                self._report.error(Place(self._name, 1, 1), empty)
            case Scalar(is_null=True):
                self._report.error(Place(self._name, 1, 1), empty)
            case Broken():
                pass
            case node:
                self._report.error(node.place, f"{what} is a map: it begins with {first}")
        return None

    def _place(self, event: Any) -> Place:
        return Place(self._name, event.start_mark.line + 1, event.start_mark.column + 1)

    def _refuse_marks(self, event: Any) -> None:
        if not isinstance(event, NodeEvent) or isinstance(event, AliasEvent):
            return
        if event.anchor is not None:
            self._report.error(self._place(event), _NO_ALIASES)
        if getattr(event, "tag", None) is not None:
            self._report.error(self._place(event), "tags (`!…`) are not part of the rule language; remove it")

    def _begin(self, node: Items | Table) -> None:
        if len(self._open) >= DEEPEST:
            raise Wrong(f"lists and maps are nested more than {DEEPEST} deep here", place=node.place)
        self._put(node)
        self._open.append(node)
        self._keys.append(None)

    def _put(self, node: Node) -> None:
        self._count += 1
        if self._count > MOST_NODES:
            raise Wrong(f"the file holds more than {MOST_NODES:,} values; the rest is not read", place=node.place)
        if not self._open:
            self._root = node
        elif isinstance(parent := self._open[-1], Items):
            parent.items.append(node)
        elif (key := self._keys[-1]) is None:
            self._keys[-1] = self._as_key(node)
        else:
            self._keys[-1] = None
            self._enter(parent, key, node)

    def _as_key(self, node: Node) -> Scalar | Broken:
        if isinstance(node, Broken):
            return node
        if isinstance(node, Scalar) and node.text:
            return node
        self._report.error(node.place, "a key must be a word")
        return Broken(node.place)

    def _enter(self, parent: Table, key: Scalar | Broken, node: Node) -> None:
        if isinstance(key, Broken):
            return
        if isinstance(node, Scalar) and node.plain and not node.text:
            node = Scalar(key.place, "")  # parsers do not agree on where nothing stands
        if before := _cut_by_comma(parent, key, node):
            number = parent.entries[before][1]
            self._report.error(number.place, _cut_message(number, key))
            parent.entries[before] = (parent.entries[before][0], Broken(number.place))
        elif key.text in parent.entries:
            first = parent.entries[key.text][0]
            self._report.error(key.place, f"the key {shown(key.text)} is written twice, first at {first}")
        else:
            parent.entries[key.text] = (key.place, node)


def _cut_by_comma(parent: Table, key: Scalar, node: Node) -> str | None:
    """The entry before this one, where both are one number: `{quota: 1,5 GB}` is `quota: 1`, and a key `5 GB`."""
    if not key.text[0].isdigit():  # nearly all keys, and this is asked of each
        return None
    if not (isinstance(node, Scalar) and node.is_null and parent.entries and _REST.fullmatch(key.text)):
        return None
    name, (_, number) = next(reversed(parent.entries.items()))
    if not (isinstance(number, Scalar) and number.is_number):
        return None
    after = number.place._replace(column=number.place.column + len(number.text) + 1)
    return name if key.place == after else None


def _cut_message(number: Node, key: Scalar) -> str:
    """Three digits behind a comma may be thousands."""
    whole, rest = number.text if isinstance(number, Scalar) else "", key.text
    meant = f"{whole}.{rest}" + (f", or {whole}{rest}" if rest[:3].isdigit() and not rest[3:4].isdigit() else "")
    return f"the comma in {whole},{rest} ends the value here; write {meant}"
