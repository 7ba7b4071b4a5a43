"""What is under way is waited for, however it is nested."""

from __future__ import annotations

import asyncio
from datetime import timedelta

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
