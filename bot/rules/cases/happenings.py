"""`late`, `silences` and `acknowledge`: what happens while the clock of a test runs."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from bot.domain.times import Slot, Window, iso
from bot.domain.units import parse_bytes
from bot.domain.usage import LARGEST_BUCKET
from bot.rules.cases.instants import instant, on_grid, within
from bot.rules.cases.model import LateUsage, Quiet, Series, Taken
from bot.rules.cases.words import Words
from bot.rules.fields import Fields, scalar
from bot.rules.nodes import Node
from bot.rules.problems import Report, Wrong

LATE_KEYS = ("site", "slot", "seen", "in", "out")
SILENCE_KEYS = ("match", "from", "until")
ACKNOWLEDGE_KEYS = ("rule", "site", "at")


def _bytes(node: Node) -> int:
    """Decoder: the bytes of one bucket, which may be none."""
    written = scalar(node)
    if written.is_number:
        raise Wrong(f"{written.text} has no unit; write {written.text}MB")
    try:
        count = parse_bytes(written.text)
    except ValueError as error:
        raise Wrong(str(error)) from None
    if count > LARGEST_BUCKET:
        raise Wrong("no bucket holds more than 100 TB")
    return count


class LateReader:
    """Reads what is seen late; each bucket of a site once at each time."""

    def __init__(self, words: Words, series: Sequence[Series], window: Window | None, bucket: int, report: Report):
        self._words = words
        self._series = series
        self._window = window
        self._bucket = bucket
        self._report = report
        self._seen: set[tuple[int, Slot, Slot]] = set()

    def read(self, node: Node) -> LateUsage | None:
        fields = Fields(node, self._report, "a late bucket", LATE_KEYS)
        site = fields.need("site", self._words.site, None)
        slot = fields.need("slot", on_grid(self._bucket), None)
        seen = fields.need("seen", within(self._window), None)
        if fields.lacks("in", "out"):
            self._report.error(fields.place, "a late bucket needs `in`, `out` or both, like in: 800MB")
        if site is None or slot is None or seen is None or self._window is None:
            return None
        self._check_times(fields, site, slot, seen)
        if slot not in self._window:
            return None
        return LateUsage(site, slot, seen, *(self._usage(fields, key, site, slot) for key in ("in", "out")))

    def _check_times(self, fields: Fields, site: int, slot: Slot, seen: Slot) -> None:
        end = slot + self._bucket
        if self._window is not None and slot not in self._window:
            self._report.error(fields.place_of("slot"), f"no bucket of the test starts at {iso(slot)}")
        elif seen < end:
            self._report.error(fields.place_of("seen"), f"nothing is seen of this bucket before its end, {iso(end)}")
        elif (site, slot, seen) in self._seen:
            self._report.error(fields.place, "this bucket is seen at this time already")
        self._seen.add((site, slot, seen))

    def _usage(self, fields: Fields, key: str, site: int, slot: Slot) -> int:
        """What is written, or else what the series says."""
        series = self._series[site]
        usage, mask = (series.in_bytes, series.in_known) if key == "in" else (series.out_bytes, series.out_known)
        column = (slot - self._window.start) // self._bucket if self._window is not None else 0
        known = column < len(mask) and bool(mask[column])
        if key not in fields and not known and not fields.lacks("in", "out"):
            self._report.error(fields.place, f"the series does not say `{key}` of this bucket, so it is needed here")
        return fields.get(key, _bytes, int(usage[column]) if known else 0)


def read_silence(words: Words, report: Report) -> Callable[[Node], Quiet | None]:
    """A reader of one silence. It may begin before the test and end after it."""

    def read(node: Node) -> Quiet | None:
        fields = Fields(node, report, "a silence", SILENCE_KEYS)
        match = fields.need("match", words.match(report), None)
        start, end = fields.need("from", instant, None), fields.need("until", instant, None)
        if match is None or start is None or end is None:
            return None
        if end <= start:
            report.error(fields.place_of("until"), f"this silence ends before it begins, at {iso(start)}")
        return Quiet(match, start, end)

    return read


def read_taken(words: Words, window: Window | None, report: Report) -> Callable[[Node], Taken | None]:
    """A reader of one acknowledgement."""

    def read(node: Node) -> Taken | None:
        fields = Fields(node, report, "an acknowledgement", ACKNOWLEDGE_KEYS)
        rule = fields.need("rule", words.rule, None)
        at = fields.need("at", within(window), None)
        site = words.site_of(fields, rule)
        return Taken(rule, site, at) if rule is not None and at is not None else None

    return read
