"""`kill -9` in the middle of an import, at its commits and between them, and the import again: as if once."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from bot.domain.times import DAY
from tests.cli.conftest import usagebot
from tests.cli.console import Usagebot
from tests.cli.test_history_commands import CAPE_TOWN, TODAY, bot, lines, stored, write

__all__ = ["bot", "usagebot"]

KILLED = """
import os, signal, sys
from contextlib import asynccontextmanager
from bot.history.store import SqlHistory
from bot.service import import_history
moments, import_history.ROWS_WRITTEN, import_history.PAUSE = int(sys.argv.pop(1)), 250, 0.0
writing = SqlHistory.writing
def burn():
    global moments
    moments -= 1
    if not moments:
        os.kill(os.getpid(), signal.SIGKILL)
@asynccontextmanager
async def dangerous(self):
    async with writing(self) as tx:
        yield tx
        burn()
    burn()
SqlHistory.writing = dangerous
from bot.cli import main
main()
"""


def import_until(moment: int, folder: Path, file: str) -> int:
    ran = subprocess.run(
        [sys.executable, "-c", KILLED, str(moment), "history", "import", file],
        cwd=folder,
        env={"PYTHONPATH": str(Path(__file__).parents[2])},
        capture_output=True,
        check=False,
    )
    return ran.returncode


@pytest.mark.parametrize("sites", [("Cape Town", CAPE_TOWN)], ids=["one site by two names"])
def test_an_import_that_is_killed_again_and_again_ends_as_if_it_ran_once(
    sites: tuple[str, str], bot: Usagebot, tmp_path: Path
) -> None:
    rows = lines(2, sites=sites[:1]) + lines(3, newest=TODAY - 40 * DAY, sites=sites[1:])
    rows += lines(2, newest=TODAY - 600 * DAY)
    file = write(tmp_path / "a.csv", rows)
    for moment in (5, 6, 9, 12):
        assert import_until(moment, tmp_path, file) == -signal.SIGKILL
    assert 0 < len(stored(tmp_path)["daily"]) < 7
    assert bot("history", "import", file).code == 0
    killed = stored(tmp_path)
    (tmp_path / "usage.db").unlink()
    bot("db", "upgrade")
    bot("history", "import", file)
    assert killed == stored(tmp_path)
    assert len(killed["daily"]) == 7
