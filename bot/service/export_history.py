"""Give history away, in the order of time, a short transaction at a time."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import NamedTuple

from bot.domain.names import name
from bot.domain.sites import Site
from bot.domain.times import DAY, HOUR, Slot, Window
from bot.service.ports import History, Resolution

SPANS = {Resolution.RAW: HOUR, Resolution.HOUR: DAY, Resolution.DAY: 14 * DAY}
"""What is read at once: a few hundred thousand rows of ten thousand sites."""
FORMULAS = ("=", "+", "-", "@")


class ExportedRow(NamedTuple):
    """One row of a file, its columns named as in all history files. `site` is the UUID.

    `max_bytes` and `buckets` are of sums; of a bucket they say nothing new.
    """

    site: str
    time_slot: int
    in_bytes: int
    out_bytes: int
    minutes: int
    max_bytes: int
    buckets: int
    workspace: str
    name: str


async def span_of(history: History, resolution: Resolution, asked: tuple[Slot | None, Slot | None]) -> Window | None:
    """What is stored, cut to `asked` (from, until); None where nothing is left."""
    async with history.reading() as tx:
        stored = await tx.past.span(resolution)
    if stored is None:
        return None
    start = max(stored.start, asked[0]) if asked[0] is not None else stored.start
    end = min(stored.end, asked[1]) if asked[1] is not None else stored.end
    return Window(start, end) if start < end else None


async def export_history(
    history: History, sites: Sequence[Site], window: Window, resolution: Resolution, bucket: int, *, is_all: bool
) -> AsyncIterator[tuple[list[ExportedRow], Slot]]:
    """Rows of these sites, and up to when they are read. `is_all` says that `sites` are all there are.

    Each span is a transaction of its own, so that a running bot goes on: a bucket that it revises meanwhile may or
    may not be seen. Sites that nobody watches any more are left out.
    """
    of_key: Mapping[int, tuple[str, str, str]] = {s.key: (s.id, s.workspace, harmless(s.name)) for s in sites}
    keys, minutes = None if is_all else sorted(of_key), resolution.seconds(bucket) // 60
    start = window.start
    while start < window.end:
        part = Window(start, min(window.end, Slot(start + SPANS[resolution])))
        async with history.reading() as tx:
            stored = await tx.past.rows(resolution, part, keys)
        rows = [
            ExportedRow(of_key[site][0], slot, in_bytes, out_bytes, minutes, larger, known, *of_key[site][1:])
            for slot, site, in_bytes, out_bytes, larger, known in stored
            if site in of_key
        ]
        yield rows, part.end
        start = part.end


def harmless(text: str) -> str:
    """A name that no spreadsheet takes for a formula."""
    clean = name(text)
    return f"'{clean}" if clean.startswith(FORMULAS) else clean


def plain(text: str) -> str:
    """What `harmless` made harmless, as it was."""
    return text[1:] if text.startswith("'") and text[1:].startswith(FORMULAS) else text
