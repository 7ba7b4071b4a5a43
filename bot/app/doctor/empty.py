"""Whether buckets in which nothing was used are left out or answered as zero, and what that setting should be. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.app.doctor.findings import Finding, Subject, Teller
from bot.app.doctor.rows import Rows
from bot.domain.times import Window
from bot.service.answers.phrases import count as counted

CHECK = "empty buckets"
UNKNOWN, ZERO = "unknown", "zero"


@dataclass(frozen=True, slots=True)
class Span:
    """A window of one site (or of the whole account): how many buckets it has, how many were answered, and how many
    of those say that nothing was used."""

    expected: int
    rows: int
    zeros: int

    @property
    def missing(self) -> int:
        return max(self.expected - self.rows, 0)


def counted_in(rows: Rows, window: Window, step: int) -> Span:
    """The buckets that begin inside the window."""
    inside = [bucket for bucket in rows.buckets if bucket.slot in window]
    zeros = sum(bucket.in_bytes == 0 == bucket.out_bytes for bucket in inside)
    return Span(len(range(window.start, window.end, step)), len(inside), zeros)


def empty_slots(account: Span, sites: Sequence[Span], setting: str, workspace: str) -> Finding:
    """What the day of a few sites shows. The account's own gaps are nobody's silence: they are the API's."""
    tell = Teller(Subject.API, workspace)
    spoken = [site for site in sites if site.rows]
    if not spoken:
        return tell.skipped(CHECK, "no site was found that has rows, so there is nothing to compare")
    missing, zeros = sum(site.missing for site in spoken), sum(site.zeros for site in spoken)
    buckets = sum(site.expected for site in spoken)
    of = f"of {counted(buckets, 'bucket')} of {counted(len(spoken), 'site')}"
    if zeros:
        return _zeros_are_written(tell, missing, zeros, of, setting)
    if not missing:
        return tell.ok(CHECK, f"all {of} have rows with traffic: nothing was empty, so this cannot be told now")
    return _rows_are_left_out(tell, missing, of, account, setting)


def _zeros_are_written(tell: Teller, missing: int, zeros: int, of: str, setting: str) -> Finding:
    """An API that writes zeros leaves out only what it does not know."""
    text = f"zeros are written ({zeros} {of}; {missing} left out), so a row left out is not known"
    if setting == ZERO:
        remedy = "Set ALTOSTRAT_EMPTY_SLOTS=unknown: with zero, an outage counts as no use"
        return tell.warning(CHECK, text, remedy)
    return tell.ok(CHECK, f"{text}; ALTOSTRAT_EMPTY_SLOTS=unknown is right")


def _rows_are_left_out(tell: Teller, missing: int, of: str, account: Span, setting: str) -> Finding:
    text = f"{missing} {of} are left out and none is written as zero"
    if account.missing:
        text += f"; the whole account lacks {account.missing} of {account.expected}, when nobody used anything or "
        text += "nothing was measured"
    if setting == ZERO:
        return tell.ok(CHECK, f"{text}; ALTOSTRAT_EMPTY_SLOTS=zero counts them as no use where other sites have rows")
    remedy = (
        "If these sites were up and idle then, set ALTOSTRAT_EMPTY_SLOTS=zero; if they were off, leave it: the rows "
        "of a site that is off are left out just so"
    )
    return tell.warning(CHECK, f"{text}: probably empty buckets are left out", remedy)
