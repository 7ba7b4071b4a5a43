"""The store under test. The same tests run on every database."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from bot.history.migrate import upgrade
from bot.history.store import SqlHistory


def sqlite_file(request: pytest.FixtureRequest) -> str:
    folder: Path = request.getfixturevalue("tmp_path")
    url = f"sqlite:///{folder / 'usage.db'}"
    upgrade(url)
    return url


def sqlite_memory(request: pytest.FixtureRequest) -> str:
    return "sqlite:///:memory:"


def postgresql(request: pytest.FixtureRequest) -> str:
    url: str = request.getfixturevalue("migrated_postgres")
    return url


DATABASES: dict[str, Callable[[pytest.FixtureRequest], str]] = {
    # The address of a database with tables and nothing in them.
    "sqlite-file": sqlite_file,
    "sqlite-memory": sqlite_memory,
    "postgresql": postgresql,
}


@pytest.fixture(params=DATABASES)
def url(request: pytest.FixtureRequest) -> str:
    return DATABASES[request.param](request)


@pytest.fixture
async def history(url: str) -> AsyncIterator[SqlHistory]:
    history = SqlHistory(url)
    await history.open()
    yield history
    await history.close()
