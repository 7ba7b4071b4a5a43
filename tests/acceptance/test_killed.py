"""`kill -9` at seeded moments of pull, assess and deliver loses nothing and tells nothing twice."""

from __future__ import annotations

import asyncio
import sqlite3
import sys
from collections.abc import Mapping
from pathlib import Path
from random import Random

import pytest

from bot.demo.api import SimulatedApi, serve
from bot.demo.clock import HandClock
from tests.acceptance.test_end_to_end import CAPE_TOWN
from tests.acceptance.world import FLEET, TOKEN, at
from tests.fakes.slack import TOKEN as SLACK_TOKEN
from tests.fakes.slack import FakeSlack

TICKS = 24
KILLS = 10
DAY_RULES = f"""
version: 1
defaults: {{timezone: Africa/Johannesburg, receivers: [noc]}}
receivers: {{noc: {{slack: "#noc"}}}}
sites:
  - {{id: {CAPE_TOWN.id}, name: Cape Town}}
rules:
  - {{name: daily, sites: {{name: [Cape Town, Sandton]}}, quota: 20 GB, per: day, at: [5%, 10%, 20%, 40%, 60%, 100%]}}
  - {{name: burst, sites: {{name: [Durban North, Head Office]}}, threshold: {{over: 30 GB, within: 1h}}}}
"""


class Scene:
    """One folder, one Slack, and the lives of a bot between them."""

    def __init__(self, folder: Path, base_url: str, slack: FakeSlack) -> None:
        self.folder, self.slack = folder, slack
        (folder / "rules").mkdir(parents=True)
        (folder / "rules" / "fleet.yaml").write_text(DAY_RULES)
        self._environment = {
            "ALTOSTRAT_TOKEN": TOKEN,
            "ALTOSTRAT_BASE_URL": base_url,
            "ALTOSTRAT_REQUESTS_PER_MINUTE": "100000",
            "DATABASE_URL": f"sqlite:///{folder / 'usage.db'}",
            "RULES_PATH": str(folder / "rules"),
            "SLACK_BOT_TOKEN": SLACK_TOKEN,
            "SLACK_API_URL": slack.base_url,
        }

    async def live(self, moment: int) -> int:
        """One life, up to its end or the moment that kills it; the exit code."""
        tick = self.folder / "tick"
        first = int(tick.read_text()) if tick.exists() else 0
        arguments = (str(self.folder), str(first), str(TICKS), str(moment))
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.acceptance.victim", *arguments, env=self._environment
        )
        return await asyncio.wait_for(process.wait(), 120)

    def facts(self) -> list[tuple[object, ...]]:
        """Every transition, without the numbers that a restart may shift."""
        query = """
            SELECT a.rule, s.uuid, a.direction, t.change, t.reason, t.slot, t.step, t.value_bytes
            FROM transitions t JOIN alerts a ON a.id = t.alert_id JOIN sites s ON s.id = a.site ORDER BY 1, 2, 6, 4, 7
        """
        with sqlite3.connect(self.folder / "usage.db") as database:
            return database.execute(query).fetchall()

    def buckets(self) -> tuple[object, ...]:
        with sqlite3.connect(self.folder / "usage.db") as database:
            row: tuple[object, ...] = database.execute(
                "SELECT count(*), sum(in_bytes), sum(out_bytes) FROM buckets"
            ).fetchone()
            hours: tuple[object, ...] = database.execute("SELECT sum(known), sum(in_bytes) FROM hourly").fetchone()
        return row + hours

    def waiting(self) -> int:
        with sqlite3.connect(self.folder / "usage.db") as database:
            return int(database.execute("SELECT count(*) FROM outbox WHERE standing <> 'delivered'").fetchone()[0])


def open_channel(slack: FakeSlack) -> None:
    slack.now = at(45)  # behind every attempt of the simulated days, as Slack's clock is in life
    slack.add_channel("noc")


def said(slack: FakeSlack) -> Mapping[str, int]:
    """How often each notification's id shows, over messages and thread replies."""
    counts: dict[str, int] = {}
    for message in slack.channel("noc").messages:
        payload = message["metadata"]["event_payload"]
        key = f"{'reply' if message.get('thread_ts') else 'root'} {payload}"
        counts[key] = counts.get(key, 0) + 1
    return counts


@pytest.mark.parametrize("seed", [1])
async def test_ten_kills_lose_nothing_and_tell_nothing_twice(tmp_path: Path, seed: int) -> None:
    clock = HandClock(at(45))
    async with serve(SimulatedApi(FLEET, clock, token=TOKEN)) as base_url:
        async with FakeSlack() as slack:
            open_channel(slack)
            calm = Scene(tmp_path / "calm", base_url, slack)
            assert await calm.live(0) == 0
            undisturbed = len(slack.channel("noc").messages)
        assert undisturbed > 5
        async with FakeSlack() as slack:
            open_channel(slack)
            scene = Scene(tmp_path / "killed", base_url, slack)
            random = Random(seed)  # noqa: S311 - seeded moments
            codes = [await scene.live(random.randint(1, 30)) for _ in range(KILLS)]
            assert codes.count(-9) == KILLS
            assert await scene.live(0) == 0
            assert scene.facts() == calm.facts()
            assert scene.buckets() == calm.buckets()
            assert scene.waiting() == 0
            assert set(said(slack).values()) == {1}
