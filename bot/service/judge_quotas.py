"""Quota rules: usage since the period's start against each step, for every site of a batch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.alerts.model import AlertKey, Kind
from bot.domain.periods import Calendar
from bot.domain.times import Window
from bot.domain.usage import Direction
from bot.engine.ledger import Ledger
from bot.rules.contracts import Holder, contract
from bot.rules.model import Quota, Rule
from bot.service.judging import Batch, keys_of
from bot.service.quotas.books import Books
from bot.service.quotas.case import Case, judge_case
from bot.service.quotas.conclude import conclude
from bot.service.quotas.gaps import Gaps
from bot.service.quotas.periods import Grid, Member
from bot.service.quotas.recorded import Recorded, Records


async def judge_quotas(batch: Batch, rule: Rule, quota: Quota, recorded: Recorded) -> None:
    """Judge one rule for every site of the batch; what happened is noted on the batch. Pools are judged elsewhere."""
    if quota.pool:
        return
    grids = [Grid.of(members, calendar, batch.block.step) for calendar, members in _members(batch, rule, quota)]
    for direction in rule.directions:
        records = Records.of(recorded, rule, direction)
        for grid in grids:
            books = await _books(batch, grid, quota, direction)
            await _judge(batch, books, _Watch(rule, quota, direction, records), grid)


@dataclass(frozen=True, slots=True)
class _Watch:
    """One rule in one direction, and its alerts."""

    rule: Rule
    quota: Quota
    direction: Direction
    records: Records


def _members(batch: Batch, rule: Rule, quota: Quota) -> list[tuple[Calendar, list[Member]]]:
    """Sites that share a calendar; those without a quota are left out."""
    groups: dict[Calendar, list[Member]] = {}
    for row in batch.rows(rule):
        due = batch.due[row]
        own = contract(quota, Holder.of(due.site))
        if own.has_quota:
            groups.setdefault(own.calendar, []).append(Member(row, due, own))
    return list(groups.items())


async def _books(batch: Batch, grid: Grid, quota: Quota, direction: Direction) -> Books:
    block, gaps = batch.block, None
    if quota.possible:
        window = Window(min(grid.periods[0].start, block.start), block.end)
        gaps = await Gaps.read(batch.tx, keys_of(batch.due), window, block.step, direction)
        ledger = Ledger.of(block, direction, gaps.of(block))
    else:
        ledger = batch.ledger(direction)
    rows: dict[tuple[int, ...], int] = {(due.site.key,): row for row, due in enumerate(batch.due)}
    from_ = {due.site.key: due.known_from for due in batch.due}
    return Books(ledger, direction, batch.usage, rows.__getitem__, lambda site, slot: from_[site] <= slot, gaps)


async def _judge(batch: Batch, books: Books, watch: _Watch, grid: Grid) -> None:
    cases = await _cases(batch, books, watch, grid)
    await _fetch(batch, books, cases)
    judged = [(case, await judge_case(books, case, as_it_went=batch.at is None)) for case in cases]
    await conclude(batch, books, watch.records, [(case, said) for case, said in judged if said])


async def _cases(batch: Batch, books: Books, watch: _Watch, grid: Grid) -> list[Case]:
    """Where something may be, of the periods that are due."""
    start, first = books.ledger.start, grid.periods[0]
    sites = [member.due.site.key for member, is_due in zip(grid.members, grid.due[:, 0], strict=True) if is_due]
    before: dict[int, int] = {}
    if first.start < start and sites:
        usages = await batch.usage(sites, first.start, min(start, first.end))
        before = {books.row((site,)): usages[site].of(watch.direction) for site in sites}
        if books.gaps is not None:
            for site in sites:
                before[books.row((site,))] += await books.gaps.between(batch.usage, site, first.start, start)
    rows = {due.site.key: row for row, due in enumerate(batch.due)}
    known = [(rows[key.site], key.period) for key in watch.records.by_key if key.site in rows and key.period]
    found = grid.candidates(books.ledger, watch.quota, before, known)
    return [_case(watch, member, period) for member, period in found]


def _case(watch: _Watch, member: Member, period: Window) -> Case:
    due = member.due
    key = AlertKey(due.site.workspace, watch.rule.name, Kind.QUOTA, due.site.key, watch.direction, period)
    return Case(watch.rule, watch.quota, member.contract, key, period, due.dirty_from, until=due.until, seen=due.until)


async def _fetch(batch: Batch, books: Books, cases: Sequence[Case]) -> None:
    """Ask the history for what all of these need at once, not site by site."""
    periods: dict[Window, list[Case]] = {}
    for case in cases:
        periods.setdefault(case.period, []).append(case)
    start, step = books.ledger.start, books.ledger.step
    for period, alike in periods.items():
        sites = [site.key for case in alike for site in case.contract.holder.sites]
        cuts = {at for case in alike for at, _ in case.contract.top_ups if at in period and at <= start}
        for end in {start, *cuts}:
            await books.fetch(sites, period.start, end)
        if alike[0].contract.rollover:
            before = alike[0].contract.before(period, step)
            await batch.usage(sites, before.start, before.end)
