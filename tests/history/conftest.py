"""The store under test. The same tests run on every database."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from bot.history.migrate import upgrade
from bot.history.store import SqlHistory
from bot.service.ports import History
from tests.history.in_memory import Remembered


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


MEMORY = "memory"
DATABASES: dict[str, Callable[[pytest.FixtureRequest], str]] = {
    # The address of a database with tables and nothing in them.
    "sqlite-file": sqlite_file,
    "sqlite-memory": sqlite_memory,
    "postgresql": postgresql,
}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Every database, and, for the contracts that it shares with them, the memory of a replay.

    A module, or a test's own list, may say what `url` is."""
    said = hasattr(metafunc.module, "url") or any(
        mark.args[0] == "url" for mark in metafunc.definition.iter_markers("parametrize")
    )
    if "url" in metafunc.fixturenames and not said:
        in_memory = [MEMORY] if getattr(metafunc.module, "IN_MEMORY_TOO", False) else []
        metafunc.parametrize("url", [*DATABASES, *in_memory], indirect=True)


@pytest.fixture
def url(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name if name == MEMORY else DATABASES[name](request)


@pytest.fixture
async def history(url: str) -> AsyncIterator[History]:
    if url == MEMORY:
        yield Remembered()
        return
    history = SqlHistory(url)
    await history.open()
    yield history
    await history.close()
