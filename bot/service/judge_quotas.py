"""Quota rules: usage since the period's start against each step, for every site of a batch."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np

from bot.alerts.model import Alert, AlertKey, Kind, Transition, retire
from bot.alerts.quota import QuotaStanding, advance_quota
from bot.domain.block import Block
from bot.domain.periods import Calendar
from bot.domain.times import DAY, Slot, Window, floor
from bot.domain.usage import Direction
from bot.engine.quota import Crossing, QuotaEdges, Segment, judge_quota, level_of, levels_of
from bot.rules.model import Quota, Rule
from bot.service.judging import Batch, Due

Recorded = Mapping[AlertKey, Sequence[Alert]]


@dataclass(frozen=True, slots=True)
class _Case:
    """One site's quota in one period. `row` is the site's row in the block, `limit` its quota in bytes."""

    row: int
    due: Due
    limit: int
    period: Window


async def judge_quotas(batch: Batch, rule: Rule, quota: Quota, recorded: Recorded) -> None:
    """Judge one rule for every site of the batch; what happened is noted on the batch."""
    periods: dict[Window, list[_Case]] = {}
    for case in _cases(batch, rule, quota):
        periods.setdefault(case.period, []).append(case)
    others = _open_by_owner(recorded)
    for direction in rule.directions:
        for _, group in sorted(periods.items()):
            await _judge_period(batch, rule, quota, direction, group, (recorded, others))


def _cases(batch: Batch, rule: Rule, quota: Quota) -> Iterable[_Case]:
    """Every period that new buckets fall into and whose history is complete; the current one in any case.

    A period that began before what is known is not judged yet: nobody hears 50 % and then 80 % of the same past.
    One that begins inside a bucket begins with that bucket, whose bytes cannot be told apart.
    """
    known: dict[tuple[Calendar, Window], list[Window]] = {}
    for row in batch.rows(rule):
        due = batch.due[row]
        limit = quota.limit_of(due.site)
        if limit is None:
            continue
        newest = Slot(due.until - batch.block.step)
        asked = quota.calendar_of(due.site), Window(min(due.dirty_from, newest), due.until)
        if asked not in known:  # most sites share a calendar, and its arithmetic is dear
            known[asked] = [_aligned(period, batch.block.step) for period in asked[0].periods(asked[1])]
        for period in known[asked]:
            if due.knows(period.start):
                yield _Case(row, due, limit, period)


def _aligned(period: Window, step: int) -> Window:
    return Window(floor(period.start, step), floor(period.end, step))


async def _judge_period(
    batch: Batch,
    rule: Rule,
    quota: Quota,
    direction: Direction,
    cases: Sequence[_Case],
    recorded: tuple[Recorded, Recorded],
) -> None:
    """Cases that share one period. `recorded` is by key, and of open alerts by key without its period."""
    period, sites = cases[0].period, [case.due.site.key for case in cases]
    before = await batch.usage(sites, period.start, min(batch.block.start, period.end))
    opening = np.array([before[site].of(direction) for site in sites], np.int64)
    rows = np.array([case.row for case in cases], np.intp)
    edges = judge_quota(
        batch.block, direction, Segment(period, rows, opening, levels_of([c.limit for c in cases], quota.steps))
    )
    owners = [case.due.site for case in cases]
    keys = [AlertKey(site.workspace, rule.name, Kind.QUOTA, site.key, direction, period) for site in owners]
    alerts = [
        _recorded(batch, recorded, key, case, int(edges.used[place]))
        for place, (key, case) in enumerate(zip(keys, cases, strict=True))
    ]
    reached = await _reached(batch, quota, direction, cases, alerts, edges)
    for place, case in enumerate(cases):
        known = before[sites[place]].known
        counted = _Counted(int(edges.used[place]), known + int(edges.known[place]))
        standing = _standing(batch, rule, quota, keys[place], case, reached[place], counted)
        new = [c for c in edges.crossings if c.row == case.row and c.slot >= case.due.dirty_from]
        went = _as_it_went(batch.block, standing, new, known) if batch.at is None else ()
        _advance(batch, alerts[place], [*went, standing])


def _advance(batch: Batch, before: Alert | None, standings: Sequence[QuotaStanding]) -> None:
    """Take the alert through what the data said, one after the other; what happened is noted on the batch."""
    alert, moves = before, list[Transition]()
    for standing in standings:
        alert, more = advance_quota(alert, standing, batch.learnt(min(standing.until, standing.period.end)))
        moves += more
    if alert is not None and alert != before:
        batch.note([alert], moves)


def _as_it_went(
    block: Block, last: QuotaStanding, crossings: Sequence[Crossing], known_before: int
) -> Iterable[QuotaStanding]:
    """What the data said at the end of every bucket that reached a step, where each was learnt of by itself."""
    for slot in sorted({crossing.slot for crossing in crossings}):
        until = Slot(slot + block.step)
        row, used = next((c.row, c.used) for c in crossings if c.slot == slot)
        first = block.column(last.period.start)
        known = known_before + int(block.known[row, first : block.column(until)].sum())
        reached = {s: end for s, end in last.reached.items() if end is None or end <= until}
        expected = (until - last.period.start) // block.step
        yield replace(last, reached=reached, used=used, known=known, expected=expected, until=until)


async def _reached(
    batch: Batch,
    quota: Quota,
    direction: Direction,
    cases: Sequence[_Case],
    alerts: Sequence[Alert | None],
    edges: QuotaEdges,
) -> list[dict[Fraction, Slot | None]]:
    """For each case its steps that are reached, as `QuotaStanding` wants them: when is looked up, even before
    the block, for steps that nobody was told of yet, such as those behind a first start or a new rule.

    Where each bucket is learnt of at its end, those behind the first new one were told then."""
    crossed = _crossed(edges, quota, batch.block.step)
    reached: list[dict[Fraction, Slot | None]] = []
    untold = []
    for place, (case, alert) in enumerate(zip(cases, alerts, strict=True)):
        carried = [step for k, step in enumerate(quota.steps) if edges.carried[place, k]]
        reached.append({**dict.fromkeys(carried), **crossed.get(case.row, {})})
        if batch.at is None:
            reached[-1] = {s: None if end and end <= case.due.dirty_from else end for s, end in reached[-1].items()}
        elif any(step not in (alert.steps if alert else ()) for step in carried):
            untold.append(place)
    if untold:
        earlier = await _before_block(batch, quota, direction, [cases[place] for place in untold])
        for place in untold:
            reached[place].update(earlier.get(cases[place].row, {}))
    return reached


def _recorded(batch: Batch, recorded: tuple[Recorded, Recorded], key: AlertKey, case: _Case, used: int) -> Alert | None:
    """The alert of this period, or of an open one that was this period before the billing day or the zone was edited.

    Steps that usage of the new period reaches too stay told; the others can be told again when it does. Where none
    does, and where the period is of another kind, the old alert is closed, which tells nobody.
    """
    by_key, by_calendar = recorded
    if key in by_key:
        return by_key[key][0]
    for old in by_calendar.get(replace(key, period=None), ()):
        if _overlap(old.key, key):
            steps = {step: end for step, end in old.steps.items() if level_of(case.limit, step) <= used}
            if steps and _are_alike(old.key, key):
                return replace(old, key=key, value=min(old.value, used), steps=steps, step=max(steps))
            gone, move = retire(old, batch.block.step, batch.learnt(case.due.until))
            batch.note([gone], [move])
    return None


def _open_by_owner(recorded: Recorded) -> Recorded:
    """Open alerts by their key without its period."""
    found: dict[AlertKey, list[Alert]] = {}
    for key, alerts in recorded.items():
        found.setdefault(replace(key, period=None), []).extend(alert for alert in alerts if alert.is_open)
    return found


def _are_alike(a: AlertKey, b: AlertKey) -> bool:
    """Months, weeks … of the same calendar unit differ in length by less than a quarter."""
    assert a.period is not None  # noqa: S101 - quotas' keys have one
    assert b.period is not None  # noqa: S101
    shorter, longer = sorted((a.period.span, b.period.span))
    return longer * 4 < shorter * 5


def _overlap(a: AlertKey, b: AlertKey) -> bool:
    return a.period is not None and b.period is not None and a.period.overlap(b.period) is not None


def _crossed(edges: QuotaEdges, quota: Quota, bucket: int) -> dict[int, dict[Fraction, Slot]]:
    """Row → step → end of the bucket that reached it."""
    ends: dict[int, dict[Fraction, Slot]] = {}
    for crossing in edges.crossings:
        ends.setdefault(crossing.row, {})[quota.steps[crossing.step]] = Slot(crossing.slot + bucket)
    return ends


async def _before_block(
    batch: Batch, quota: Quota, direction: Direction, cases: Sequence[_Case]
) -> dict[int, dict[Fraction, Slot]]:
    """Row → step → when it was reached before the block, for cases that share one period.

    Days are summed from rollups for all cases at once; buckets are read only of the days on which a step was
    reached. Where retention has swept those, the end of the day stands for the bucket's.
    """
    found: dict[int, dict[Fraction, Slot]] = {case.row: {} for case in cases}
    period, step = cases[0].period, batch.block.step
    sites = np.array([case.due.site.key for case in cases], np.int64)
    levels = levels_of([case.limit for case in cases], quota.steps)
    used = np.zeros(len(cases), np.int64)
    for day in _days(floor(period.start, step), min(batch.block.start, period.end)):
        usages = await batch.tx.buckets.usage(sites.tolist(), day, step)
        after = used + np.array([usages[site].of(direction) for site in sites.tolist()], np.int64)
        crossing = (used[:, None] < levels) & (levels <= after[:, None])
        rows = np.nonzero(crossing.any(axis=1))[0]
        if len(rows):
            block = await batch.tx.buckets.block(sites[rows], day, step)
            segment = Segment(day, np.arange(len(rows)), used[rows], levels[rows])
            for row, ends in _crossed(judge_quota(block, direction, segment), quota, step).items():
                found[cases[rows[row]].row].update(ends)
            for place, k in np.argwhere(crossing).tolist():
                found[cases[place].row].setdefault(quota.steps[k], day.end)
        used = after
    return found


def _days(start: Slot, end: Slot) -> Iterable[Window]:
    """The span cut at UTC midnights."""
    while start < end:
        after = min(end, Slot(floor(start, DAY) + DAY))
        yield Window(start, after)
        start = after


@dataclass(frozen=True, slots=True)
class _Counted:
    used: int
    known: int


def _standing(
    batch: Batch,
    rule: Rule,
    quota: Quota,
    key: AlertKey,
    case: _Case,
    reached: dict[Fraction, Slot | None],
    counted: _Counted,
) -> QuotaStanding:
    until = min(case.due.until, case.period.end)
    return QuotaStanding(
        key=key,
        period=case.period,
        limit=case.limit,
        severities=dict(zip(quota.steps, quota.severities, strict=True)),
        reached=reached,
        used=counted.used,
        known=counted.known,
        expected=(until - case.period.start) // batch.block.step,
        until=case.due.until,
        bucket=batch.block.step,
        rule_version=rule.version,
    )
