"""Attempts on their way: one a lane, each ending when it does."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Coroutine
from typing import Any

GATHER = 0.05
"""Seconds after an end in which others that end, too, are waited for: what is free is then claimed in one commit."""


class Flights:
    """Tasks by lane. `outcomes` counts what those that ended gave back, `failure` is the first that raised."""

    def __init__(self) -> None:
        self.outcomes: Counter[str] = Counter()
        self.failure: BaseException | None = None
        self._tasks: dict[str, asyncio.Task[str]] = {}

    def __len__(self) -> int:
        return len(self._tasks)

    @property
    def lanes(self) -> set[str]:
        return set(self._tasks)

    def start(self, lane: str, attempt: Coroutine[Any, Any, str]) -> None:
        self._tasks[lane] = asyncio.create_task(attempt)

    async def some(self, woken: asyncio.Event, seconds: float) -> None:
        """Wait until one has ended, or there may be something new to do."""
        waker = asyncio.ensure_future(woken.wait())
        try:
            await asyncio.wait({*self._tasks.values(), waker}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        finally:
            waker.cancel()
        if not woken.is_set():
            await asyncio.wait(self._tasks.values(), timeout=GATHER)
        woken.clear()
        self._note()

    async def land(self) -> None:
        """Wait for all of them; where that is cut short, cut them short and see them end."""
        if not self._tasks:
            return
        try:
            await asyncio.wait(self._tasks.values())
        except asyncio.CancelledError:
            self.cancel()
            await asyncio.wait(self._tasks.values())
            raise
        finally:
            self._note()

    def cancel(self) -> None:
        for task in self._tasks.values():
            task.cancel()

    def _note(self) -> None:
        for lane, task in list(self._tasks.items()):
            if task.done():
                del self._tasks[lane]
                self._ended(task)

    def _ended(self, task: asyncio.Task[str]) -> None:
        if task.cancelled():
            return
        failure = task.exception()
        if failure is None:
            self.outcomes[task.result()] += 1
        elif self.failure is None:
            self.failure = failure
