"""Forecasts of quota rules: is a level likely to be reached by the period's end? Asked at whole ticks of data time.

A tick sees data before it alone, so operation and a replay say the same of data that came on time. Late data counts
from the next tick on. What the bot missed, being off, is not made up for: the last tick counts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from bot.alerts.forecast import ForecastStanding, advance_forecast
from bot.alerts.model import Alert, AlertKey, Kind, Transition, retire
from bot.alerts.quota import close_period
from bot.domain.periods import Per
from bot.domain.times import HOUR, Slot, floor
from bot.engine.quota import level_of
from bot.rules.contracts import Contract
from bot.rules.kinds import Forecast
from bot.rules.model import Quota, Rule
from bot.service.forecasts.cases import Case, Contracts
from bot.service.forecasts.expected import Expected, expected
from bot.service.judging import Batch, Due
from bot.service.quotas.recorded import are_alike, overlap

Recorded = Mapping[AlertKey, Sequence[Alert]]

TICKS: Mapping[Per, int] = {Per.DAY: HOUR, Per.WEEK: 3 * HOUR}
TICK = 6 * HOUR
"""Of longer periods."""
POOLS: frozenset[int | None] = frozenset({None})


@dataclass(slots=True)
class _Watch:
    """One rule over a batch, and its alerts as they stand."""

    batch: Batch
    rule: Rule
    forecast: Forecast
    version: str
    alerts: dict[AlertKey, Alert]
    moves: dict[AlertKey, list[Transition]] = field(default_factory=dict)

    def key(self, case: Case) -> AlertKey:
        holder = case.contract.holder
        return AlertKey(holder.workspace, self.rule.name, Kind.FORECAST, holder.key, case.direction, case.period)

    def take(self, one: Expected) -> None:
        """One tick's forecast of one site."""
        key = self.key(one.case)
        before, at = self.alerts.get(key), self.batch.learnt(one.case.until)
        if before is None and 100 * one.likely < self.forecast.sure:
            return
        after, moves = advance_forecast(before, self._standing(key, one), at)
        if after is not None and after != before:
            self.alerts[key] = after
            self.moves.setdefault(key, []).extend(moves)

    async def look(self, contracts: Contracts, tick: Slot, knows_from: Mapping[int, Slot]) -> None:
        """Take the forecasts at one tick of those of whom one can be said."""
        cases = [case for case in contracts.cases(tick) if case.period.start < tick]
        for case in cases:
            self._move(self.key(case), tick)
        for one in await expected(self.batch.tx.buckets, cases, contracts.step, knows_from):
            if not one.reason and one.limit:
                self.take(one)

    def _move(self, key: AlertKey, tick: Slot) -> None:
        """An open alert of what was this period before the billing day or the zone was edited is this period's now:
        people are not told again. One of another kind of period is over, which tells nobody."""
        if key in self.alerts:
            return
        for old, alert in list(self.alerts.items()):
            if not alert.is_open or replace(old, period=None) != replace(key, period=None) or not overlap(old, key):
                continue
            if are_alike(old, key):
                self.alerts[key], self.moves[key] = replace(alert, key=key, rule_version=""), self.moves.pop(old, [])
                del self.alerts[old]
            else:
                self.alerts[old], move = retire(alert, self.batch.block.step, self.batch.learnt(tick))
                self.moves.setdefault(old, []).append(move)
            return

    def close(self, until: Slot, sites: frozenset[int | None]) -> None:
        """Periods that were over by `until`: their alerts end, which tells nobody."""
        for key, alert in list(self.alerts.items()):
            if key.site in sites and key.period is not None and key.period.end <= until and alert.is_open:
                over, moves = close_period(alert, key.period, self.batch.block.step, self.batch.learnt(key.period.end))
                self.alerts[key] = over
                self.moves.setdefault(key, []).extend(moves)

    def note(self) -> None:
        """Each alert once, as it is in the end, with all that happened to it."""
        for key, moves in self.moves.items():
            self.batch.note([self.alerts[key]], moves)

    def _standing(self, key: AlertKey, one: Expected) -> ForecastStanding:
        reaches = self.forecast.reaches
        return ForecastStanding(
            key=key,
            limit=one.limit,
            level=level_of(one.limit, reaches),
            reaches=reaches,
            sure=self.forecast.sure,
            likely=int(100 * one.likely + 1e-6),
            used=one.used,
            known=one.known,
            expected=one.expected,
            until=one.case.until,
            bucket=self.batch.block.step,
            severity=self.rule.severity,
            rule_version=self.version,
            detail=detail_of(one),
        )


def detail_of(one: Expected) -> dict[str, int | None]:
    """What an alert keeps of a forecast."""
    told = {"forecast": one.forecast, "low80": one.low80, "high80": one.high80, "likely": int(100 * one.likely + 1e-6)}
    return {**told, "exhausts_at": one.exhausts_at, "days": one.days}


async def judge_forecasts(batch: Batch, rule: Rule, quota: Quota, recorded: Recorded) -> None:
    """Judge one rule for every site of the batch; what happened is noted on the batch. Of pools see below."""
    watch = _watch(batch, rule, quota, recorded)
    if watch is None or quota.pool:
        return
    due = [batch.due[row] for row in batch.rows(rule)]
    knows = {item.site.key: item.known_from for item in due}
    for tick, group in sorted(_ticks(batch, due, TICKS.get(quota.per, TICK)).items()):
        sites = [item.site for item in group]
        watch.close(tick, frozenset[int | None](site.key for site in sites))
        await watch.look(Contracts.of_rule(rule, quota, sites, batch.block.step), tick, knows)
    for item in due:
        watch.close(item.until, frozenset[int | None]({item.site.key}))
    watch.note()


async def judge_pool_forecast(batch: Batch, rule: Rule, quota: Quota, own: Contract, since: Slot, until: Slot) -> None:
    """Judge the forecast of one pool, whose sites are the batch's, on data that are new from `since` to `until`."""
    found = await batch.tx.alerts.overlapping(Kind.FORECAST, [None], since)
    of_pool = {alert.key: [alert] for alert in found if alert.key.workspace == own.holder.workspace}
    watch = _watch(batch, rule, quota, of_pool)
    if watch is None:
        return
    knows = {item.site.key: item.known_from for item in batch.due}
    for tick in _new(batch, since, until, TICKS.get(quota.per, TICK)):
        watch.close(tick, POOLS)
        await watch.look(Contracts(batch.block.step, ((rule, own),)), tick, knows)
    watch.close(until, POOLS)
    watch.note()


def _watch(batch: Batch, rule: Rule, quota: Quota, recorded: Recorded) -> _Watch | None:
    if quota.forecast is None or quota.per is Per.HOUR:
        return None
    own = {key: alerts[-1] for key, alerts in recorded.items() if key.rule == rule.name}
    return _Watch(batch, rule, quota.forecast, rule.version_of(Kind.FORECAST), own)


def _ticks(batch: Batch, due: Sequence[Due], tick: int) -> dict[Slot, list[Due]]:
    """The sites to look at, by when: ticks that new data reached."""
    found: dict[Slot, list[Due]] = {}
    for item in due:
        for at in _new(batch, item.judged_until or item.dirty_from, item.until, tick):
            found.setdefault(at, []).append(item)
    return found


def _new(batch: Batch, since: Slot, until: Slot, tick: int) -> Iterator[Slot]:
    last = floor(until, tick)
    if last <= since:
        return
    first = floor(since, tick) + tick if batch.at is None else last
    yield from (Slot(at) for at in range(first, last + 1, tick))
