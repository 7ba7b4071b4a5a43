"""From the text of a file's row to usage of a site, or to why not. Pure, but for what the caches remember."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from bot.domain.times import DAY, HOUR, Slot, iso, to_slot
from bot.domain.usage import LARGEST_BUCKET
from bot.service.ports import Edges, StagedRow


class Why(StrEnum):
    """Why a row is refused: what the refusals are counted by."""

    SITE = "no such site"
    TIME = "the time cannot be read"
    ZONE = "the time names no zone"
    GRID = "the time is not the start of a bucket"
    FUTURE = "the time has not come"
    BYTES = "bytes that are no whole number from 0 to what a bucket can hold"
    LENGTH = "a length that is not kept at this age"
    CONTRADICTION = "rows of the files contradict each other"
    CONFLICT = "the history says otherwise"
    COLUMNS = "not as many columns as the header"


class RowText(NamedTuple):
    """The cells of one row that mean something here; "" where the file has no such column."""

    site: str
    time: str
    in_bytes: str
    out_bytes: str
    workspace: str = ""
    minutes: str = ""
    max_bytes: str = ""
    buckets: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class Refused:
    """A row that is not taken. `detail` is for people: it may quote the file."""

    file: int
    line: int
    why: Why
    detail: str
    row: RowText


class _No(Exception):  # noqa: N818 - it says no, and nothing is wrong here
    def __init__(self, why: Why, detail: str) -> None:
        super().__init__(detail)
        self.why, self.detail = why, detail


@dataclass(frozen=True, slots=True)
class Grid:
    """What rows are held against: the seconds of a bucket, the clock, what is kept of which age, the zone of times
    that name none (None: they are refused), and the seconds of rows that do not say theirs (None: a bucket)."""

    bucket: int
    now: Slot
    edges: Edges
    zone: ZoneInfo | None = None
    length: int | None = None


SiteOf = Callable[[str, str, str], int | str]
"""(site, workspace, name) → the site's key, or why there is none. The name is for a site that is made."""


