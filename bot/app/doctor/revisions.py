"""Whether buckets that had ended still changed between two looks. Pure."""

from __future__ import annotations

from bot.app.doctor.findings import Finding, Subject, Teller
from bot.app.doctor.phrases import span
from bot.app.doctor.rows import Rows
from bot.service.answers.phrases import count as counted


def still_changing(before: Rows, after: Rows, asked_at: int, step: int, apart: float, workspace: str) -> Finding:
    """`before` was asked at the slot `asked_at`, `after` so many seconds later."""
    tell = Teller(Subject.API, workspace)
    first = {bucket.slot: bucket for bucket in before.buckets if bucket.slot + step <= asked_at}
    again = {bucket.slot: bucket for bucket in after.buckets}
    changed = [slot for slot, bucket in first.items() if slot in again and again[slot] != bucket]
    if not first or not again:
        return tell.skipped("settled values", "no row was there at both looks")
    if not changed:
        return tell.ok("settled values", f"no bucket that had ended changed within {span(apart)}")
    age = asked_at - min(changed) - step
    text = f"{counted(len(changed), 'bucket')} that had ended up to {span(age)} before changed within {span(apart)}"
    remedy = f"They are read again (PULL_TRAILING); with PULL_SETTLE={age // 60 + 1}m fewer alerts need correcting"
    return tell.warning("settled values", text, remedy)
