"""Limits as an operator wrote them: exact, and as short as that allows."""

from __future__ import annotations

from bot.domain.units import format_bytes, format_rate

_DECIMAL = ("PB", 10**15), ("TB", 10**12), ("GB", 10**9), ("MB", 10**6), ("kB", 10**3), ("B", 1)
_BINARY = ("PiB", 2**50), ("TiB", 2**40), ("GiB", 2**30), ("MiB", 2**20), ("KiB", 2**10)
_RATES = ("Gbps", 10**9), ("Mbps", 10**6), ("kbps", 10**3), ("bps", 1)


def limit_words(limit: int) -> str:
    """A limit exactly, as short as that allows: `"500 GB"`, `"1.5 TB"`, `"500 GiB"`; rounded where neither fits."""
    return _exactly(limit, _DECIMAL) or _exactly(limit, _BINARY) or format_bytes(limit)


def rate_words(rate: int) -> str:
    """`"80 Mbps"`, as `limit_words`."""
    return _exactly(rate, _RATES) or format_rate(rate)


def _exactly(count: int, units: tuple[tuple[str, int], ...]) -> str:
    for unit, size in units:
        if count >= size:
            return f"{count / size:g} {unit}" if count * 1000 % size == 0 else ""
    return "0 B" if count == 0 else ""
