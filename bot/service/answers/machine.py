"""A reply for machines."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from datetime import datetime, timedelta
from enum import Enum
from fractions import Fraction
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

from bot.domain.times import iso, to_slot

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"


def to_json(reply: object) -> Json:
    """A reply as JSON's types: fields and properties by name, and `kind`, the reply's class.

    Instants become `2026-06-01T06:40:00Z`, spans seconds, percentages numbers, zones their names; bytes stay whole.
    Raises TypeError for what no reply holds.
    """
    value = _plain(reply)
    if isinstance(value, dict):
        return {"kind": type(reply).__name__, **value}
    return value


def _plain(value: object) -> Json:
    if isinstance(value, Enum):
        return str(value.value)
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    for kind, plain in _SCALARS.items():
        if isinstance(value, kind):
            return plain(value)
    return _structure(value)


_SCALARS: dict[type, Callable[[Any], Json]] = {
    datetime: lambda instant: iso(to_slot(instant)),
    timedelta: lambda span: int(span.total_seconds()),
    Fraction: float,
    ZoneInfo: str,
}


def _structure(value: object) -> Json:
    if isinstance(value, Mapping):
        return {_key(key): _plain(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(one) for one in value]
    if is_dataclass(value) and not isinstance(value, type):
        return {name: _plain(getattr(value, name)) for name in _names(type(value))}
    raise TypeError(f"a reply holds no {type(value).__name__}")


def _names(kind: type) -> list[str]:
    """Public fields, then public properties."""
    properties = [name for name, member in vars(kind).items() if isinstance(member, property)]
    return [name for name in [*(one.name for one in fields(kind)), *properties] if not name.startswith("_")]


def _key(key: object) -> str:
    """A quota's steps are keyed by their percentage."""
    plain = _plain(key)
    return f"{plain:g}" if isinstance(plain, float) else str(plain)
