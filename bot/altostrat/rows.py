"""Rows of an answer become buckets; what cannot be trusted is refused and counted by reason."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from typing import NamedTuple
from zoneinfo import ZoneInfo

from bot.altostrat import times
from bot.domain.times import Window
from bot.domain.usage import LARGEST_BUCKET, Bucket
from bot.service import ports

ROUNDING = 1
"""Bytes by which a total may differ from in + out when each was rounded by itself."""


class Reason(StrEnum):
    """Why a row was refused."""

    NOT_AN_OBJECT = "not_an_object"
    MISSING_TIME = "missing_time"
    BAD_TIME = "bad_time"
    """No time at all, or a local time that a clock change skipped."""
    MISSING_BYTES = "missing_bytes"
    """Bytes in or out are absent or null: absent is not zero, and a total is no way to know."""
    ONLY_TOTAL = "only_total"
    NOT_A_NUMBER = "not_a_number"
    NEGATIVE = "negative"
    FRACTIONAL = "fractional"
    ENORMOUS = "enormous"
    MISALIGNED = "misaligned"
    """The slot is not the start of a bucket."""
    OUTSIDE = ports.OUTSIDE
    """The bucket does not lie wholly inside the window; the newest, partial one does not."""
    CONTRADICTORY = "contradictory"
    """Rows of one slot that disagree. Nobody can say which is right, so none is kept."""
    AMBIGUOUS = "ambiguous"
    """A local time that came twice when the clocks went back, and nothing tells which of the two this is."""


@dataclass(frozen=True, slots=True)
class Reading:
    """Buckets as `Answered` wants them, what was refused, and how many kept rows have a total that is not in + out.

    In and out are believed, because rules may ask for either; the total is only compared.
    """

    buckets: Sequence[Bucket]
    refused: Mapping[str, int]
    odd_totals: int = 0


class _Row(NamedTuple):
    """A row whose numbers are good; `slots` are the one or two instants that its time can mean."""

    slots: tuple[int, ...]
    in_bytes: int
    out_bytes: int
    odd_total: bool


def read_rows(rows: Sequence[object], window: Window, step: int, zone: ZoneInfo) -> Reading:
    """Buckets of `step` seconds inside `window`, unique and ascending. Never raises, whatever JSON the rows are.

    Whole numbers may be written `7`, `7.0` or `"7"` (databases write sums as text); nothing else is a number.
    Equal rows of one slot count once.
    """
    refused: Counter[str] = Counter()
    good: list[_Row] = []
    for row in rows:
        read = _row(row, zone)
        if isinstance(read, Reason):
            refused[read] += 1
        else:
            good.append(read)
    if any(len(row.slots) > 1 for row in good):
        good, ambiguous = _settled(good, window)
        refused[Reason.AMBIGUOUS] += ambiguous
    buckets = _unique(_placed(good, window, step, refused), refused)
    counts = {str(reason): count for reason, count in refused.items() if count}
    return Reading(buckets, counts, sum(row.odd_total for row in good))


def _row(row: object, zone: ZoneInfo) -> _Row | Reason:
    if type(row) is not dict:
        return Reason.NOT_AN_OBJECT
    time = row.get("time_slot")
    if time is None:
        return Reason.MISSING_TIME
    slots = times.read(time, zone) if isinstance(time, str) else None
    if slots is None:
        return Reason.BAD_TIME
    inbound, outbound = _count(row.get("total_in_bytes")), _count(row.get("total_out_bytes"))
    total = row.get("total_combined_bytes")
    if isinstance(inbound, Reason):
        absent = inbound is outbound is Reason.MISSING_BYTES
        return Reason.ONLY_TOTAL if absent and total is not None else inbound
    if isinstance(outbound, Reason):
        return outbound
    # Only a number is compared: the field may be missing.
    odd = type(total) is int and abs(total - inbound - outbound) > ROUNDING
    return _Row(slots, inbound, outbound, odd)


def _count(value: object) -> int | Reason:
    """Whole bytes from 0 to LARGEST_BUCKET. A boolean is no number, although Python thinks so."""
    if type(value) is int and 0 <= value <= LARGEST_BUCKET:
        return value
    if type(value) is float:
        if not value.is_integer():
            return Reason.FRACTIONAL if abs(value) < LARGEST_BUCKET else Reason.ENORMOUS
        value = int(value)
    elif type(value) is str and 0 < len(value) <= 20 and value.isascii() and value.isdigit():
        value = int(value)
    if type(value) is not int:
        return Reason.MISSING_BYTES if value is None else Reason.NOT_A_NUMBER
    if value < 0:
        return Reason.NEGATIVE
    return value if value <= LARGEST_BUCKET else Reason.ENORMOUS


def _placed(rows: Sequence[_Row], window: Window, step: int, refused: Counter[str]) -> list[_Row]:
    """Those on the grid and wholly inside the window."""
    first, last, placed = window.start, window.end - step, []
    for row in rows:
        slot = row.slots[0]
        if slot % step:
            refused[Reason.MISALIGNED] += 1
        elif first <= slot <= last:
            placed.append(row)
        else:
            refused[Reason.OUTSIDE] += 1
    return placed


def _unique(rows: Sequence[_Row], refused: Counter[str]) -> list[Bucket]:
    found: dict[int, Bucket] = {}
    contradicted: set[int] = set()
    for row in rows:
        bucket = Bucket(row.slots[0], row.in_bytes, row.out_bytes)
        if found.setdefault(bucket.slot, bucket) != bucket:
            contradicted.add(bucket.slot)
    if contradicted:
        refused[Reason.CONTRADICTORY] += sum(row.slots[0] in contradicted for row in rows)
    return [found[slot] for slot in sorted(found.keys() - contradicted)]


def _settled(rows: Sequence[_Row], window: Window) -> tuple[list[_Row], int]:
    """Rows with one instant each, and how many were ambiguous.

    A repeated local time that is there once is whichever of its instants lies in the window, if only one does.
    One that is there twice is told by order, if the whole answer has one: ascending or descending.
    """
    places: defaultdict[tuple[int, ...], list[int]] = defaultdict(list)
    slots: list[int | None] = [row.slots[0] if len(row.slots) == 1 else None for row in rows]
    for place, row in enumerate(rows):
        if len(row.slots) > 1:
            places[row.slots].append(place)
    for pair, at in places.items():
        inside = [slot for slot in pair if slot in window]
        if len(at) == 1 and len(inside) < 2:
            slots[at[0]] = (inside or pair)[0]
    slots = _ordered(slots, {pair: at for pair, at in places.items() if len(at) == 2})
    kept = [
        _Row((slot,), row.in_bytes, row.out_bytes, row.odd_total)
        for row, slot in zip(rows, slots, strict=True)
        if slot is not None
    ]
    return kept, len(rows) - len(kept)


def _ordered(slots: list[int | None], twice: Mapping[tuple[int, ...], Sequence[int]]) -> list[int | None]:
    """`slots` with both rows of each repeated time filled in where that makes the whole ascend or descend."""
    for ascending in (True, False):
        filled = list(slots)
        for pair, places in twice.items():
            for slot, place in zip(pair if ascending else reversed(pair), places, strict=True):
                filled[place] = slot
        known = [slot for slot in filled if slot is not None]
        if all((a <= b) if ascending else (a >= b) for a, b in pairwise(known)):
            return filled
    return slots
