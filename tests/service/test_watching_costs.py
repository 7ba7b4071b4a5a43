"""What watching for spikes costs: nothing where no rule asks for it, and in a pass only what there is patience for."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from bot.domain.times import DAY, HOUR, Slot, Window
from bot.domain.usage import Bucket, Direction
from bot.history.baselines import SqlBaselines
from bot.history.store import SqlHistory
from bot.rules.model import Rule, Spike
from bot.service.judging import Due
from bot.service.ports import Reading
from bot.service.spikes import looking
from bot.service.spikes.watch import Watch
from tests.service.judged import judged, quota_rule, site

START = Slot(20_240 * DAY)
SPIKE = Rule("odd", Spike(), directions=(Direction.IN,), notify=())


async def test_where_no_rule_asks_nothing_is_kept_read_or_written(monkeypatch: pytest.MonkeyPatch) -> None:
    async with judged([quota_rule(None)], [site(1)], START, HOUR) as bot:
        assert await kept(bot.history) == 0
        asked: list[str] = []

        def noted(name: str) -> Any:
            async def note(*_: object) -> dict[int, object]:
                asked.append(name)
                return {}

            return note

        for name in ("load", "save", "go_back", "forget"):
            monkeypatch.setattr(SqlBaselines, name, noted(name))
        await bot.feed(bot.fleet.sites[0], START, [5] * 30)
        assert asked == []
        bot.edit(SPIKE)
        await bot.feed(bot.fleet.sites[0], START + 30 * HOUR, [5])
        assert set(asked) >= {"load", "save"}


async def test_what_is_kept_is_forgotten_with_the_last_rule_that_asks() -> None:
    async with judged([SPIKE], [site(1)], START, HOUR) as bot:
        await bot.feed(bot.fleet.sites[0], START, [5] * 30, at_once=29)
        assert await kept(bot.history) == 1
        bot.edit(quota_rule(None))
        await bot.assess()
        assert await kept(bot.history) == 0


async def kept(history: SqlHistory) -> int:
    async with history.reading() as tx:
        return len(await tx.baselines.load([1]))


@pytest.mark.parametrize("patience", [5 * 24 + 10, 1])
async def test_sites_of_which_nothing_is_remembered_have_their_turn_one_after_the_other(patience: int) -> None:
    history, hours = SqlHistory("sqlite://"), 5 * 24
    await history.open()
    watch, ends = (
        Watch((Direction.IN, Direction.OUT), HOUR, patience),
        Window(START, Slot(START + hours * HOUR)),
    )
    async with history.writing() as tx:
        buckets = [Bucket(START + n * HOUR, 7, 7) for n in range(hours)]
        await tx.buckets.write([Reading(key, buckets) for key in (1, 2, 3)], ends.end, {})
        due = [Due(site(key), Slot(ends.end - HOUR), ends.end, START, START, START, None) for key in (1, 2, 3)]
        block = await tx.buckets.block(np.arange(1, 4), Window(Slot(ends.end - 6 * HOUR), ends.end), HOUR)
        seen = []
        for _ in range(3):
            await watch.see(tx, due, block)
            watch.settle(is_done=True)
            seen.append(int((watch._held.memory.until == ends.end).sum()))
    await history.close()
    assert seen == [1, 2, 3]


async def test_what_is_seen_in_pieces_two_at_a_time_is_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    hours, keys = 5 * 24, (1, 2, 3)
    window = Window(START, Slot(START + hours * HOUR))
    history, drawn = SqlHistory("sqlite://"), np.random.default_rng(1)
    await history.open()
    async with history.writing() as tx:
        for key in keys:
            buckets = [
                Bucket(START + n * HOUR, amount, 7) for n, amount in enumerate(drawn.integers(1, 9, hours).tolist())
            ]
            await tx.buckets.write([Reading(key, buckets)], window.end, {})
        due = [Due(site(key), Slot(window.end - HOUR), window.end, START, START, START, None) for key in keys]
        block = await tx.buckets.block(np.array(keys), Window(Slot(window.end - 6 * HOUR), window.end), HOUR)
        whole, pieces = (Watch((Direction.IN, Direction.OUT), HOUR) for _ in range(2))
        scores = [await whole.see(tx, due, block)]
        monkeypatch.setattr(looking, "SEEN_AT_ONCE", 24)
        monkeypatch.setattr(looking, "IN_PASSING", 1)
        scores.append(await pieces.see(tx, due, block))
    await history.close()
    one, other = (watch._held.memory for watch in (whole, pieces))
    for name in one.arrays():
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name), name)
    for a, b in zip(scores[0].arrays(), scores[1].arrays(), strict=True):
        np.testing.assert_array_equal(a, b)
