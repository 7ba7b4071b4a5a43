from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.slack.world import World, opened_world


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with opened_world() as world:
        yield world
