from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.fakes.slack import FakeSlack
from tests.slack.world import World, opened_world


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with opened_world() as world:
        yield world


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    async with FakeSlack() as workspace:
        yield workspace
