"""Two bots on one PostgreSQL, doing the same work at the same moment."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot.demo.clock import HandClock
from bot.history.address import Address
from bot.history.engine import blocking_engine
from tests.acceptance.test_end_to_end import CAPE_TOWN
from tests.acceptance.world import Remembering, World, at, world

RULES = f"""
version: 1
defaults: {{timezone: Africa/Johannesburg, receivers: [noc]}}
operators: [noc]
receivers: {{noc: {{terminal: true}}}}
sites:
  - {{id: {CAPE_TOWN.id}, name: Cape Town}}
rules:
  - {{name: daily, sites: all, quota: 20 GB, per: day, at: [5%, 20%, 60%, 100%]}}
  - {{name: busy, sites: all, threshold: {{over: 6 GB, within: 1h}}, direction: in}}
"""
UNTIL = at(31, 12)
FACTS = (
    """SELECT a.rule, s.uuid, t.change, t.reason, t.slot, t.step, t.value_bytes FROM transitions t
    JOIN alerts a ON a.id = t.alert_id JOIN sites s ON s.id = a.site ORDER BY 1, 2, 5, 3, 6""",
    "SELECT rule, site, count(*) FROM alerts WHERE state <> 'resolved' GROUP BY rule, site, period_start ORDER BY 1, 2",
    "SELECT count(*), sum(in_bytes), sum(out_bytes) FROM buckets",
    "SELECT sum(known), sum(in_bytes), sum(out_bytes) FROM hourly",
    "SELECT sum(known), sum(in_bytes), sum(out_bytes) FROM daily",
    "SELECT count(*) FROM outbox WHERE standing <> 'delivered'",
)


def facts(url: str) -> list[list[tuple[object, ...]]]:
    engine = blocking_engine(Address.parse(url))
    with engine.connect() as connection:
        found = [[tuple(row) for row in connection.exec_driver_sql(query)] for query in FACTS]
    engine.dispose()
    return found


def told(people: Remembering) -> list[tuple[str, str, str, str]]:
    return sorted(people.loud())


async def run(clock: HandClock, *replicas: World) -> None:
    """Each tick on all of them at once."""
    while clock.now <= UNTIL:
        await asyncio.gather(*(replica.tick() for replica in replicas))
        clock.advance(timedelta(minutes=15))
    for replica in replicas:
        await replica.deliver.run()


@pytest.fixture
async def alone(tmp_path: Path, clock: HandClock) -> tuple[list[list[tuple[object, ...]]], Remembering]:
    """What one bot on SQLite makes of the same hours."""
    start: datetime = clock.now
    async with world(tmp_path, RULES, clock) as bot:
        await run(clock, bot)
    clock.now = start
    return facts(f"sqlite:///{tmp_path / 'usage.db'}"), bot.people


async def test_two_bots_on_one_database_count_judge_and_tell_everything_once(
    migrated_postgres: str, clock: HandClock, alone: tuple[list[list[tuple[object, ...]]], Remembering]
) -> None:
    people = Remembering()
    async with (
        world(migrated_postgres, RULES, clock, people=people, owner="one") as one,
        world(migrated_postgres, RULES, clock, people=people, owner="other") as other,
    ):
        await run(clock, one, other)
    found, expected = facts(migrated_postgres), alone[0]
    assert len(expected[0]) > 20
    assert found == expected
    assert told(people) == told(alone[1])
