"""`/readyz` says what keeps the bot from its work, and nothing else does."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import event
from structlog.testing import capture_logs

from bot.app.build import Bot, built
from bot.app.jobs import not_ready, refresh_gauges, scheduler_of
from bot.settings import Settings, load_settings
from tests.acceptance.world import configuration

RULES = """
version: 1
operators: [noc]
receivers: {noc: {terminal: true}}
sites: [{id: 3e0b5a0e-58e4-4b0b-9a55-0c1f5b6f2a10, name: Cape Town}]
"""


def remove(folder: Path) -> None:
    for file in folder.glob("usage.db*"):
        file.unlink()


@pytest.fixture
async def bot(tmp_path: Path) -> AsyncIterator[Bot]:
    settings = load_settings(
        {
            "ALTOSTRAT_TOKEN": "alto_sk_test",
            "ALTOSTRAT_BASE_URL": "http://127.0.0.1:9",
            "DATABASE_URL": f"sqlite:///{tmp_path / 'usage.db'}",
        },
        tmp_path,
    )
    assert isinstance(settings, Settings)
    async with built(settings, configuration(RULES), {}) as wired:
        yield wired


async def test_a_bot_with_a_history_and_a_site_is_ready_though_its_api_is_down(bot: Bot) -> None:
    await bot.pull.run()
    assert await not_ready(bot, dict) == {}


async def test_a_history_that_can_be_read_but_not_written_keeps_it_from_its_work(bot: Bot, tmp_path: Path) -> None:
    event.listen(bot.history._engine.sync_engine, "connect", lambda one, _: one.execute("PRAGMA busy_timeout = 1"))
    await bot.history._engine.dispose()
    scheduler = scheduler_of(bot)
    with closing(sqlite3.connect(tmp_path / "usage.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        scheduler.kick("assess")
        await scheduler.idle("assess")
        assert "another program holds" in (await not_ready(bot, scheduler.failing))["assess"]
        other.execute("ROLLBACK")
    scheduler.kick("assess")
    await scheduler.idle("assess")
    assert await not_ready(bot, scheduler.failing) == {}


async def test_a_history_that_is_gone_is_one_reason_and_no_traceback(bot: Bot, tmp_path: Path) -> None:
    await bot.history._engine.dispose()
    remove(tmp_path)
    with capture_logs() as lines:
        assert "usagebot db upgrade" in (await not_ready(bot, dict))["history"]
        await refresh_gauges(bot)
    assert lines == []
