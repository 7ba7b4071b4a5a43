"""The stage on which alerts happen."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot.history.store import SqlHistory
from tests.service.telling.stage import Stage


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    history = SqlHistory("sqlite://")
    await history.open()
    yield Stage(history)
    await history.close()


@pytest.fixture
async def stage_on_postgresql(migrated_postgres: str) -> AsyncIterator[Stage]:
    history = SqlHistory(migrated_postgres)
    await history.open()
    yield Stage(history)
    await history.close()
