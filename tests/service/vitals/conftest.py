"""A stage whose sites were read a moment ago."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot.history.store import SqlHistory
from tests.service.vitals.stage import Stage


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    history = SqlHistory("sqlite:///:memory:")
    await history.open()
    try:
        one = await Stage(history).begin()
        await one.read()
        yield one
    finally:
        await history.close()
