"""Every quota of some sites, and of the pools they are in, in its current billing period: used, left, pace, and when
it runs out. Counted as its alerts are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from bot.domain.sites import Site
from bot.domain.times import Slot, Window, to_instant
from bot.domain.usage import Direction, Usage
from bot.engine.quota import even_pace, runs_out_at
from bot.rules.contracts import Contract, Part, contract, holders
from bot.rules.model import Quota, Rule
from bot.service.commands import Quotas
from bot.service.counting import Counted, Gap, Once, count, granted
from bot.service.fleet import NotFound
from bot.service.forecasts import cases as forecasts
from bot.service.ports import Transaction
from bot.service.queries.inquiry import Inquiry, Known, is_known_enough
from bot.service.queries.outlooks import with_outlooks
from bot.service.queries.replies import QuotaState, QuotaTable, SiteRef
from bot.service.quotas.gaps import Gaps
from bot.service.quotas.periods import periods_of
from bot.service.quotas.pooled import common_end


@dataclass(frozen=True, slots=True)
class _Case:
    """One rule for one holder. `until` is where the data in the period end, and `seen` where those of a pool's newest
    do; the period's start where there are none."""

    rule: Rule
    quota: Quota
    contract: Contract
    period: Window
    until: Slot
    seen: Slot

    def parts(self, step: int) -> tuple[Part, ...]:
        return self.contract.parts(self.period, max(self.seen, Slot(self.period.start + 1)), step)


async def quota_table(tx: Transaction, inquiry: Inquiry, command: Quotas) -> QuotaTable | NotFound:
    known = await Known.read(tx, inquiry)
    if command.name is None:
        return _table(known, await quota_states(tx, known, known.sites))
    site = inquiry.fleet.find(command.name, inquiry.scope)
    if isinstance(site, NotFound):
        return site
    states = await quota_states(tx, known, [site])
    return QuotaTable(tuple(states), known.freshness([site], _usages(states)), known.ref(site))


async def quota_states(tx: Transaction, known: Known, sites: Iterable[Site]) -> list[QuotaState]:
    """The quotas of these sites, ordered by who runs out first."""
    return [state for state, _ in await quotas_and_cases(tx, known, sites)]


async def quotas_and_cases(
    tx: Transaction, known: Known, sites: Iterable[Site]
) -> list[tuple[QuotaState, forecasts.Case]]:
    """As `quota_states`, each with what a forecast of it is asked by."""
    cases = list(_cases(known, list(sites)))
    step = known.inquiry.fleet.bucket
    once = Once(tx.buckets, step)
    await _fetch(once, cases, step)
    states, of = list[QuotaState](), list[forecasts.Case]()
    for case, side in [(each, side) for each in cases for side in each.rule.directions]:
        state = await _state(tx, once, known, case, side)
        if state is not None:
            states.append(state)
            of.append(forecasts.Case(case.rule, case.contract, side, case.until, case.period))
    found = zip(await with_outlooks(tx, known, states, of), of, strict=True)
    return sorted(found, key=lambda one: _order(one[0]))


def _cases(known: Known, sites: Sequence[Site]) -> Iterator[_Case]:
    fleet, end = known.inquiry.fleet, known.inquiry.end
    asked = {site.key for site in sites}
    for rule in fleet.configuration.rules:
        if not isinstance(rule.judge, Quota):
            continue
        among = known.sites if rule.judge.pool else sites
        for holder in holders(rule.judge, filter(rule.sites.matches, among), fleet.configuration.timezone):
            own = contract(rule.judge, holder)
            if own.has_quota and asked.intersection(site.key for site in holder.sites):
                period = periods_of(own.calendar, Window(end, Slot(end + 1)), fleet.bucket)[0]
                ends = [until for site in holder.sites if (until := known.until(site.key)) is not None]
                until, seen = (max(slot, period.start) for slot in common_end(ends or [period.start]))
                yield _Case(rule, rule.judge, own, period, until, seen)


