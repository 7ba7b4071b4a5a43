"""The postroom in which messages go out."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot.history.store import SqlHistory
from tests.service.delivery.postroom import Postroom


@pytest.fixture
async def post() -> AsyncIterator[Postroom]:
    history = SqlHistory("sqlite://")
    await history.open()
    yield Postroom(history)
    await history.close()
