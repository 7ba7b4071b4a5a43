"""Bytes, rates, durations and percentages: read strictly, written for people.

Decimal prefixes are powers of 1000 and binary ones powers of 1024, always. Nothing here guesses: a number
without its unit, a comma, or words after the unit are refused with the form that would have been understood.
"""

from __future__ import annotations

import re
from datetime import timedelta
from fractions import Fraction

BYTE_UNITS = {
    "B": 1,
    "kB": 10**3,
    "KB": 10**3,
    "MB": 10**6,
    "GB": 10**9,
    "TB": 10**12,
    "PB": 10**15,
    "KiB": 2**10,
    "MiB": 2**20,
    "GiB": 2**30,
    "TiB": 2**40,
    "PiB": 2**50,
}
RATE_UNITS = {"bps": 1, "kbps": 10**3, "Mbps": 10**6, "Gbps": 10**9}
DURATION_UNITS = {
    "s": 1,
    "m": 60,
    "min": 60,
    "h": 3600,
    "hour": 3600,
    "hours": 3600,
    "d": 86400,
    "day": 86400,
    "days": 86400,
    "w": 604800,
    "week": 604800,
    "weeks": 604800,
}
LARGEST_BYTES = 10**18
LARGEST_SECONDS = 10 * 366 * 86400

_QUANTITY = re.compile(r"(\d{1,18}(?:\.\d{1,9})?)\s*([A-Za-z]{1,5})", re.ASCII)
_DURATION_PART = re.compile(r"(\d{1,9})\s*([a-z]{1,5})\s*", re.ASCII)
_PERCENT = re.compile(r"(\d{1,6}(?:\.\d{1,3})?)\s*%", re.ASCII)
_WHOLE_DAYS = 86400


def _quantity(text: str, units: dict[str, int], example: str) -> Fraction:
    match = _QUANTITY.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"{text!r} is not a number with its unit; write it like {example}")
    number, unit = match.groups()
    if unit not in units:
        known = ", ".join(units)
        raise ValueError(f"{unit!r} is not a unit known here ({known}); write it like {example}")
    return Fraction(number) * units[unit]


def parse_bytes(text: str) -> int:
    """Whole bytes of `"500 GB"`, `"1.5 GiB"`, `"0 B"`.

    Raises ValueError, with the form expected, for anything else: no unit, a comma, trailing words, a
    fraction of a byte, more than 10^18 bytes.
    """
    value = _quantity(text, BYTE_UNITS, "500 GB")
    if value.denominator != 1:
        raise ValueError(f"{text!r} is not a whole number of bytes")
    if value > LARGEST_BYTES:
        raise ValueError(f"{text!r} is more than an exabyte (10^18 bytes)")
    return int(value)


def parse_rate(text: str) -> int:
    """Whole bits per second of `"80 Mbps"`. Raises ValueError as `parse_bytes` does."""
    value = _quantity(text, RATE_UNITS, "80 Mbps")
    if value.denominator != 1:
        raise ValueError(f"{text!r} is not a whole number of bits a second")
    return int(value)


def parse_duration(text: str) -> timedelta:
    """A span of `"15m"`, `"1h30m"`, `"28 days"`. Raises ValueError for anything else, or above ten years."""
    rest, seconds = text.strip(), 0
    if not rest:
        raise ValueError("an empty duration; write it like 15m")
    while rest:
        match = _DURATION_PART.match(rest)
        if match is None or match.group(2) not in DURATION_UNITS:
            raise ValueError(f"{text!r} is not a duration; write it like 15m, 6h or 28 days")
        seconds += int(match.group(1)) * DURATION_UNITS[match.group(2)]
        rest = rest[match.end() :]
    if seconds > LARGEST_SECONDS:
        raise ValueError(f"{text!r} is longer than ten years")
    return timedelta(seconds=seconds)


def parse_percent(text: str) -> Fraction:
    """The number before the sign in `"80%"`, exactly: `parse_percent("12.5%") == Fraction(25, 2)`."""
    match = _PERCENT.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"{text!r} is not a percentage; write it like 80%")
    return Fraction(match.group(1))


def format_percent(percent: Fraction) -> str:
    """`"80 %"`, `"12.5 %"`: at most three digits after the point, none that say nothing."""
    return f"{float(percent):.3f}".rstrip("0").rstrip(".") + " %"


def format_bytes(count: int) -> str:
    """Decimal units and three significant digits or more: `"1.20 GB"`, `"412 GB"`, `"999 B"`, `"-3.00 MB"`."""
    sign, size = ("-" if count < 0 else ""), abs(count)
    if size < 1000:
        return f"{sign}{size} B"
    scale, unit = 1, "B"
    for name in ("kB", "MB", "GB", "TB", "PB", "EB"):
        scale, unit = scale * 1000, name
        if size * 2 < scale * 1999:
            break
    # Below 9.995 and 99.95 of the unit, in whole numbers: tables of a fleet have thousands of amounts.
    digits = 2 if size * 200 < scale * 1999 else 1 if size * 20 < scale * 1999 else 0
    return f"{sign}{size / scale:.{digits}f} {unit}"


def format_rate(bits_per_second: int) -> str:
    """`"80.0 Mbps"`: as `format_bytes`, in bits a second."""
    return (
        format_bytes(bits_per_second).replace(" B", " bps")
        if bits_per_second < 1000
        else (format_bytes(bits_per_second)[:-1] + "bps")
    )


def format_hours(seconds: int) -> str:
    """Time that adds up and is not gone through: `"36 h"`, `"1 h 50 min"`, `"5 min"`, never days."""
    hours, minutes = divmod(max(seconds, 0) // 60, 60)
    words = [f"{hours} h"] if hours else []
    return " ".join([*words, *([f"{minutes} min"] if minutes or not hours else [])])


def format_duration(span: timedelta) -> str:
    """In words, two units at most: `"3 days 4 hours"`, `"50 minutes"`, `"less than a minute"`."""
    seconds = int(span.total_seconds())
    if seconds < 60:
        return "less than a minute"
    units = (("day", _WHOLE_DAYS), ("hour", 3600), ("minute", 60))
    words: list[str] = []
    for name, size in units:
        count, seconds = divmod(seconds, size)
        if count:
            words.append(f"{count} {name}" + ("s" if count != 1 else ""))
    return " ".join(words[:2])
