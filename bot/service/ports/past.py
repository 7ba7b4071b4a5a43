"""Usage of long ago, moved in bulk: what the history keeps of each age, and where rows of a file wait meanwhile."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple, Protocol

from bot.domain.times import DAY, HOUR, Slot, Window

Key = tuple[int, int]
"""Slot, site."""

Sums = tuple[int, int, int, int]
"""Bytes in, out, the larger of both per bucket, and how many buckets are known."""


class Resolution(StrEnum):
    """What a row of usage is about: one bucket, or the sum of an hour or of a UTC day."""

    RAW = "raw"
    HOUR = "hour"
    DAY = "day"

    def seconds(self, bucket: int) -> int:
        return {Resolution.RAW: bucket, Resolution.HOUR: HOUR, Resolution.DAY: DAY}[self]


@dataclass(frozen=True, slots=True)
class Edges:
    """Before `raw` (a whole hour) only sums of hours are kept, and before `hourly` (a UTC midnight) of days."""

    raw: Slot
    hourly: Slot

    def resolution(self, slot: int) -> Resolution:
        """The finest that is kept at this age."""
        if slot >= self.raw:
            return Resolution.RAW
        return Resolution.HOUR if slot >= self.hourly else Resolution.DAY


class StagedRow(NamedTuple):
    """One row of a file, understood. `length` is in seconds; `file` and `line` say where it stands."""

    site: int
    slot: int
    length: int
    in_bytes: int
    out_bytes: int
    max_bytes: int
    known: int
    file: int
    line: int

    @property
    def sums(self) -> Sums:
        return self.in_bytes, self.out_bytes, self.max_bytes, self.known


class Stage(Protocol):
    """Where understood rows wait until all files were read: sorted, and in bounded memory."""

    def add(self, rows: Sequence[StagedRow]) -> None: ...

    def drop_repeated(self) -> int:
        """Forget rows that say again what another says; how many."""

    def drop_contradictions(self) -> Iterator[tuple[StagedRow, StagedRow]]:
        """Forget rows that overlap others of their site and say otherwise, all of them: each with one of the others."""

    def batches(self, size: int) -> Iterator[list[StagedRow]]:
        """Newest UTC day first; a site's day is never split, and a batch is at least `size` rows where there are."""

    def __len__(self) -> int: ...


class PastTable(Protocol):
    async def close_before(self, edges: Edges) -> Edges:
        """Say that older buckets and hours are kept as sums only. The edges in force, which may be later."""

    async def stored(self, resolution: Resolution, keys: Collection[Key]) -> Mapping[Key, Sums]:
        """What is stored for those of these keys that are."""

    async def replace(self, resolution: Resolution, rows: Mapping[Key, Sums]) -> None:
        """Store whole hours or days, with the coarser sums by difference; finer rows of a replaced one go."""

    async def rows(
        self, resolution: Resolution, window: Window, sites: Collection[int] | None
    ) -> Sequence[tuple[int, int, int, int, int, int]]:
        """(slot, site, in, out, max, known) that start in the window, by slot and site; None means every site."""

    async def span(self, resolution: Resolution) -> Window | None:
        """From the first stored slot to one second after the last."""
