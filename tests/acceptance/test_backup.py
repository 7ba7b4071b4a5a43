"""A history that is copied while the bot works, and put back by the documented steps."""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot.cli.exits import Exit
from bot.demo.clock import HandClock
from bot.history.address import Address
from bot.history.backup import back_up, dump_command
from bot.history.errors import HistoryError
from bot.history.unusable import UnusableFileError
from tests.acceptance.test_end_to_end import CAPE_TOWN, stored
from tests.acceptance.world import SHORT, World, at, truth, world
from tests.cli.conftest import usagebot
from tests.cli.console import Usagebot

__all__ = ["usagebot"]

STEPS = ", ".join(f"{percent}%" for percent in range(5, 101, 5))
RULES = f"""
version: 1
defaults: {{timezone: Africa/Johannesburg, receivers: [noc]}}
receivers: {{noc: {{terminal: true}}}}
sites: [{{id: {CAPE_TOWN.id}, name: Cape Town}}]
rules: [{{name: daily, sites: {{name: Cape Town}}, quota: 20 GB, per: day, at: [{STEPS}]}}]
"""
COPIED_AT = at(31, 12, 3)
END = at(31, 16, 3)


def told(bot: World) -> list[str]:
    return [step for _, _, _, step in bot.people.loud()]


async def copied_while_it_runs(bot: World, folder: Path, clock: HandClock) -> list[str]:
    """Six cycles, and a copy begun in the middle of each; what was told before the last copy began."""
    before: list[str] = []
    for number in range(6):
        before = told(bot)
        copy = asyncio.to_thread(
            back_up, f"sqlite:///{folder / 'usage.db'}", folder / "copy.db", at=clock.now, force=number > 0
        )
        await asyncio.gather(bot.tick(), copy)
        clock.advance(timedelta(minutes=15))
    return before


async def test_a_copy_of_a_running_bot_is_restored_and_goes_on_where_it_was(tmp_path: Path, clock: HandClock) -> None:
    old, new = tmp_path / "old", tmp_path / "new"
    old.mkdir()
    new.mkdir()
    clock.now = COPIED_AT - timedelta(minutes=75)
    async with world(old, RULES, clock, options=SHORT) as bot:
        before = await copied_while_it_runs(bot, old, clock)
        assert clock.now == COPIED_AT + timedelta(minutes=15)
        await bot.run(END, timedelta(minutes=30))
        clock.now = END
        await bot.tick()
        everything = told(bot)
    assert (old / "copy.db").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in old.iterdir() if path.name.startswith(("copy.db-", ".copy"))] == []
    shutil.copy(old / "copy.db", new / "usage.db")
    async with world(new, RULES, clock, options=SHORT) as bot:
        await bot.tick()
        assert await stored(bot, "Cape Town", at(31), at(31, 16)) == (truth("Cape Town", at(31), at(31, 16)), 16 * 12)
        again = told(bot)
    assert set(before) < set(everything), "the story needs news before and after the copy"
    assert again == [] or set(again) <= set(everything) - set(before)
    assert max(map(int, again or everything)) == max(map(int, everything))


def test_what_cannot_be_copied_is_told_and_leaves_nothing(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'usage.db'}"
    moment = datetime.fromisoformat("2026-06-01T00:00:00Z")
    with pytest.raises(HistoryError, match="there is no history"):
        back_up(url, tmp_path, at=moment, force=False)
    with closing(sqlite3.connect(tmp_path / "usage.db")) as strange:
        strange.execute("CREATE TABLE a (b)")
    with pytest.raises(HistoryError, match="not a usagebot database"):
        back_up(url, tmp_path / "copy.db", at=moment, force=False)
    (tmp_path / "usage.db").write_bytes(b"rubbish" * 1000)
    with pytest.raises(HistoryError, match="damaged"):
        back_up(url, tmp_path / "copy.db", at=moment, force=False)
    with pytest.raises(UnusableFileError, match="the history itself"):
        back_up(url, tmp_path / "usage.db", at=moment, force=True)
    assert [path.name for path in tmp_path.iterdir()] == ["usage.db"]


def test_the_command_names_its_file_by_the_time_and_never_overwrites(usagebot: Usagebot, tmp_path: Path) -> None:
    usagebot("db", "upgrade")
    ran = usagebot("db", "backup", ".")
    [copy] = tmp_path.glob("usage-*Z.db")
    assert (ran.code, copy.name in ran.out) == (Exit.OK, True)
    content = copy.read_bytes()
    assert usagebot("db", "backup", copy.name).code == Exit.NO
    assert copy.read_bytes() == content
    assert usagebot("db", "backup", copy.name, "--force").code == Exit.OK


def test_for_postgresql_it_says_what_to_type_without_the_password(usagebot: Usagebot) -> None:
    url = "postgresql://bot:hunter22@db.example.com:5433/usage?sslmode=require"
    ran = usagebot("db", "backup", "usage.dump", DATABASE_URL=url)
    assert ran.code == Exit.UNAVAILABLE
    assert "pg_dump --format=custom --file=usage.dump" in ran.err
    assert "hunter22" not in ran.err
    command = dump_command(Address.parse(url), Path("usage.dump"))
    assert "host=db.example.com port=5433 user=bot dbname=usage sslmode=require" in command
