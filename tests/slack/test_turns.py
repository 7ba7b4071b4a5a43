"""What is under way is waited for, however it is nested."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from bot.service.finish import to_its_end
from bot.slack.turns import Turns

SOON = timedelta(seconds=5)


async def test_work_within_work_is_waited_for_to_the_end_of_the_outer_one() -> None:
    turns, inner_is_over, may_end = Turns(lambda: "id"), asyncio.Event(), asyncio.Event()
    ended: list[str] = []

    async def pressed() -> None:
        with turns.under_way():
            with turns.under_way():
                pass
            inner_is_over.set()
            await may_end.wait()
            ended.append("pressed")

    task = asyncio.create_task(pressed())
    await inner_is_over.wait()
    draining = asyncio.create_task(turns.drain(SOON))
    await asyncio.sleep(0)
    may_end.set()
    await draining
    assert ended == ["pressed"]
    await task


async def test_an_order_that_is_cut_off_is_waited_for_until_it_is_done() -> None:
    """The history is closed next, and must not be in the middle of it."""
    turns, begun, may_end = Turns(lambda: "id"), asyncio.Event(), asyncio.Event()
    ended: list[str] = []

    async def transaction() -> None:
        begun.set()
        await may_end.wait()
        ended.append("done")

    async def pressed() -> None:
        with turns.under_way():
            await to_its_end(transaction())

    task = asyncio.create_task(pressed())
    await begun.wait()
    asyncio.get_running_loop().call_later(0.05, may_end.set)
    await turns.drain(timedelta(milliseconds=20))
    assert ended == ["done"]
    assert task.cancelled()
