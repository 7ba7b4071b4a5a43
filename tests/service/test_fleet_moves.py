"""How far sites moved, found again where it is not known any more: of all sites at once, whoever asks."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from bot.domain.block import Block
from bot.domain.times import DAY, HOUR, Slot, Window
from bot.domain.usage import Direction
from bot.engine.spikes.scores import Scores
from bot.history.store import SqlHistory
from bot.rules.model import Rule, Spike
from bot.service.judging import Due
from bot.service.ports import Transaction
from bot.service.spikes.fleet_moves import FleetMoves
from tests.service.judged import site

START = Slot(20_240 * DAY)
BOTH = (Direction.IN, Direction.OUT)
RULE = Rule("odd", Spike(), directions=BOTH, notify=())


class Counted:
    """Scores whose moves are the sites' keys; says of how many sites each was asked at once."""

    def __init__(self) -> None:
        self.asked: list[int] = []

    async def see(self, tx: Transaction, due: Sequence[Due], block: Block) -> Scores:
        raise NotImplementedError

    async def again(self, tx: Transaction, due: Sequence[Due], block: Block, first: Slot) -> Scores:
        self.asked.append(len(due))
        scores = Scores.unknown(BOTH, block.start, block.step, len(due), block.length)
        scores.move[:] = np.array([one.site.key for one in due], np.float32)[:, None, None]
        return scores


async def test_what_one_late_site_asks_of_all_others_is_looked_for_once() -> None:
    history, moves, counted = SqlHistory("sqlite://"), FleetMoves(HOUR), Counted()
    moves.watch = counted
    ends = [Slot(START + hours * HOUR) for hours in (8, 8, 9, 9, 9, 9, 9, 9, 9, 9)]
    due = [Due(site(n + 1), Slot(until - HOUR), until, START, START, START, None) for n, until in enumerate(ends)]
    window = Window(Slot(START + 2 * HOUR), Slot(START + 9 * HOUR))
    await history.open()
    async with history.reading() as tx:
        found = [(await moves.of(tx, RULE, direction, due, window)).move for direction in BOTH]
    await history.close()
    assert sorted(counted.asked) == [2, 8]  # those that end alike, for both directions
    known = np.arange(7) < np.array([6, 6, *[7] * 8])[:, None]
    for move in found:
        assert np.array_equal(move, np.where(known, np.arange(1, 11)[:, None], np.nan), equal_nan=True)
