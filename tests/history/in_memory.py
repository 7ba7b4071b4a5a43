"""The memory of a replay as a `History`, for the contracts that it shares with the store."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import numpy as np

from bot.domain.block import Block
from bot.service.ports import Transaction
from bot.service.replay.memory import MemoryTransaction
from bot.service.replay.past import Past
from tests.history.given import STEP, window

SITES, BUCKETS = 40, 30 * 500


class Remembered:
    """Nothing is known at first of the sites 0 to 39, over 52 days. Nothing is rolled back."""

    def __init__(self) -> None:
        self._tx = MemoryTransaction(Past(Block.unknown(np.arange(SITES), window(0, BUCKETS), STEP)))

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[Transaction]:
        yield self._tx

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[Transaction]:
        yield self._tx
