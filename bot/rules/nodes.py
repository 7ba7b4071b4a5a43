"""A YAML document as located nodes: what stands where, before anything is said about its meaning."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from bot.rules.problems import Place

# YAML 1.2's core schema: `no`, `on` and `22:22` are text; only these plain words are anything else.
_BOOLEAN = re.compile(r"true|True|TRUE|false|False|FALSE")
_NULL = re.compile(r"null|Null|NULL|~|")
_NUMBER = re.compile(
    r"[-+]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?"
    r"|0o[0-7]+|0x[0-9a-fA-F]+|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)"
)


@dataclass(frozen=True, slots=True)
class Scalar:
    """One value as written. `plain` is False where it stands in quotes or in a block."""

    place: Place
    text: str
    plain: bool = True

    @property
    def is_null(self) -> bool:
        return self.plain and _NULL.fullmatch(self.text) is not None

    @property
    def is_boolean(self) -> bool:
        return self.plain and _BOOLEAN.fullmatch(self.text) is not None

    @property
    def is_number(self) -> bool:
        return self.plain and _NUMBER.fullmatch(self.text) is not None


@dataclass(frozen=True, slots=True)
class Items:
    """A list."""

    place: Place
    items: list[Node] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Table:
    """A map; `entries` holds each key's place and value in the order written."""

    place: Place
    entries: dict[str, tuple[Place, Node]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Broken:
    """Something that was refused, and reported, when it was read."""

    place: Place


Node = Scalar | Items | Table | Broken
