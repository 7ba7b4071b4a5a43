from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot.notify.slack import SlackNotifier
from tests.fakes.slack import FakeSlack
from tests.fakes.smtp import FakeSmtp


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    """A workspace with the channel #noc."""
    async with FakeSlack() as workspace:
        workspace.add_channel("noc")
        yield workspace


@pytest.fixture
async def notifier(slack: FakeSlack) -> SlackNotifier:
    return SlackNotifier(slack.client())


@pytest.fixture
async def smtp() -> AsyncIterator[FakeSmtp]:
    async with FakeSmtp() as server:
        yield server
