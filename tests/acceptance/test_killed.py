"""`kill -9` at seeded moments of pull, assess and deliver loses nothing and tells nothing twice."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from random import Random

import pytest

from bot.demo.api import SimulatedApi, serve
from bot.demo.clock import HandClock
from bot.history.address import Address
from bot.history.engine import blocking_engine
from tests.acceptance.test_end_to_end import CAPE_TOWN
from tests.acceptance.world import FLEET, TOKEN, at
from tests.fakes.slack import TOKEN as SLACK_TOKEN
from tests.fakes.slack import FakeSlack
from tests.nursery import Nursery, nursed

TICKS = 24
KILLS = 10
VICTIM = "tests.acceptance.victim"
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
    """One folder, one database, one Slack, and the lives of a bot between them."""

    def __init__(self, folder: Path, database: str, base_url: str, slack: FakeSlack) -> None:
        self.folder, self.slack, self._database = folder, slack, database
        (folder / "rules").mkdir(parents=True)
        (folder / "rules" / "fleet.yaml").write_text(DAY_RULES)
        self.environment = {
            "ALTOSTRAT_TOKEN": TOKEN,
            "ALTOSTRAT_BASE_URL": base_url,
            "ALTOSTRAT_REQUESTS_PER_MINUTE": "100000",
            "BASELINE_DAYS": "7",
            "DATABASE_URL": database,
            "RULES_PATH": str(folder / "rules"),
            "SLACK_BOT_TOKEN": SLACK_TOKEN,
            "SLACK_API_URL": slack.base_url,
        }

    async def live(self, nursery: Nursery, moment: int = 0) -> int:
        """One life, up to its end or the moment that kills it, where that is not 0; the exit code."""
        tick = self.folder / "tick"
        first = int(tick.read_text()) if tick.exists() else 0
        return await nursery.live(f"[{first}, {TICKS}, {moment}]")

    def facts(self) -> list[tuple[object, ...]]:
        """Every transition, without the numbers that a restart may shift."""
        query = """
            SELECT a.rule, s.uuid, a.direction, t.change, t.reason, t.slot, t.step, t.value_bytes
            FROM transitions t JOIN alerts a ON a.id = t.alert_id JOIN sites s ON s.id = a.site ORDER BY 1, 2, 6, 4, 7
        """
        return self._ask(query)

    def buckets(self) -> list[tuple[object, ...]]:
        hours = "SELECT sum(known), sum(in_bytes) FROM hourly"
        return self._ask("SELECT count(*), sum(in_bytes), sum(out_bytes) FROM buckets") + self._ask(hours)

    def waiting(self) -> list[tuple[object, ...]]:
        return self._ask("SELECT id, standing FROM outbox WHERE standing <> 'delivered'")

    def _ask(self, query: str) -> list[tuple[object, ...]]:
        engine = blocking_engine(Address.parse(self._database))
        try:
            with engine.connect() as connection:
                return [tuple(row) for row in connection.exec_driver_sql(query)]
        finally:
            engine.dispose()


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


@pytest.mark.parametrize(("kind", "seed"), [("sqlite", 1), ("postgresql", 2)])
async def test_ten_kills_lose_nothing_and_tell_nothing_twice(
    tmp_path: Path, request: pytest.FixtureRequest, kind: str, seed: int
) -> None:
    clock = HandClock(at(45))
    async with serve(SimulatedApi(FLEET, clock, token=TOKEN)) as base_url:
        async with FakeSlack() as slack:
            open_channel(slack)
            calm = Scene(tmp_path / "calm", f"sqlite:///{tmp_path / 'calm' / 'usage.db'}", base_url, slack)
            async with nursed(VICTIM, calm.folder, calm.environment) as nursery:
                assert await calm.live(nursery) == 0
            undisturbed = len(slack.channel("noc").messages)
        assert undisturbed > 5
        async with FakeSlack() as slack:
            open_channel(slack)
            file = f"sqlite:///{tmp_path / 'killed' / 'usage.db'}"
            database = file if kind == "sqlite" else request.getfixturevalue("migrated_postgres")
            scene = Scene(tmp_path / "killed", database, base_url, slack)
            random = Random(seed)  # noqa: S311 - seeded moments
            async with nursed(VICTIM, scene.folder, scene.environment) as nursery:
                codes = [await scene.live(nursery, random.randint(1, 30)) for _ in range(KILLS)]
                assert codes.count(-9) == KILLS
                assert await scene.live(nursery) == 0
            assert scene.facts() == calm.facts()
            assert scene.buckets() == calm.buckets()
            assert scene.waiting() == []
            assert set(said(slack).values()) == {1}