class RowReader:
    """Reads rows one by one. `has_placed`: whether a time named no zone, and was taken as of the grid's."""

    def __init__(self, grid: Grid, site_of: SiteOf) -> None:
        self.grid = grid
        self.has_placed = False
        self._site_of = site_of
        self._sites: dict[tuple[str, str], int | str] = {}
        self._slot_of = lru_cache(maxsize=65_536)(self._slot)

    def read(self, file: int, line: int, row: RowText) -> StagedRow | Refused:
        """What the row says, or why it is not taken."""
        try:
            return self._row(file, line, row)
        except _No as no:
            if not row.minutes and self.grid.length is not None:
                row = row._replace(minutes=str(self.grid.length // 60))
            return Refused(file, line, no.why, no.detail, row)

    def _row(self, file: int, line: int, row: RowText) -> StagedRow:
        site, slot, bucket = self._site(row), self._slot_of(row.time), self.grid.bucket
        if self.grid.length is None and not (row.minutes or row.max_bytes or row.buckets):
            length, most, known = bucket, LARGEST_BUCKET, 1
        else:
            length = self._length(row.minutes, slot)
            known = self._known(row.buckets, length // bucket)
            most = LARGEST_BUCKET * known
        in_bytes, out_bytes = _whole(row.in_bytes, most, "in_bytes"), _whole(row.out_bytes, most, "out_bytes")
        larger = max(in_bytes, out_bytes)
        if row.max_bytes:
            larger = self._larger(row.max_bytes, in_bytes, out_bytes, known)
        if slot % length:
            raise _No(Why.GRID, f"{row.time} is not the start of {length // 60} minutes (counted in UTC)")
        if slot + length > self.grid.now:
            raise _No(Why.FUTURE, f"{row.time} and {length // 60} minutes is after now, {iso(self.grid.now)}")
        return StagedRow(site, slot, length, in_bytes, out_bytes, larger, known, file, line)

    def _site(self, row: RowText) -> int:
        asked = row.site, row.workspace
        if asked not in self._sites:
            self._sites[asked] = self._site_of(*asked, row.name)
        found = self._sites[asked]
        if isinstance(found, str):
            raise _No(Why.SITE, found)
        return found

    def _slot(self, text: str) -> int:
        try:
            instant = datetime.fromisoformat(text.strip())
        except ValueError:
            raise _No(Why.TIME, f"{shown(text)} is no time; write it like 2026-06-01T08:00:00Z") from None
        if instant.tzinfo is None:
            instant = self._placed(instant, text)
        try:
            slot = to_slot(instant.astimezone(UTC))
        except (OverflowError, ValueError):
            slot = Slot(-1)
        if slot < 0 or instant.microsecond:
            raise _No(Why.GRID if slot >= 0 else Why.TIME, f"{shown(text)} is before 1970 or within a second")
        return slot

    def _placed(self, instant: datetime, text: str) -> datetime:
        zone = self.grid.zone
        if zone is None:
            detail = f"{shown(text)} names no zone; write an offset or Z, or say --timezone ZONE"
            raise _No(Why.ZONE, detail)
        first, second = instant.replace(tzinfo=zone), instant.replace(tzinfo=zone, fold=1)
        if first.utcoffset() != second.utcoffset():
            skipped = (first.utcoffset() or timedelta()) < (second.utcoffset() or timedelta())
            what = "is skipped" if skipped else "comes twice"
            raise _No(Why.TIME, f"{shown(text)} {what} in {zone.key}, where the clock changes; write an offset")
        self.has_placed = True
        return first

    def _length(self, text: str, slot: int) -> int:
        """Seconds. A row may be finer than what is kept at its age, never coarser: hours cannot be taken apart."""
        bucket, edges = self.grid.bucket, self.grid.edges
        minutes = _whole(text, DAY // 60, "minutes", Why.LENGTH) if text else (self.grid.length or bucket) // 60
        length = minutes * 60
        if length not in {bucket, HOUR, DAY}:
            detail = f"rows are of {bucket // 60} minutes, the length of a bucket, of 60 or of 1440, not of {minutes}"
            raise _No(Why.LENGTH, detail)
        edge = {HOUR: edges.raw, DAY: edges.hourly}.get(length) if length != bucket else None
        if edge is not None and slot >= edge:
            finer = f"{bucket // 60}" if length == HOUR else "60"
            raise _No(Why.LENGTH, f"rows of {minutes} minutes are taken before {iso(edge)}; later, of {finer} at most")
        return length

    @staticmethod
    def _known(text: str, all_of_them: int) -> int:
        known = _whole(text, all_of_them, "buckets", Why.LENGTH) if text else all_of_them
        if not known:
            raise _No(Why.LENGTH, "buckets is 0: what is not known is left out")
        return known

    @staticmethod
    def _larger(text: str, in_bytes: int, out_bytes: int, known: int) -> int:
        larger = _whole(text, LARGEST_BUCKET * known, "max_bytes")
        if not max(in_bytes, out_bytes) <= larger <= in_bytes + out_bytes:
            raise _No(Why.BYTES, f"max_bytes is {larger}, which in_bytes and out_bytes cannot come to")
        return larger


def _whole(text: str, most: int, column: str, why: Why = Why.BYTES) -> int:
    bare = text.strip()
    if not (bare.isascii() and bare.isdigit() and len(bare) <= 19):
        raise _No(why, f"{column} is {shown(text)}, no whole number from 0" if bare else f"{column} is empty")
    number = int(bare)
    if number > most:
        raise _No(why, f"{column} is {number}, and {most} is the most it can be")
    return number


def shown(text: str) -> str:
    """A cell, quoted and cut."""
    return repr(text if len(text) <= 40 else text[:39] + "…")


FIELDS: Mapping[str, frozenset[str]] = {
    "site": frozenset({"site", "site_id", "site_uuid", "uuid", "id"}),
    "name": frozenset({"name", "site_name"}),
    "workspace": frozenset({"workspace"}),
    "time": frozenset({"time", "time_slot", "timestamp", "slot", "start", "start_time"}),
    "minutes": frozenset({"minutes", "bucket_minutes", "bucket_interval_minutes"}),
    "in_bytes": frozenset({"in_bytes", "bytes_in", "in", "total_in_bytes"}),
    "out_bytes": frozenset({"out_bytes", "bytes_out", "out", "total_out_bytes"}),
    "max_bytes": frozenset({"max_bytes"}),
    "buckets": frozenset({"buckets"}),
}
"""What a column may be called, in lower case, with "_" for spaces and hyphens."""
