"""What a running bot last found wrong with itself. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from bot.app.doctor.findings import Finding, Subject, Teller
from bot.app.doctor.phrases import span
from bot.domain.names import name
from bot.domain.times import iso, to_slot
from bot.history.vitals import Told, Vitals

TELL = Teller(Subject.BOT)
ALIVE = 180
"""Seconds: a running bot looks at itself more often."""


def own(vitals: Vitals, now: datetime) -> Iterator[Finding]:
    """Nothing where no bot has run yet."""
    if vitals.looked_at is None:
        return
    age = to_slot(now) - vitals.looked_at
    if age > ALIVE:
        text = f"none has looked at itself for {span(age)}"
        yield TELL.warning("running", text, "Start `usagebot run`, if it should run; if it does, look into its log")
    else:
        yield TELL.ok("running", f"one looked at itself {span(max(age, 0))} ago")
    yield from map(_trouble, vitals.troubles)


def _trouble(told: Told) -> Finding:
    headline, _, rest = told.note.partition("\n")
    text = f"since {iso(told.since)}: {name(headline, 200)}"
    return TELL.warning("trouble", text, name(rest, 500) if rest.strip() else "Its operators were told what to do")
