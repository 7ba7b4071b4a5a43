from __future__ import annotations

import pytest

from bot.demo.clock import HandClock
from tests.acceptance.world import at


@pytest.fixture
def clock() -> HandClock:
    """Three minutes past eight on the day after a month: the bucket that ended at eight is complete."""
    return HandClock(at(31, 8, 3))
