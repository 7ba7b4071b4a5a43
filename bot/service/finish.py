"""Work that is not to be cut off half-way."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


async def to_its_end(work: Coroutine[Any, Any, T]) -> T:
    """Await `work`; a cancellation that comes meanwhile waits until it is done, and is raised then.

    For transactions: one that is cut off in its middle is rolled back, but its driver may hold the database's
    lock until it is collected, and whoever stops the process would wait for that.
    """
    task = asyncio.ensure_future(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task])
        raise
