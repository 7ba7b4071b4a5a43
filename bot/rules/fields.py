"""Reading the fields of a map: every key known, every value of its kind, every mistake reported with its place.

A *decoder* takes a node and returns a value, or raises `Wrong`. What is wrong is reported where it stands and
replaced by the caller's default, so that reading goes on to the next mistake.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from functools import partial
from itertools import islice
from types import MappingProxyType
from typing import TypeVar

from bot.rules.nodes import Broken, Items, Node, Scalar, Table
from bot.rules.problems import Place, Report, Wrong, did_you_mean, shown

LONGEST_TEXT = 500
MOST_NAMED = 8
NOTHING_DEEPER: Mapping[str, str] = MappingProxyType({})
NOTHING = "nothing is written here; fill it or remove the key (text that begins with '#' needs quotes)"

T = TypeVar("T")
D = TypeVar("D")
Decoder = Callable[[Node], T]

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_WHOLE = re.compile(r"[0-9]{1,9}")


def kind_of(node: Node) -> str:
    match node:
        case Items():
            return "a list"
        case Table():
            return "a map"
        case _:
            return "a single value"


def refuse_null(node: Node) -> None:
    if isinstance(node, Scalar) and node.is_null:
        raise Wrong(NOTHING)


def scalar(node: Node) -> Scalar:
    """A single value of any kind, but not nothing."""
    refuse_null(node)
    if not isinstance(node, Scalar):
        raise Wrong(f"a single value is expected here, not {kind_of(node)}")
    if len(node.text) > LONGEST_TEXT:
        raise Wrong(f"this text is longer than {LONGEST_TEXT} characters")
    return node


def text(node: Node) -> str:
    """Text; what YAML takes for a number or a truth value must stand in quotes to be one."""
    value = scalar(node)
    if value.is_boolean:
        raise Wrong(f"YAML reads {value.text} as a truth value; text is expected, so write it in quotes")
    if value.is_number:
        raise Wrong(f'YAML reads {value.text} as a number; text is expected, so write "{value.text}"')
    if not value.text.strip():
        raise Wrong("this text is empty")
    return value.text


def label(node: Node) -> str:
    """Text on one line that begins and ends with no space: a name."""
    value = text(node)
    if _CONTROL.search(value) or value != value.strip():
        raise Wrong(f"{shown(value)} holds line breaks, tabs, or spaces at its ends; a name is one line")
    return value


def whole(least: int, most: int) -> Decoder[int]:
    def decode(node: Node) -> int:
        value = scalar(node)
        if not value.plain or _WHOLE.fullmatch(value.text) is None or not least <= int(value.text) <= most:
            raise Wrong(f"{shown(value.text)} is not a whole number from {least} to {most}")
        return int(value.text)

    return decode


class Fields:
    """One map. `known` are its keys; `what` names the map in messages: "a rule"; `example` is how one is written.

    `deeper` are keys that belong one map further in, each with an example of where.
    """

    def __init__(  # each says another thing, and most maps need only the first four
        self, node: Node, report: Report, what: str, known: Collection[str], example: str = "",
        deeper: Mapping[str, str] = NOTHING_DEEPER,
    ) -> None:  # fmt: skip
        self._report = report
        self._what = what
        self.place = node.place
        self._entries: dict[str, tuple[Place, Node]] = {}
        self._readable = isinstance(node, Table)
        self._meant: set[str | None] = set()
        if isinstance(node, Table):
            self._entries = node.entries
            self._check_keys(known, deeper)
        elif isinstance(node, Scalar) and node.is_null:
            report.error(node.place, NOTHING)
        elif not isinstance(node, Broken):
            named = ", ".join(known if len(known) <= MOST_NAMED else [*islice(known, MOST_NAMED), "…"])
            like = f"a map like {example}" if example else f"a map of {named}"
            report.error(node.place, f"{what} is {like}, not {kind_of(node)}")

    def __contains__(self, key: str) -> bool:
        return key in self._entries

    def node(self, key: str) -> Node | None:
        entry = self._entries.get(key)
        return None if entry is None else entry[1]

    def place_of(self, key: str) -> Place:
        """Where a key stands, or the map where it does not."""
        return self._entries[key][0] if key in self._entries else self.place

    def get(self, key: str, decoder: Decoder[T], default: D) -> T | D:
        """The value of a key, or `default` where it is absent or (and reported) wrong."""
        node = self.node(key)
        return default if node is None else decode(node, decoder, self._report, default)

    def need(self, key: str, decoder: Decoder[T], default: D) -> T | D:
        """`get`, and the key's absence is a problem too."""
        if self.lacks(key):
            self._report.error(self.place, f"{self._what} needs `{key}`")
        return self.get(key, decoder, default)

    def lacks(self, *keys: str) -> bool:
        """Whether none of the keys is there, nor one that was probably meant to be."""
        return self._readable and not any(key in self._entries or key in self._meant for key in keys)

    def refuse(self, key: str, message: str) -> None:
        """Report a key that does not belong here, if it is there."""
        if key in self._entries:
            self._report.error(self.place_of(key), message)

    def refuse_empty(self, *keys: str) -> None:
        """Report a list without items: it would mean "none", which nobody writes down on purpose."""
        for key in keys:
            node = self.node(key)
            if isinstance(node, Items) and not node.items:
                self._report.error(node.place, "this list is empty; fill it or remove the key")

    def _check_keys(self, known: Collection[str], deeper: Mapping[str, str]) -> None:
        for key, (place, _) in self._entries.items():
            if key in deeper:
                self._report.error(place, f"`{key}` stands one map further in, like `{deeper[key]}`")
            elif key not in known:
                guess = partial(did_you_mean, key, known)
                self._meant.add(self._report.error(place, f"unknown key {shown(key)}", guess))


def decode(node: Node, decoder: Decoder[T], report: Report, default: D) -> T | D:
    """What a decoder makes of a node; `default`, and a report, where it is wrong."""
    if isinstance(node, Broken):
        return default
    try:
        return decoder(node)
    except Wrong as wrong:
        report.error(wrong.place or node.place, wrong.message, wrong.guess)
        return default


def items_of(node: Node | None, report: Report, example: str) -> Iterator[Node]:
    """The items of a list; anything else is reported, with how it should look."""
    if node is None or isinstance(node, Broken):
        return
    if isinstance(node, Items):
        yield from node.items
    elif isinstance(node, Scalar) and node.is_null:
        report.error(node.place, NOTHING)
    else:
        report.error(node.place, f"a list is expected here, like {example}, not {kind_of(node)}")


def each(
    node: Node | None, report: Report, decoder: Decoder[T], example: str, *, single: bool = False
) -> tuple[T, ...]:
    """The decoded items of a list, each given once; with `single` also one item without its brackets."""
    given = [node] if single and isinstance(node, Scalar) and not node.is_null else items_of(node, report, example)
    found: dict[T, None] = {}
    for item in given:
        value = decode(item, decoder, report, None)
        if value is None:
            continue
        if value in found:
            report.error(item.place, f"{shown(str(value))} is in the list already")
        found[value] = None
    return tuple(found)
