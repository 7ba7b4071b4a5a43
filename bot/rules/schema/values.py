"""The single values of the rule language as JSON Schema: text with a form, and the words that editors show."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from bot.domain.units import BYTE_UNITS, DURATION_UNITS, RATE_UNITS

Schema = dict[str, Any]


def text(about: str, pattern: str | None = None, *examples: str) -> Schema:
    """A piece of text; `pattern` is of the whole of it."""
    found: Schema = {"type": "string", "description": about, "minLength": 1, "maxLength": 500}
    if pattern is not None:
        found["pattern"] = f"^\\s*(?:{pattern})\\s*$"
    if examples:
        found["examples"] = list(examples)
    return found


def word(about: str, words: Iterable[str], default: str | None = None) -> Schema:
    found: Schema = {"type": "string", "description": about, "enum": list(words)}
    return found if default is None else {**found, "default": default}


def truth(about: str, default: bool) -> Schema:
    return {"type": "boolean", "description": about, "default": default}


def whole(about: str, least: int, most: int) -> Schema:
    return {"type": "integer", "description": about, "minimum": least, "maximum": most}


def either(about: str, *kinds: Schema) -> Schema:
    return {"description": about, "anyOf": list(kinds)}


def several(about: str, item: Schema, *, least: int = 1, unique: bool = True) -> Schema:
    """A list."""
    return {"type": "array", "description": about, "items": item, "minItems": least, "uniqueItems": unique}


def any_of(about: str, item: Schema) -> Schema:
    """One, or a list of those of which any will do."""
    return either(about, item, several(about, item))


def table(about: str, keys: Mapping[str, Schema], *needed: str) -> Schema:
    """A map of these keys and no others."""
    found: Schema = {
        "type": "object",
        "description": about,
        "properties": dict(keys),
        "additionalProperties": False,
    }
    return {**found, "required": list(needed)} if needed else found


def named(about: str, value: Schema, names: Schema | None = None) -> Schema:
    """A map of names that people choose."""
    found: Schema = {"type": "object", "description": about, "additionalProperties": value}
    return found if names is None else {**found, "propertyNames": names}


def any_case(written: str) -> str:
    """A pattern of a word in capitals or not."""
    return "".join(f"[{letter}{letter.upper()}]" for letter in written)


def _units(units: Iterable[str]) -> str:
    return "|".join(sorted(units, key=lambda unit: (-len(unit), unit)))


_NUMBER = r"[0-9]{1,18}(?:\.[0-9]{1,9})?"
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_LONG_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_WEEKDAY = "|".join(map(any_case, (*_DAYS, *_LONG_DAYS)))
_CLOCK = r"(?:[01][0-9]|2[0-3]):[0-5][0-9]"
_SIZE = rf"{_NUMBER}\s*(?:{_units(BYTE_UNITS)})"
_RATE = rf"{_NUMBER}\s*(?:{_units(RATE_UNITS)})"
_DURATION = rf"(?:[0-9]{{1,9}}\s*(?:{_units(DURATION_UNITS)})\s*)+"
_PERCENT = r"[0-9]{1,6}(?:\.[0-9]{1,3})?\s*%"
_DATE = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"


def name(about: str) -> Schema:
    return text(about)


def size(about: str) -> Schema:
    return text(f"{about} Bytes with their unit: GB is 10^9, GiB is 2^30.", _SIZE, "500 GB", "1.5 TiB")


def rate(about: str) -> Schema:
    return text(f"{about} Bits a second.", _RATE, "80 Mbps")


def level(about: str) -> Schema:
    return text(f"{about} Bytes, or bits a second.", f"{_SIZE}|{_RATE}", "20 GB", "80 Mbps")


def duration(about: str) -> Schema:
    return text(about, _DURATION, "15m", "6h", "28 days")


def percent(about: str) -> Schema:
    return text(about, _PERCENT, "80%", "12.5%")


PERCENT_NAME: Schema = {"pattern": f"^\\s*(?:{_PERCENT})\\s*$"}


def factor(about: str) -> Schema:
    """A pace's `14.4x`."""
    return text(about, r"[0-9]{1,6}(?:\.[0-9]{1,3})?\s*x", "14.4x", "3x")


def day(about: str) -> Schema:
    return text(about, _DATE, "2026-01-05")


def moment(about: str) -> Schema:
    return text(f"{about} Local time of the site.", rf"{_DATE}T{_CLOCK}", "2026-11-12T09:00")


def instant(about: str) -> Schema:
    seconds = rf"{_DATE}[T ]{_CLOCK}(?::[0-5][0-9])?"
    return text(f"{about} An instant with its zone.", rf"{seconds}(?:Z|[+-]{_CLOCK})", "2026-06-01T06:40:00Z")


def clock(about: str) -> Schema:
    return text(about, _CLOCK, "08:00")


def clock_span(about: str) -> Schema:
    return text(about, rf"{_CLOCK}\s?[-–]\s?(?:{_CLOCK}|24:00)", "22:00-06:00")


def zone(about: str) -> Schema:
    return text(f"{about} An IANA name.", r"[A-Za-z0-9_+\-/]+", "Africa/Johannesburg", "UTC")


def weekday(about: str) -> Schema:
    return text(about, _WEEKDAY, *_DAYS)


def uuid(about: str) -> Schema:
    hexadecimal = "[0-9a-fA-F]"
    return text(
        about,
        rf"{hexadecimal}{{8}}(?:-{hexadecimal}{{4}}){{3}}-{hexadecimal}{{12}}",
        "3e0b5a0e-58e4-4b0b-9a55-0c1f5b6f2a10",
    )


def setting(about: str) -> Schema:
    return text(f"{about} The name of a setting, never the secret itself.", r"[A-Z_][A-Z0-9_]{0,99}")


def channel(about: str) -> Schema:
    return text(about, r"#[^\sA-Z#@.,:<>&*!]{1,80}|[CGD][A-Z0-9]{2,30}", "#noc", "C0123ABCD")


def mailbox(about: str) -> Schema:
    return text(about, r"[^\s@]{1,64}@[A-Za-z0-9.\-]+", "noc@example.com")


def starts(about: str, *others: Schema) -> Schema:
    first = either(
        "A day of the month (clamped to its end), or a weekday.",
        whole("A day of the month.", 1, 31),
        weekday("A weekday."),
    )
    inside = {"day": first, "time": clock("Local time at which it starts, in quotes.")}
    return either(about, first, {**table("Day and time.", inside), "minProperties": 1}, *others)
