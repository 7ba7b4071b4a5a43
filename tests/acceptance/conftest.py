from __future__ import annotations

from pathlib import Path

import pytest

from bot.demo.clock import HandClock
from bot.history.migrate import upgrade
from tests.acceptance.world import at


@pytest.fixture
def clock() -> HandClock:
    """Three minutes past eight on the day after a month: the bucket that ended at eight is complete."""
    return HandClock(at(31, 8, 3))


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a database with tables and nothing in them, of each kind."""
    if request.param == "postgresql":
        migrated: str = request.getfixturevalue("migrated_postgres")
        return migrated
    url = f"sqlite:///{tmp_path / 'usage.db'}"
    upgrade(url)
    return url
