"""What the commands write, other users of the machine cannot read."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from bot.demo.clock import HandClock
from tests.acceptance.world import world
from tests.processes import ROOT, USAGEBOT

OPEN_RULES = "version: 1\nrules: []\n"


def readable_by_others(folder: Path) -> list[str]:
    return [
        str(file.relative_to(folder)) for file in folder.rglob("*") if file.is_file() and file.stat().st_mode & 0o077
    ]


def names(folder: Path) -> set[str]:
    return {file.name for file in folder.rglob("*")}


def usagebot(folder: Path, *words: str) -> None:
    """With the umask that most machines have."""
    environment = {"PYTHONPATH": str(ROOT), "ALTOSTRAT_TOKEN": "alto_sk_test"}
    ran = subprocess.run(
        [*USAGEBOT, *words], cwd=folder, env=environment, umask=0o022, capture_output=True, check=False
    )
    assert ran.returncode == 0, ran.stderr


def test_init_and_the_database_are_their_owners_alone(tmp_path: Path) -> None:
    usagebot(tmp_path, "init", "new")
    usagebot(tmp_path, "db", "upgrade")
    assert names(tmp_path) >= {".env.example", "fleet.yaml", "usage.db"}
    assert readable_by_others(tmp_path) == []
    assert (tmp_path / "new").stat().st_mode & 0o077 == 0


def test_settings_made_from_the_example_are_their_owners_alone(tmp_path: Path) -> None:
    """`cp` keeps the mode, so that the tokens which go into the copy are not open to others."""
    usagebot(tmp_path, "init")
    subprocess.run(["cp", ".env.example", ".env"], cwd=tmp_path, umask=0o022, check=True)
    assert readable_by_others(tmp_path) == []


async def test_the_databases_journals_are_its_owners_alone_whatever_the_umask(tmp_path: Path, clock: HandClock) -> None:
    before = os.umask(0o022)
    try:
        async with world(tmp_path, OPEN_RULES, clock) as running:
            await running.tick()
            assert names(tmp_path) == {"usage.db", "usage.db-wal", "usage.db-shm"}
            assert readable_by_others(tmp_path) == []
    finally:
        os.umask(before)
