from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.fakes.slack import FakeSlack
from tests.slack.door import Door, opened_door
from tests.slack.world import World, opened_world


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with opened_world() as world:
        yield world


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    async with FakeSlack() as workspace:
        yield workspace


@pytest.fixture
async def door(world: World, slack: FakeSlack) -> AsyncIterator[Door]:
    """A1 and A2 are acme's, A3 is globex's."""
    for key, workspace in ((1, "acme"), (2, "acme"), (4, "globex")):
        await world.alert(key, workspace)
    async with opened_door(world, slack) as door:
        yield door
