"""The store under test. The same tests run on every database."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from bot.history.migrate import upgrade
from bot.history.store import SqlHistory

DATABASES: dict[str, Callable[[Path], str]] = {
    "sqlite-file": lambda folder: f"sqlite:///{folder / 'usage.db'}",
    "sqlite-memory": lambda _folder: "sqlite:///:memory:",
    # PostgreSQL goes here: a function that gives the URL of an empty database.
}


@pytest.fixture(params=DATABASES)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return DATABASES[request.param](tmp_path)


@pytest.fixture
async def history(url: str) -> AsyncIterator[SqlHistory]:
    if "memory" not in url:
        upgrade(url)
    history = SqlHistory(url)
    await history.open()
    yield history
    await history.close()
