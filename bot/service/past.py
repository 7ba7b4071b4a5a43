"""Writing usage of long ago: fine where buckets are kept, as sums of hours or days where only those are.

What is older than the raw buckets' retention never becomes raw buckets, which would be swept the next night: whole
hours are written, and compared with what is stored as wholes, so that doing it again changes nothing. The unit of a
transaction is therefore a site's whole UTC day.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from bot.domain.times import Slot, floor
from bot.domain.usage import Bucket
from bot.service.options import RetentionOptions
from bot.service.ports import Edges, Reading, Resolution, StagedRow, Transaction
from bot.service.ports.past import Key, Sums

Rows = Sequence[StagedRow]


class OnConflict(StrEnum):
    """What becomes of a row that says otherwise than what is stored. An old hour or day of which more buckets are
    known now than are stored is taken with KEEP too: what was unknown was no value to be kept."""

    KEEP = "keep"
    REPLACE = "replace"
    REFUSE = "refuse"


@dataclass(slots=True)
class Written:
    """How many rows were `new`, `same` as stored, `replaced`, `filled` (fuller than stored), or `kept` as stored.

    `refused` are the others.
    """

    counts: Counter[str] = field(default_factory=Counter)
    refused: list[StagedRow] = field(default_factory=list)


def edges_of(keep: RetentionOptions, now: Slot) -> Edges:
    """Where retention stands now, whether or not it was applied yet."""
    return Edges(floor(now - keep.raw, 3600), floor(now - keep.hourly, 86400))


async def write_past(
    tx: Transaction, rows: Rows, keep: RetentionOptions, now: Slot, on_conflict: OnConflict, step: int
) -> Written:
    """Store rows (whole UTC days of their sites) in the caller's transaction; `step` is the seconds of a bucket."""
    edges, written = await tx.past.close_before(edges_of(keep, now)), Written()
    parts: dict[Resolution, dict[Key, list[StagedRow]]] = defaultdict(lambda: defaultdict(list))
    for row in rows:
        resolution = edges.resolution(row.slot)
        parts[resolution][floor(row.slot, resolution.seconds(step)), row.site].append(row)
    for resolution, of_keys in parts.items():
        wanted = {key: _sum(members) for key, members in of_keys.items()}
        stored = await tx.past.stored(resolution, wanted)
        changed = _chosen(of_keys, wanted, stored, on_conflict, written)
        if resolution is Resolution.RAW:
            await _write_buckets(tx, changed, now)
        elif changed:
            await tx.past.replace(resolution, changed)
    return written


def _sum(rows: Iterable[StagedRow]) -> Sums:
    a, b, c, d = (sum(column) for column in zip(*(row.sums for row in rows), strict=True))
    return a, b, c, d


def _chosen(
    of_keys: Mapping[Key, list[StagedRow]],
    wanted: Mapping[Key, Sums],
    stored: Mapping[Key, Sums],
    on_conflict: OnConflict,
    written: Written,
) -> dict[Key, Sums]:
    """What is to be written; the rest is counted."""
    changed: dict[Key, Sums] = {}
    for key, sums in wanted.items():
        is_new, rows = key not in stored, of_keys[key]
        if stored.get(key) == sums:
            written.counts["same"] += len(rows)
        elif is_new or on_conflict is OnConflict.REPLACE:
            changed[key] = sums
            written.counts["new" if is_new else "replaced"] += len(rows)
        elif on_conflict is OnConflict.KEEP:
            is_fuller = sums[3] > stored[key][3]
            written.counts["filled" if is_fuller else "kept"] += len(rows)
            if is_fuller:
                changed[key] = sums
        else:
            written.refused += rows
    return changed


async def _write_buckets(tx: Transaction, changed: Mapping[Key, Sums], now: Slot) -> None:
    by_site: dict[int, list[Bucket]] = defaultdict(list)
    for (slot, site), sums in sorted(changed.items()):
        by_site[site].append(Bucket(slot, sums[0], sums[1]))
    progress = await tx.progress.all()
    judged = {site: row.judged_until for site, row in progress.items() if row.judged_until is not None}
    await tx.buckets.write([Reading(site, buckets) for site, buckets in by_site.items()], now, judged)
