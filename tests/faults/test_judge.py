"""The judge finds what is wrong: each thing that it looks for is done to a good run once."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.domain.times import to_slot
from tests.fakes.slack_view import images
from tests.faults.campaign import Campaign, span
from tests.faults.judge import Likeness, Undisturbed, judge
from tests.faults.stage import BEGIN, Stage, staged
from tests.faults.stores import SqliteStore

TICKS = 20


@dataclass
class Good:
    """A run without a fault, to be spoiled."""

    stage: Stage
    path: Path
    calm: Undisturbed

    def spoil(self, statement: str) -> None:
        with closing(sqlite3.connect(self.path)) as database, database:
            assert database.execute(statement).rowcount, statement

    def wrong(self) -> str:
        stage, begin = self.stage, to_slot(BEGIN)
        verdict = judge(stage.store, stage.slack, stage.smtp, span(TICKS), self.calm, Likeness.EXACT, begin)
        return "\n".join(verdict.wrong)


@pytest.fixture
async def good(sqlite: Campaign, request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Good]:
    store, calm = await sqlite.copy_and_calm(TICKS, f"judged_{abs(hash(request.node.name))}")
    assert isinstance(store, SqliteStore)
    async with staged(store, tmp_path) as stage:
        for number in range(TICKS):
            await stage.tick(number)
        yield Good(stage, store.path, calm)
    sqlite.shelf.discard(store)


SPOILS = {
    "DELETE FROM buckets WHERE slot = (SELECT max(slot) FROM buckets)": "buckets of Cape Town",
    "UPDATE buckets SET in_bytes = in_bytes + 1 WHERE slot = (SELECT max(slot) FROM buckets)": "buckets of Sandton",
    "UPDATE hourly SET known = known - 1": "hourly of Durban North",
    "UPDATE daily SET max_bytes = max_bytes + 1": "daily of Durban North",
    "DELETE FROM transitions WHERE id IN (SELECT min(id) FROM transitions)": "transitions missing",
    "INSERT INTO transitions SELECT 9999, alert_id, change, reason, slot, known_at, step, value_bytes, was_bytes, "
    "seen FROM transitions WHERE change = 'worsened' LIMIT 1": "told by []",
    "UPDATE alerts SET steps = '{}' WHERE kind = 'quota'": "quotas missing",
    "UPDATE alerts SET since = since + 300 WHERE kind = 'threshold'": "episodes extra",
    "UPDATE outbox SET standing = 'waiting' WHERE id = 1": "1 still wait",
    "UPDATE outbox SET standing = 'rejected' WHERE id = 1": "the operators were not told",
    "DELETE FROM outbox WHERE id = 2": "told by",
    "UPDATE outbox SET transitions = json_insert(transitions, '$[#]', 1)": "notifications",
    "UPDATE outbox SET created_at = created_at + 1 WHERE loud": "was never taken",
}


async def test_the_judge_finds_everything_that_is_wrong(good: Good) -> None:
    """One good run for all, since each is restored: a run takes seconds."""
    assert good.wrong() == ""
    saved = good.path.with_name("good.db")
    backup(good.path, saved)
    for statement, found in SPOILS.items():
        good.spoil(statement)
        assert found in good.wrong(), statement
        backup(saved, good.path)
    assert good.wrong() == ""
    slack = good.stage.slack
    first, second = slack.channel("noc").messages[:2]
    (file,) = images(first)
    slack.files.all[file].alt, right = "Somewhere else", slack.files.all[file].alt
    assert "shows 'Somewhere else'" in good.wrong()
    slack.files.all[file].alt = right
    attachments = first["attachments"]
    first["attachments"] = [*attachments, *attachments]
    assert "shows 2 pictures" in good.wrong()
    first["attachments"] = []
    assert "has no picture" in good.wrong()
    first["attachments"] = attachments
    slack.channel("noc").messages.append(first)
    assert "has 2 messages" in good.wrong()
    slack.channel("noc").messages[:] = [one for one in slack.channel("noc").messages if one is not first]
    assert "has no message in Slack" in good.wrong()
    slack.channel("noc").messages.append(second)
    assert "messages" in good.wrong()
    replies = [one for one in slack.channel("noc").messages if "thread_ts" in one]
    slack.channel("noc").messages.append(replies[0])
    assert "has 2 replies" in good.wrong()
    slack.channel("noc").messages[:] = [one for one in slack.channel("noc").messages if one is not replies[0]]
    assert "has no reply in Slack" in good.wrong()
    good.stage.smtp.envelopes.clear()
    assert "was never taken" in good.wrong()


def backup(source: Path, target: Path) -> None:
    with closing(sqlite3.connect(source)) as old, closing(sqlite3.connect(target)) as new:
        old.backup(new)
