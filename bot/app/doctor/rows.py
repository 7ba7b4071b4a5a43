"""What an answer's rows are, as far as checks need it: read on a grid of minutes, whatever interval was asked for."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from zoneinfo import ZoneInfo

from bot.altostrat.rows import read_rows
from bot.app.doctor.findings import Finding, Subject, Teller
from bot.app.doctor.phrases import span
from bot.domain.times import DAY, Slot, Window
from bot.domain.usage import Bucket
from bot.service.answers.phrases import count as counted

GRID = 60
MARGIN = 3 * DAY
_NAMES_ZONE = re.compile(r"(?:[Zz]|[+-]\d\d:?\d\d)$")


@dataclass(frozen=True, slots=True)
class Rows:
    """Buckets by slot, ascending; how many rows could not be read, by reason; whether rows name their zone."""

    buckets: Sequence[Bucket]
    refused: Mapping[str, int]
    name_zone: bool = False

    @property
    def newest(self) -> int | None:
        return self.buckets[-1].slot if self.buckets else None

    @property
    def spacing(self) -> int | None:
        """The usual distance between neighbours, in seconds; None of fewer than three rows."""
        distances = Counter(b.slot - a.slot for a, b in pairwise(self.buckets))
        return distances.most_common(1)[0][0] if len(self.buckets) > 2 else None


def rows_in(rows: Sequence[object], window: Window, zone: ZoneInfo) -> Rows:
    """Rows around the window too: a wrong zone must not hide them."""
    wide = Window(Slot(window.start - MARGIN), Slot(window.end + MARGIN))
    reading = read_rows(rows, wide, GRID, zone)
    return Rows(reading.buckets, reading.refused, any(map(_names_zone, rows[:10])))


def _names_zone(row: object) -> bool:
    time = row.get("time_slot") if isinstance(row, dict) else None
    return isinstance(time, str) and _NAMES_ZONE.search(time[10:]) is not None


def readable(rows: Rows, workspace: str) -> Iterator[Finding]:
    """Whether there are rows, and whether all of them are what they should be."""
    tell = Teller(Subject.API, workspace)
    bad = sum(rows.refused.values())
    if rows.refused:
        reasons = ", ".join(f"{count} {reason.replace('_', ' ')}" for reason, count in sorted(rows.refused.items()))
        text = f"{bad} of {bad + len(rows.buckets)} rows of the account's last day cannot be used ({reasons})"
        yield tell.warning("rows", text, "They stay unknown; ask Altostrat's support if they do not go away")
    elif rows.buckets:
        yield tell.ok("rows", f"{counted(len(rows.buckets), 'row')} of the account's last day, all of them readable")
    if not rows.buckets and not bad:
        remedy = "Check that this token's workspace has sites with traffic, and ALTOSTRAT_REQUEST_FORM and _TIMEZONE"
        yield tell.warning("rows", "the API has no row for the whole account's last day", remedy)


def interval(rows: Rows, step: int, workspace: str) -> Finding:
    """Whether buckets are as long as was asked for."""
    tell = Teller(Subject.API, workspace)
    spacing = rows.spacing
    if spacing is None:
        return tell.skipped("bucket interval", "too few rows to tell")
    aligned = sum(bucket.slot % step == 0 for bucket in rows.buckets)
    if spacing == step and 2 * aligned > len(rows.buckets):
        return tell.ok("bucket interval", f"rows are {span(step)} apart, as asked for")
    if spacing == step:
        remedy = "Set ALTOSTRAT_BUCKET_MINUTES to a multiple of what the API uses; 5 is usual"
        return tell.problem("bucket interval", f"rows are {span(step)} apart, but do not start on whole ones", remedy)
    minutes = spacing // 60
    remedy = f"Set ALTOSTRAT_BUCKET_MINUTES={minutes}" if 60 % minutes == 0 else "Set ALTOSTRAT_BUCKET_MINUTES=5"
    text = f"{span(step)} were asked for, and rows are {span(spacing)} apart"
    return tell.problem("bucket interval", text, remedy)
