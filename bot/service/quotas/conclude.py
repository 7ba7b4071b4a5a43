"""From what the data say to the alert: each step is told once, with when it was reached."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.alerts.model import Alert, Transition
from bot.alerts.quota import QuotaStanding, advance_quota
from bot.domain.times import Slot
from bot.service.judging import Batch
from bot.service.quotas.books import Books
from bot.service.quotas.case import Case, Said
from bot.service.quotas.earlier import Untold, look_back
from bot.service.quotas.recorded import Records


@dataclass(frozen=True, slots=True)
class _Judged:
    case: Case
    said: Said
    alert: Alert | None
    untold: Untold | None


async def conclude(batch: Batch, books: Books, records: Records, judged: Sequence[tuple[Case, Said]]) -> None:
    """Advance the alert of each case by what the data say of it; what happened is noted on the batch."""
    found = [_judged(batch, records, case, said) for case, said in judged]
    untold = [one.untold for one in found if one.untold is not None]
    if untold:
        await look_back(batch.tx, untold, books.direction, books.ledger.start, books.ledger.step)
    for one in found:
        _advance(batch, one.alert, _dated(one, books.ledger.start))


def _judged(batch: Batch, records: Records, case: Case, said: Said) -> _Judged:
    last = said.standings[-1]
    alert = records.alert(batch, case.key, case.until, last.limit, last.used)
    told = alert.steps if alert is not None else {}
    steps = [step for step, end in last.reached.items() if end is None and step not in told]
    # Where each bucket is learnt of at its end, what was reached before the first new one was told then.
    if not steps or batch.at is None:
        return _Judged(case, said, alert, None)
    known = {due.site.key for due in batch.due}
    parts = [replace(part, sites=tuple(site for site in part.sites if site in known)) for part in said.span.parts]
    return _Judged(case, said, alert, Untold(parts, said.span.pieces, steps))


def _dated(one: _Judged, start: Slot) -> Sequence[QuotaStanding]:
    """The standings, with when the steps were reached that nobody was told of."""
    if one.untold is None:
        return one.said.standings
    found = {step: one.untold.found.get(step, start) for step in one.untold.steps}
    return [replace(standing, reached={**standing.reached, **found}) for standing in one.said.standings]


def _advance(batch: Batch, before: Alert | None, standings: Sequence[QuotaStanding]) -> None:
    """Take the alert through what the data said, one after the other."""
    alert, moves = before, list[Transition]()
    for standing in standings:
        alert, more = advance_quota(alert, standing, batch.learnt(min(standing.until, standing.period.end)))
        moves += more
    if alert is not None and alert != before:
        batch.note([alert], moves)
