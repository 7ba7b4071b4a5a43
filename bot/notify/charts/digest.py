"""What tells one chart from another: a digest of all that it says, the same in every process."""

from __future__ import annotations

from dataclasses import fields
from datetime import UTC, datetime, timedelta
from enum import Enum
from fractions import Fraction
from hashlib import sha256
from zoneinfo import ZoneInfo

from bot.service.charts.model import Chart


def digest(chart: Chart) -> str:
    """64 hexadecimal digits. Raises TypeError for a value that has no one form of words."""
    return sha256(_said(chart).encode("utf-8", "surrogatepass")).hexdigest()


def _said(value: object) -> str:  # noqa: PLR0911 - one line a kind of value
    match value:
        case Enum():
            return repr(value.value)
        case None | bool() | int() | float() | str() | Fraction():
            return repr(value)
        case datetime():
            return value.astimezone(UTC).isoformat()
        case timedelta():
            return repr(value / timedelta(microseconds=1))
        case ZoneInfo():
            return value.key
        case tuple():
            return f"({','.join(map(_said, value))})"
    named = (f"{field.name}={_said(getattr(value, field.name))}" for field in fields(value))  # type: ignore[arg-type] # raises TypeError for others
    return f"{type(value).__name__}({','.join(named)})"
