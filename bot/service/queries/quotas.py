"""Every quota of some sites in its current billing period: used, left, pace, and when it runs out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.domain.periods import Calendar
from bot.domain.sites import Site
from bot.domain.times import Slot, Window, to_instant
from bot.domain.usage import Direction, Usage
from bot.engine.quota import even_pace, runs_out_at
from bot.rules.model import Quota
from bot.service.commands import Quotas
from bot.service.fleet import NotFound
from bot.service.ports import Transaction
from bot.service.queries.inquiry import Inquiry, Known, is_known_enough
from bot.service.queries.replies import QuotaState, QuotaTable


@dataclass(frozen=True, slots=True)
class _Case:
    """One rule for one site. `until` is where its data in the period end; the period's start where there are none."""

    site: Site
    rule: str
    directions: tuple[Direction, ...]
    limit: int
    period: Window
    until: Slot


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
    groups: dict[Window, list[_Case]] = {}
    empty: list[_Case] = []
    for case in _cases(known, sites):
        if case.until > case.period.start:
            groups.setdefault(Window(case.period.start, case.until), []).append(case)
        else:
            empty.append(case)
    states: list[QuotaState] = []
    for window, cases in groups.items():
        keys = list(dict.fromkeys(case.site.key for case in cases))
        usages = await tx.buckets.usage(keys, window, known.inquiry.fleet.bucket)
        states += [state for case in cases for state in _states(known, case, usages[case.site.key])]
    states += [state for case in empty for state in _states(known, case, _nothing(known, case))]
    return sorted(states, key=_order)


def _cases(known: Known, sites: Iterable[Site]) -> Iterator[_Case]:
    periods: dict[Calendar, Window] = {}
    end = known.inquiry.end
    rules = [(rule, rule.judge) for rule in known.inquiry.fleet.configuration.rules if isinstance(rule.judge, Quota)]
    for site in sites:
        for rule, quota in rules:
            limit = quota.limit_of(site)
            if limit is None or not rule.sites.matches(site):
                continue
            calendar = quota.calendar_of(site)
            if calendar not in periods:
                periods[calendar] = calendar.period(end)
            period = periods[calendar]
            until = max(known.until(site.key) or period.start, period.start)
            yield _Case(site, rule.name, rule.directions, limit, period, until)


def _nothing(known: Known, case: _Case) -> Usage:
    """Of a period without data: all that could be known of it is not."""
    return Usage(expected=(known.inquiry.end - case.period.start) // known.inquiry.fleet.bucket)


def _states(known: Known, case: _Case, usage: Usage) -> Iterator[QuotaState]:
    for direction in case.directions:
        used = usage.of(direction) if usage.known or not usage.expected else None
        yield QuotaState(
            site=known.ref(case.site),
            rule=case.rule,
            direction=direction,
            period_start=to_instant(case.period.start),
            period_end=to_instant(case.period.end),
            until=to_instant(case.until),
            limit=case.limit,
            used=used,
            even_pace=even_pace(case.limit, case.period, case.until),
            known=usage.known,
            expected=usage.expected,
            runs_out_at=_runs_out_at(case, used, usage),
        )


def _runs_out_at(case: _Case, used: int | None, usage: Usage) -> datetime | None:
    """The average of a period that is mostly unknown would promise too much."""
    if used is None or not is_known_enough(usage.known, usage.expected):
        return None
    at = runs_out_at(used, case.limit, case.period, case.until)
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
    sites = [site for site in known.sites if known.labels[site.key] in named]
    return QuotaTable(tuple(states), known.freshness(sites, _usages(states)))


def _usages(states: Iterable[QuotaState]) -> list[Usage]:
    return [Usage(known=state.known, expected=state.expected) for state in states]
