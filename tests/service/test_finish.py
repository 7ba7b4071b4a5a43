from __future__ import annotations

import asyncio

import pytest

from bot.service.finish import to_its_end


async def test_a_cancellation_waits_for_the_end_of_the_work_and_is_raised_then() -> None:
    started, may_end, done = asyncio.Event(), asyncio.Event(), []

    async def work() -> None:
        started.set()
        await may_end.wait()
        done.append(True)

    task = asyncio.create_task(to_its_end(work()))
    await started.wait()
    task.cancel()
    may_end.set()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert done == [True]


async def test_what_the_work_returns_or_raises_comes_through() -> None:
    async def fails() -> int:
        raise ValueError("no")

    assert await to_its_end(asyncio.sleep(0, 5)) == 5
    with pytest.raises(ValueError, match="no"):
        await to_its_end(fails())
