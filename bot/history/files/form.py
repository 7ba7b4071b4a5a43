"""What a file is like, seen from its first rows: which zone its times are of, and how long its rows are."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice, pairwise
from pathlib import Path

from bot.domain.times import DAY, HOUR, to_slot
from bot.history.files.columns import columns_of, is_of_utc
from bot.history.files.reading import header_of, read_rows
from bot.history.unusable import UnusableFileError
from bot.service.import_rows import Refused, RowText

ROWS_SEEN = 20_000
ENOUGH = 3
"""Distances between rows of a site from which a length is concluded."""


@dataclass(frozen=True, slots=True)
class FileForm:
    """`is_of_utc`: times without a zone are of UTC. `length`: seconds of a row that does not say; None: a bucket."""

    is_of_utc: bool
    length: int | None


def form_of(file: Path, bucket: int) -> FileForm:
    """Raises UnusableFileError, for rows too that are of a length that is not kept."""
    header = header_of(file)
    if "minutes" in columns_of(file, header):
        return FileForm(is_of_utc(header), None)
    distance = _distance(row[1] for row in islice(read_rows(file, 0), ROWS_SEEN) if not isinstance(row, Refused))
    if distance is None or distance <= bucket:
        return FileForm(is_of_utc(header), None)
    if distance not in {HOUR, DAY}:
        why = f"its rows are {distance // 60} minutes apart, and the history keeps {bucket // 60}, 60 and 1440"
        raise UnusableFileError(file, why, "Sum them to hours, or say in a column `minutes` how long each row is")
    return FileForm(is_of_utc(header), distance)


def _distance(rows: Iterable[RowText]) -> int | None:
    """The usual seconds between rows of a site. None where there are too few, or some are nearer to each other."""
    times: defaultdict[tuple[str, str], set[int]] = defaultdict(set)
    for row in rows:
        if (slot := _slot(row.time)) is not None:
            times[row.site, row.workspace].add(slot)
    gaps = Counter(later - earlier for each in times.values() for earlier, later in pairwise(sorted(each)))
    if gaps.total() < ENOUGH:
        return None
    usual, least = gaps.most_common(1)[0][0], min(gaps)
    # A day of a zone may have 23 hours; what is much nearer is of another length.
    return usual if usual in {HOUR, DAY} and least * 2 > usual else least


def _slot(text: str) -> int | None:
    try:
        instant = datetime.fromisoformat(text.strip())
        return to_slot(instant if instant.tzinfo is not None else instant.replace(tzinfo=UTC))
    except (ValueError, OverflowError):
        return None
