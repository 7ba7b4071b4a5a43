"""A history of 15 months to ask about, written in a few minutes: hours for all of it, buckets for the last 35 days, and
alerts with their messages. What is in it looks like usage, and nothing is judged."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bot.alerts.model import Alert, AlertKey, Change, Kind, Reason, State, Transition
from bot.alerts.seen import seen_of
from bot.domain.block import Block
from bot.domain.periods import Calendar, Per
from bot.domain.sites import Site
from bot.domain.times import DAY, HOUR, Slot, Window, floor
from bot.engine.spikes.memory import Memory
from bot.engine.spikes.value import encode
from bot.history.store import SqlHistory
from bot.rules.model import Endpoint, Medium, Rule, Severity
from bot.service.ports import Baseline, Group, OutboxRow, OutboxTable, Standing
from bot.service.spikes.band import look
from bot.service.spikes.watch import directions_of
from tests.benchmarks.fill import days, insert, write_day

STEP = 300
RAW_DAYS = 35
SPIKES = 8
"""Episodes a site, over all the time."""
QUOTAS_OF_TEN = 3
"""Sites of which a step of the quota was reached in each month."""
OPEN_OF_HUNDRED = 3
ENDPOINT = Endpoint(Medium.SLACK, ("#noc",))
BATCH = 2000
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Levels:
    """How much each site uses: shape (S,), bytes of a busy bucket."""

    busy: NDArray[np.float64]
    seed: int = 7

    @classmethod
    def of(cls, sites: int) -> Levels:
        return cls(10 ** np.random.default_rng(1).uniform(5.5, 7.5, sites))

    def amounts(self, starts: Ints, step: int) -> tuple[Ints, Ints]:
        """Shape (S, N) each: inbound and outbound, more by day than by night, and never twice the same."""
        random = np.random.default_rng([self.seed, int(starts[0])])
        hour = (starts % DAY) / HOUR
        shape = (0.25 + np.exp(-(((hour - 14) / 4) ** 2))) * (step / STEP)
        noise = random.lognormal(0.0, 0.3, (len(self.busy), len(starts)))
        inbound = (self.busy[:, None] * shape * noise).astype(np.int64)
        return inbound, inbound // 5


def write_usage(database: Path, keys: list[int], window: Window) -> None:
    """Hours and days of the window, and the buckets of its last days."""
    levels, sites = Levels.of(len(keys)), np.asarray(keys, np.int64)
    raw_from = window.end - RAW_DAYS * DAY
    with closing(sqlite3.connect(database, isolation_level=None)) as connection:
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute("BEGIN IMMEDIATE")
        for day in days(window):
            if day.start >= raw_from:
                starts = np.arange(day.start, day.end, STEP, dtype=np.int64)
                both = levels.amounts(starts, STEP)
                write_day(connection, Block(sites, day.start, STEP, *both, np.ones(both[0].shape, np.bool_)), sites)
            else:
                _write_hours(connection, levels, sites, day)
        connection.execute("COMMIT")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.execute("ANALYZE")


def _write_hours(connection: sqlite3.Connection, levels: Levels, sites: Ints, day: Window) -> None:
    hours = np.arange(day.start, day.end, HOUR, dtype=np.int64)
    both = levels.amounts(hours, HOUR)
    known = np.full(both[0].shape, HOUR // STEP, np.int64)
    all_there = np.ones(both[0].size, np.bool_)
    insert(connection, "hourly", hours, sites, (*both, both[0], known), all_there)
    sums = [amount.sum(axis=1, keepdims=True) for amount in (*both, both[0], known)]
    insert(connection, "daily", np.array([day.start]), sites, sums, np.ones(len(sites), np.bool_))


async def write_memories(history: SqlHistory, sites: list[Site], rules: Sequence[Rule], window: Window) -> None:
    """What a running bot remembers of each site since the last midnight; that of one site stands for all."""
    memory, midnight, rows = Memory.empty(1, directions_of(rules), STEP), floor(window.end, DAY), np.zeros(1, np.intp)
    async with history.writing() as tx:

        async def read(part: Window) -> Block:
            return await tx.buckets.block(np.array([sites[0].key], np.int64), part, STEP)

        since = Slot(midnight - RAW_DAYS * DAY)
        await look(read, sites[0].timezone, memory, None, since, Window(Slot(midnight - HOUR), midnight))
        (value,) = encode(memory, rows)
        await tx.baselines.save({site.key: Baseline(since, midnight, value) for site in sites})


async def write_alerts(history: SqlHistory, sites: list[Site], window: Window) -> int:
    """Quotas and spikes of every month, told in Slack, and a few that are open; how many."""
    random = np.random.default_rng(3)
    alerts = [alert for site in sites for alert in _alerts(site, window, random)]
    alerts.sort(key=lambda alert: alert.since)
    for start in range(0, len(alerts), BATCH):
        async with history.writing() as tx:
            saved = await tx.alerts.save(alerts[start : start + BATCH])
            moves = await tx.alerts.record([move for alert in saved for move in _moves(alert)])
            own: dict[int, list[int]] = {}
            for move in moves:
                own.setdefault(move.alert.id, []).append(move.id)
            for alert in saved:
                await _tell(tx.outbox, alert, own[alert.id])
    return len(alerts)


def _alerts(site: Site, window: Window, random: np.random.Generator) -> list[Alert]:
    found = [_spike(site, Slot(int(at))) for at in random.integers(window.start, window.end - DAY, SPIKES)]
    periods = Calendar(Per.MONTH, site.timezone).periods(window)
    found += [_quota(site, period, window.end) for period in periods if random.integers(10) < QUOTAS_OF_TEN]
    if random.integers(100) < OPEN_OF_HUNDRED:
        found.append(_spike(site, Slot(window.end - 2 * HOUR), is_open=True))
    return found


def _spike(site: Site, at: Slot, *, is_open: bool = False) -> Alert:
    key = AlertKey(site.workspace, "unusual", Kind.SPIKE, site.key)
    end = None if is_open else Slot(at + 3 * HOUR)
    state = State.FIRING if is_open else State.RESOLVED
    at = Slot(at - at % STEP)
    return Alert(key, state, at, Severity.WARNING, 9 * 10**9, fired_at=at, resolved_at=end, told_at=at)


def _quota(site: Site, period: Window, end: Slot) -> Alert:
    key = AlertKey(site.workspace, "monthly", Kind.QUOTA, site.key, period=period)
    at = Slot(min(period.start + 20 * DAY, end - HOUR))
    is_over = period.end <= end
    return Alert(
        key,
        State.RESOLVED if is_over else State.FIRING,
        Slot(at - at % STEP),
        Severity.WARNING,
        80 * 10**9,
        100 * 10**9,
        step=Fraction(80),
        steps={Fraction(80): at},
        fired_at=at,
        resolved_at=period.end if is_over else None,
        told_at=at,
    )


def _moves(alert: Alert) -> list[Transition]:
    fired = Transition(alert, Change.FIRED, Reason.STEP_REACHED, alert.since, alert.since, alert.step, alert.value)
    found = [fired]
    if alert.resolved_at is not None:
        end = alert.resolved_at
        found.append(Transition(alert, Change.RESOLVED, Reason.PERIOD_ENDED, end, end, alert.step, alert.value))
    return [replace(move, seen=seen_of(alert)) for move in found]


async def _tell(outbox: OutboxTable, alert: Alert, moves: list[int]) -> None:
    """One message, delivered at once."""
    at, key = alert.since, alert.key
    name = f"{key.workspace}/{key.rule}"
    ids = frozenset({alert.id})
    group = await outbox.save_group(Group("noc", ENDPOINT, name, at, ids, at, '{"ts": "1"}', at, told_at=at))
    for move in moves:
        row = OutboxRow(group.id, (move,), True, at, at, Standing.DELIVERED, 1, at, settled_at=at)
        await outbox.save(row)
