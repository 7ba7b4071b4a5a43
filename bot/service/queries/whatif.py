"""What if more, or less, were granted: the forecast asked twice, once of the contract as it would be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from bot.domain.times import DAY, HOUR, Slot, floor, to_instant
from bot.domain.usage import Usage
from bot.engine.quota import runs_out_at
from bot.rules.contracts import Contract
from bot.rules.model import Quota
from bot.service.commands import WhatIf
from bot.service.counting import Once, count
from bot.service.fleet import NotFound
from bot.service.forecasts.cases import Case
from bot.service.forecasts.expected import Expected, expected
from bot.service.ports import Transaction
from bot.service.queries.inquiry import Inquiry, Known, is_known_enough
from bot.service.queries.outlooks import has_begun
from bot.service.queries.quotas import quotas_and_cases
from bot.service.queries.replies import QuotaState
from bot.service.queries.whatif_replies import Prospect, WhatIfCase, WhatIfReport

GRAINS = ((4 * DAY, HOUR), (100 * DAY, DAY))
"""How far apart what was used is shown, by how long the period is."""
TOO_EARLY = "the billing period has hardly begun"
NOTHING_KNOWN = "nothing of the billing period is known"


async def what_if(tx: Transaction, inquiry: Inquiry, command: WhatIf) -> WhatIfReport | NotFound:
    site = inquiry.fleet.find(command.name, inquiry.scope)
    if isinstance(site, NotFound):
        return site
    known = await Known.read(tx, inquiry)
    found = await quotas_and_cases(tx, known, [site])
    said = await _said(tx, known, found, command)
    usages = [Usage(known=state.known, expected=state.expected) for state, _ in found]
    return WhatIfReport(
        site=known.ref(site),
        extra=command.extra,
        limit=command.limit,
        course=await _course(tx, known, *found[0]) if found else (),
        cases=tuple(_case(*one, said, n, command) for n, one in enumerate(found)),
        freshness=known.freshness([site], usages),
    )


Said = dict[int, tuple[Expected, Expected]]
"""By the place of the quota: as it is, and as it would be. Those of which no forecast is asked are absent."""


async def _said(tx: Transaction, known: Known, found: Sequence[tuple[QuotaState, Case]], command: WhatIf) -> Said:
    asked = [n for n, (state, case) in enumerate(found) if has_begun(state, case)]
    now = [_of_all(found[n][1]) for n in asked]
    then = [replace(case, contract=_changed(case, command)) for case in now]
    said = await expected(tx.buckets, [*now, *then], known.inquiry.fleet.bucket, known.known_from)
    return dict(zip(asked, zip(said[: len(now)], said[len(now) :], strict=True), strict=True))


async def _course(tx: Transaction, known: Known, state: QuotaState, case: Case) -> tuple[tuple[datetime, int], ...]:
    """From nothing at the period's start to where its data end, as it was counted by each instant."""
    if state.used is None or case.until <= case.period.start:
        return ()
    step, start = known.inquiry.fleet.bucket, case.period.start
    once, found = Once(tx.buckets, step), [(start, 0)]
    for end in [*_cuts(case), case.at]:
        parts = case.contract.parts(case.period, end, step)
        found.append((end, (await count(once.usage, parts, case.direction, end)).used))
    return tuple((to_instant(at), used) for at, used in found)


def _cuts(case: Case) -> list[Slot]:
    """Whole hours or days in UTC, not many."""
    length = case.period.end - case.period.start
    grain = next((grain for most, grain in GRAINS if length <= most), 7 * DAY)
    return [Slot(at) for at in range(floor(case.period.start, grain) + grain, case.at, grain)]


def _of_all(case: Case) -> Case:
    """As a rule without a forecast asks: of all that is granted."""
    judge = case.rule.judge
    assert isinstance(judge, Quota)  # noqa: S101 - what these cases are made of
    return replace(case, rule=replace(case.rule, judge=replace(judge, forecast=None)))


def _changed(case: Case, command: WhatIf) -> Contract:
    """The same contract as if it had been written so for this period."""
    if command.limit is not None:
        return replace(case.contract, limit=command.limit, plan=())
    top_up = case.period.start, command.extra or 0
    return replace(case.contract, top_ups=(top_up, *case.contract.top_ups))


def _case(state: QuotaState, case: Case, said: Said, place: int, command: WhatIf) -> WhatIfCase:
    limit = command.limit + state.carried + state.top_ups if command.limit is not None else None
    then = max(0, limit if limit is not None else state.limit + (command.extra or 0))
    both = said.get(place)
    if both is None or both[0].reason:
        reason = both[0].reason if both else NOTHING_KNOWN if state.used is None else TOO_EARLY
        return WhatIfCase(state, _by_pace(state, case, state.limit), _by_pace(state, case, then), reason=reason)
    now = both[0]
    would = _by_forecast(state, both[1], then)
    return WhatIfCase(state, _by_forecast(state, now, state.limit), would, now.forecast, now.low80, now.high80)


def _by_forecast(state: QuotaState, said: Expected, limit: int) -> Prospect:
    """Certain only where it is used up."""
    is_over = state.used is not None and state.used >= limit
    likely = 100 if is_over else min(99, max(1, round(100 * said.likely)))
    at = None if is_over or said.exhausts_at is None else to_instant(said.exhausts_at)
    return Prospect(limit, state.used, likely, at, is_said=True)


def _by_pace(state: QuotaState, case: Case, limit: int) -> Prospect:
    """The average of a period that is mostly unknown would promise too much."""
    is_said = state.used is not None and is_known_enough(state.known, state.expected)
    return Prospect(limit, state.used, None, _at_pace(state, case, limit) if is_said else None, is_said)


def _at_pace(state: QuotaState, case: Case, limit: int) -> datetime | None:
    at = runs_out_at(state.used or 0, limit, case.period, case.at)
    return to_instant(at) if at is not None else None
