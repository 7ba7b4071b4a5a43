"""Instants and grains: `2026-06-01T06:40:00Z`, `5m`."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from bot.domain.times import DAY, Slot, Window, iso, to_slot
from bot.rules.fields import Decoder, scalar
from bot.rules.nodes import Node
from bot.rules.problems import Wrong, shown
from bot.rules.values import duration

_INSTANT = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d)?(Z|[+-]\d\d:\d\d)?", re.ASCII)
_YEARS = (2000, 2100)
_MINUTE = timedelta(minutes=1)


def instant(node: Node) -> Slot:
    """Decoder: an instant with its zone, to the second."""
    written = scalar(node).text
    match = _INSTANT.fullmatch(written)
    if match is not None and match.group(2) is None:
        raise Wrong(f"{shown(written)} names no zone; write {written.replace(' ', 'T')}Z if UTC is meant")
    try:
        found = datetime.fromisoformat(written) if match else None
    except ValueError:
        found = None
    if found is None or not _YEARS[0] <= found.year < _YEARS[1]:
        raise Wrong(f"{shown(written)} is not an instant; write it like 2026-06-01T06:40:00Z")
    return to_slot(found)


def within(window: Window | None) -> Decoder[Slot]:
    """Decoder: an instant that the test's clock reaches; any where it is not known how far the clock runs."""

    def decode(node: Node) -> Slot:
        at = instant(node)
        if window is not None and not window.start <= at <= window.end:
            raise Wrong(f"{iso(at)} is not in the test, which runs from {iso(window.start)} to {iso(window.end)}")
        return at

    return decode


def on_grid(bucket: int) -> Decoder[Slot]:
    """Decoder: the start of a bucket of so many seconds."""

    def decode(node: Node) -> Slot:
        at = instant(node)
        if at % bucket:
            before = iso(at - at % bucket)
            raise Wrong(f"no bucket starts at {iso(at)}: they are {bucket // 60} minutes long; one starts at {before}")
        return at

    return decode


def grain(node: Node) -> int:
    """Decoder: the length of a bucket in seconds, of which a day is a whole number."""
    span = duration(node)
    if span < _MINUTE or span % _MINUTE or timedelta(seconds=DAY) % span:
        raise Wrong("a bucket is whole minutes, and a day a whole number of buckets, like 5m, 15m or 1h")
    return int(span.total_seconds())
