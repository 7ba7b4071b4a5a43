"""Lanes in the store: one attempt at a time on each, and pauses that every replica keeps."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from bot.domain.times import HOUR, Slot
from bot.service.ports import History, OutboxRow
from tests.history.given import news
from tests.history.test_outbox import LEASE, claim, delivered, save, saved_group, settle


async def lanes(history: History, *names: str) -> list[OutboxRow]:
    """A waiting row of a group of its own on each of these lanes."""
    rows = [replace(news((await saved_group(history)).id, 1), lane=name) for name in names]
    return await save(history, *rows)


async def claimed(
    history: History, now: int, apart_from: Collection[str] = (), among: Collection[str] | None = None
) -> list[str]:
    async with history.writing() as t:
        rows = await t.outbox.claim("a", Slot(now), LEASE, 10, apart_from=apart_from, among=among)
    return [row.lane for row in rows]


async def test_one_claim_takes_the_first_of_every_lane_and_the_next_when_that_is_settled(history: History) -> None:
    rows = await lanes(history, "slack:#a", "slack:#a", "slack:#b", "slack:#a")
    first = await claim(history, "a", 0)
    assert [row.id for row in first] == [rows[0].id, rows[2].id]
    assert await claim(history, "b", 59) == [], "neither this replica nor another sends on a lane in use"
    assert await settle(history, delivered(first[0]), "a")
    assert [row.id for row in await claim(history, "b", 59)] == [rows[1].id]


async def test_a_lane_whose_holder_died_is_free_when_the_lease_is_over(history: History) -> None:
    rows = await lanes(history, "slack:#a", "slack:#a")
    await claim(history, "a", 0)
    (taken,) = await claim(history, "b", 60)
    assert taken.id == rows[1].id, "what was tried less often goes first"
    assert (await claim(history, "b", 120))[0].lane == "slack:#a"


async def test_news_go_before_edits_that_are_due_for_longer(history: History) -> None:
    """A picture takes seconds; of sixty that are due, none keeps what people must hear waiting."""
    groups = [(await saved_group(history)).id for _ in range(3)]
    edits = [replace(news(group), lane="slack:#a", loud=False) for group in groups[:2]]
    *quiet, told = await save(history, *edits, replace(news(groups[2], 1, due_at=50), lane="slack:#a"))
    assert [row.id for row in await claim(history, "a", 49)] == [quiet[0].id], "nothing waits for what is not due"
    assert await settle(history, delivered(replace(quiet[0], leased_by="a", attempts=1)), "a")
    assert [row.id for row in await claim(history, "a", 50)] == [told.id]


async def test_only_the_lanes_that_are_wanted_are_claimed(history: History) -> None:
    await lanes(history, "slack:#a", "slack:#b", "email:a@example.com", "terminal")
    assert await claimed(history, 0, apart_from=["slack:#a"], among=["slack:#a", "slack:#b"]) == ["slack:#b"]
    assert await claimed(history, 0, apart_from=["terminal"]) == ["slack:#a", "email:a@example.com"]
    assert await claimed(history, 0, among=[]) == []


async def test_a_pause_holds_the_whole_lane_and_no_other(history: History) -> None:
    await lanes(history, "slack:#a", "slack:#a", "slack:#b")
    async with history.writing() as t:
        await t.outbox.pause("slack:#a", Slot(500))
        await t.outbox.pause("slack:#a", Slot(130))
    assert await claimed(history, 100) == ["slack:#b"]
    assert await claimed(history, 129) == []
    assert await claimed(history, 130) == ["slack:#a"]


async def test_a_pause_that_a_clock_wrote_which_was_ahead_holds_nothing_up(history: History) -> None:
    await lanes(history, "slack:#a")
    async with history.writing() as t:
        await t.outbox.pause("slack:#a", Slot(100_000))
    assert await claimed(history, 100_000 - HOUR) == []
    assert await claimed(history, 100_000 - 2 * HOUR) == ["slack:#a"]