async def _fetch(once: Once, cases: Iterable[_Case], step: int) -> None:
    """Ask for what the cases need at once, not site by site."""
    wanted: dict[tuple[Slot, Slot], dict[int, None]] = {}
    for case in cases:
        parts = [(part.since, end, part) for part in case.parts(step) for end in {case.until, case.seen}]
        if case.contract.rollover:
            before = case.contract.before(case.period, step)
            earlier = case.contract.parts(before, before.end, step)
            parts += [(part.since, before.end, part) for part in earlier]
        for start, end, part in parts:
            wanted.setdefault((start, end), {}).update(dict.fromkeys(part.sites))
    for (start, end), sites in wanted.items():
        await once.usage(list(sites), start, end)


async def _state(tx: Transaction, once: Once, known: Known, case: _Case, direction: Direction) -> QuotaState | None:
    step = once.step
    grant = await granted(once.usage, case.contract, direction, case.period, step, known.knows)
    if grant is None:
        return None
    parts, gap = case.parts(step), await _gap(tx, once, case, direction)
    newest = await count(once.usage, parts, direction, case.seen, gap)
    is_same = case.until == case.seen  # of all but pools
    counted = newest if is_same else await count(once.usage, parts, direction, case.until, gap)
    sites = len(case.contract.holder.sites)
    if case.until <= case.period.start:  # of a period without data: all that could be known of it is not
        counted = Counted(0, 0, sites * ((known.inquiry.end - case.period.start) // step))
    opened = any(part.opening for part in parts)
    used = newest.used if newest.known or opened or not counted.expected else None
    limit = grant.until(max(case.seen, case.period.start + step), step)
    return QuotaState(
        site=_ref(known, case),
        rule=case.rule.name,
        direction=direction,
        period_start=to_instant(case.period.start),
        period_end=to_instant(case.period.end),
        until=to_instant(case.until),
        limit=limit,
        used=used,
        even_pace=even_pace(limit, case.period, case.until),
        known=counted.known,
        expected=counted.expected,
        runs_out_at=_runs_out_at(case, limit, used, counted),
        pool=sites if case.contract.holder.is_pool else 0,
        carried=grant.carried,
        top_ups=limit - grant.base - grant.carried,
    )


async def _gap(tx: Transaction, once: Once, case: _Case, direction: Direction) -> Gap | None:
    """Where the rule counts what is possible."""
    if not case.quota.possible or case.seen <= case.period.start:
        return None
    keys = np.array([site.key for site in case.contract.holder.sites], np.int64)
    gaps = await Gaps.read(tx, keys, Window(case.period.start, case.seen), once.step, direction)
    return lambda site, start, end: gaps.between(once.usage, site, start, end)


def _ref(known: Known, case: _Case) -> SiteRef:
    holder = case.contract.holder
    if not holder.is_pool:
        return known.ref(holder.sites[0])
    label = known.pool_label(holder.workspace, case.rule.name)
    return SiteRef(holder.workspace, f"pool of {case.rule.name}", label, "", holder.zone)


def _runs_out_at(case: _Case, limit: int, used: int | None, counted: Counted) -> datetime | None:
    """The average of a period that is mostly unknown would promise too much."""
    if used is None or not is_known_enough(counted.known, counted.expected):
        return None
    at = runs_out_at(used, limit, case.period, case.until)
    return to_instant(at) if at is not None else None


def _order(state: QuotaState) -> tuple[int, float, float, str, str]:
    """Over first, the furthest over before; then by the run-out date; then by how much is used; unknown last."""
    percent = float(state.percent_used or 0)
    tail = (-percent, state.site.label, state.rule)
    if state.is_over:
        return (0, 0, *tail)
    if state.runs_out_at is not None:
        return (1, state.runs_out_at.timestamp(), *tail)
    return (3 if state.used is None else 2, 0, *tail)


def _table(known: Known, states: Sequence[QuotaState]) -> QuotaTable:
    named = {state.site.label for state in states}
    is_pooled = any(state.pool for state in states)
    sites = [site for site in known.sites if is_pooled or known.labels[site.key] in named]
    return QuotaTable(tuple(states), known.freshness(sites, _usages(states)))


def _usages(states: Iterable[QuotaState]) -> list[Usage]:
    return [Usage(known=state.known, expected=state.expected) for state in states]
