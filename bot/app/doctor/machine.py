"""This machine: its clock against others', and its data of time zones. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime

from bot.app.doctor.findings import Finding, Subject, Teller
from bot.app.doctor.phrases import span

TELL = Teller(Subject.MACHINE)
NOTICEABLE, HARMFUL = 30, 240
"""Seconds. Slack refuses what is five minutes off, and buckets are taken as complete too early or too late."""
_RELEASE = re.compile(r"(20\d\d)[a-z]", re.ASCII)
OLD_AFTER = 2
"""Years. Several countries change their clocks' rules each year, some with a few weeks' notice."""


def clock(others: Mapping[str, tuple[datetime, datetime]]) -> Iterator[Finding]:
    """`others`: who → (its time, ours when it came)."""
    if not others:
        yield TELL.skipped("clock", "nobody else's time was heard to compare it with")
    for who, (theirs, ours) in others.items():
        ahead = (ours - theirs).total_seconds()
        if abs(ahead) < NOTICEABLE:
            yield TELL.ok("clock", f"within {NOTICEABLE} s of {who}'s")
            continue
        text = f"it is {span(ahead)} {'ahead of' if ahead > 0 else 'behind'} {who}'s"
        standing = TELL.problem if abs(ahead) >= HARMFUL else TELL.warning
        yield standing("clock", text, "Set it, and keep it set by NTP (chrony or systemd-timesyncd)")


def zone_data(release: str | None, source: str, now: datetime) -> Finding:
    """How old the tables of time zones are, by the release's name, such as `2026a`."""
    match = _RELEASE.match(release or "")
    if match is None:
        return TELL.ok("zone data", f"from {source}, whose release is not known")
    text = f"release {match[0]}, from {source}"
    if now.year - int(match[1]) > OLD_AFTER:
        remedy = f"Update {source}: billing days follow the clocks' rules of each site's country"
        return TELL.warning("zone data", f"{text}, is old", remedy)
    return TELL.ok("zone data", text)
