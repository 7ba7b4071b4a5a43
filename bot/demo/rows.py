"""The rows of an answer: totals of buckets as the API writes them, and how faults spoil them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, tzinfo
from enum import StrEnum
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from bot.demo.asking import Question
from bot.demo.faults import Fault, NoRows, Revised, Rubbish, Unordered
from bot.demo.noise import I64
from bot.demo.shapes import STEP
from bot.demo.traffic import Traffic
from bot.domain.block import Block
from bot.domain.times import DAY, Slot, Window, ceil, floor, to_instant, to_slot

Row = dict[str, object]
Total = tuple[int, int, int]
"""Slot, bytes in, bytes out."""


class RowForm(StrEnum):
    """How a row writes the start of its bucket. Of the real API only the first was ever seen, in an example."""

    SPACED = "spaced"
    """`2025-10-29 10:00:00`, in the API's zone: no `date-time`, whatever the API's description says."""
    UTC = "utc"
    """`2025-10-29T08:00:00Z`."""
    OFFSET = "offset"
    """`2025-10-29T10:00:00+02:00`, in the API's zone."""


_CLOCK = tuple(f" {minute // 60:02d}:{minute % 60:02d}:00" for minute in range(1440))


def totals(
    traffic: Traffic, sites: Sequence[int], question: Question, until: datetime, *, partial: bool
) -> list[Total]:
    """What the meter knows by `until`, in order of time; a bucket in which no site is known has no row.

    The five-minute bucket that holds `until` counts with the share of it that has passed if `partial`, else not.
    """
    last = to_slot(until)
    end = min(ceil(to_slot(question.end), question.interval), ceil(last, STEP) if partial else floor(last, STEP))
    if not sites or end <= question.first:
        return []
    window = Window(question.first, Slot(end))
    block = traffic.block(sites, window) if len(sites) == 1 else traffic.summed(sites, window)
    if last < end:
        _cut(block, last - floor(last, STEP))
    return _aggregated(block, question.interval)


def _cut(block: Block, seconds: int) -> None:
    """Leave so many seconds' share of the newest bucket."""
    for column in (block.in_bytes[0], block.out_bytes[0]):
        column[-1] = column[-1] * seconds // STEP


def _aggregated(block: Block, interval: int) -> list[Total]:
    known = block.known[0]
    slots = block.start + np.arange(block.length, dtype=np.int64) * STEP
    slots, inbound, outbound = slots[known], block.in_bytes[0][known], block.out_bytes[0][known]
    if interval > STEP and len(slots):
        starts, firsts = np.unique(slots - slots % interval, return_index=True)
        slots, inbound, outbound = starts, _sums(inbound, firsts), _sums(outbound, firsts)
    return list(zip(slots.tolist(), inbound.tolist(), outbound.tolist(), strict=True))


def _sums(values: I64, firsts: NDArray[np.intp]) -> I64:
    return np.asarray(np.add.reduceat(values, firsts), np.int64)


def completed(rows: Sequence[Total], question: Question, until: datetime) -> list[Total]:
    """The rows, and one of zeros for every bucket asked for that ended by `until` and has none."""
    end = min(to_slot(question.end), to_slot(until))
    empty = {slot: (slot, 0, 0) for slot in range(question.first, end - question.interval + 1, question.interval)}
    return sorted({**empty, **{row[0]: row for row in rows}}.values())


def adjusted(rows: list[Total], faults: Sequence[Fault], now: datetime) -> list[Total]:
    """The rows after faults that change what the meter says: revisions, and spans without rows."""
    for fault in faults:
        if isinstance(fault, Revised):
            old = to_slot(now - fault.after)
            rows = [_revised(row, fault.percent) if row[0] + STEP <= old else row for row in rows]
        elif isinstance(fault, NoRows):
            gap = Window.of(fault.start, fault.end)
            rows = [row for row in rows if row[0] not in gap]
    return rows


def _revised(row: Total, percent: int) -> Total:
    slot, inbound, outbound = row
    return slot, inbound * (100 + percent) // 100, outbound * (100 + percent) // 100


def written(rows: Sequence[Total], zone: tzinfo, form: RowForm = RowForm.SPACED) -> list[Row]:
    """The rows as the API writes them."""
    return [
        {
            "time_slot": written_time(slot, zone, form),
            "total_in_bytes": inbound,
            "total_out_bytes": outbound,
            "total_combined_bytes": inbound + outbound,
        }
        for slot, inbound, outbound in rows
    ]


def written_time(slot: int, zone: tzinfo, form: RowForm = RowForm.SPACED) -> str:
    """An instant as a row gives it; zone-less times and offsets are of `zone`."""
    if form is RowForm.UTC:
        return to_instant(slot).strftime("%Y-%m-%dT%H:%M:%SZ")
    if form is RowForm.OFFSET:
        return to_instant(slot).astimezone(zone).isoformat(timespec="seconds")
    if zone is UTC:
        return _date(slot // DAY) + _CLOCK[slot % DAY // 60]
    return to_instant(slot).astimezone(zone).strftime("%Y-%m-%d %H:%M:%S")


@lru_cache(maxsize=1024)
def _date(day: int) -> str:
    return to_instant(day * DAY).strftime("%Y-%m-%d")


def spoiled(rows: list[Row], faults: Sequence[Fault], question: Question, zone: tzinfo) -> list[object]:
    """The rows after faults that change how they are written."""
    spoilt: list[object] = list(rows)
    for fault in faults:
        if isinstance(fault, Rubbish):
            spoilt = _mixed(spoilt, rubbish(question, zone))
        elif isinstance(fault, Unordered):
            spoilt = spoilt[::2][::-1] + spoilt[1::2]
    return spoilt


def _mixed(good: list[object], bad: list[object]) -> list[object]:
    """Bad rows spread among the good ones, and one good row twice."""
    mixed = good[:1] + list(good)
    for place, row in enumerate(bad):
        mixed.insert(min(2 * place, len(mixed)), row)
    return mixed


def rubbish(question: Question, zone: tzinfo) -> list[object]:
    """One row for each way in which a row can be wrong; all of them name slots that good rows may name as well."""
    slot = written_time(question.first, zone)
    misaligned = written_time(question.first + 60, zone)
    outside = written_time(question.first - 7 * DAY, zone)
    good: Row = {"time_slot": slot, "total_in_bytes": 1, "total_out_bytes": 1, "total_combined_bytes": 2}
    return [
        good | {"total_in_bytes": -5_000_000, "total_combined_bytes": -4_999_999},
        {"time_slot": slot, "total_in_bytes": 7},
        {key: value for key, value in good.items() if key != "time_slot"},
        good | {"total_in_bytes": 1234.5},
        good | {"total_in_bytes": 2**63, "total_combined_bytes": 2**63 + 1},
        good | {"total_in_bytes": 10**17, "total_combined_bytes": 10**17 + 1},
        good | {"total_in_bytes": "12 MB"},
        good | {"total_out_bytes": None},
        good | {"time_slot": misaligned},
        good | {"time_slot": outside},
        good | {"time_slot": "yesterday"},
        None,
        [],
        "row",
    ]
