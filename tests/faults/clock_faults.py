"""The bot's wall clock is wrong for a while; the world's goes on, and so do the ticks of its processor."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from random import Random

from tests.faults.faults import Fault, Happens
from tests.faults.judge import Likeness
from tests.faults.stage import Stage


def wrong_by(error: timedelta) -> Happens:
    @asynccontextmanager
    async def happens(stage: Stage, random: Random) -> AsyncIterator[None]:
        del random
        stage.clock.error = error
        yield
        stage.clock.error = timedelta(0)

    return happens


@asynccontextmanager
async def wandering(stage: Stage, random: Random) -> AsyncIterator[None]:
    """Another error at every tick."""

    def step() -> None:
        stage.clock.error = timedelta(minutes=random.randint(-60, 60))

    stage.each_tick.append(step)
    yield
    stage.each_tick.remove(step)
    stage.clock.error = timedelta(0)


HOUR_OFF = timedelta(hours=1)

CLOCK = (
    # Behind, it learns of usage late; ahead, it asks for buckets that have not ended.
    Fault("clock", "an hour ahead, then right", wrong_by(HOUR_OFF), Likeness.STATES),
    Fault("clock", "an hour behind, then right", wrong_by(-HOUR_OFF), Likeness.STATES),
    Fault("clock", "a week ahead, then right", wrong_by(timedelta(days=7)), Likeness.QUOTAS),
    Fault("clock", "in 1970, then right", wrong_by(-timedelta(days=20_600)), Likeness.STATES),
    Fault("clock", "stepped at every tick", wandering, Likeness.STATES),
)
