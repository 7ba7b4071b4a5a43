"""Several things worked on at once, each in a thread, while their owner reads what comes next."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Self

HANDS = 2
"""More of them would hold more memory; numpy and zlib let two run side by side."""


class Hands:
    """Within the context work may be given; when it is left, all is done. What fails is raised at the next occasion, by
    the owner, when nothing is worked on any more."""

    def __init__(self) -> None:
        self._busy: dict[int, asyncio.Task[None]] = {}

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, kind: type[BaseException] | None, *_: object) -> None:
        ended = await asyncio.gather(*self._busy.values(), return_exceptions=True)
        for one in ended:
            if kind is None and isinstance(one, BaseException):
                raise one

    async def give(self, of: int, work: Callable[[], None]) -> None:
        """Have it done as soon as a hand is free; of one thing (`of`), in the order in which it was given."""
        await self.done(of)
        while len(self._busy) >= HANDS:
            await self._next()
        self._busy[of] = asyncio.create_task(asyncio.to_thread(work))

    async def done(self, of: int) -> None:
        """Nothing of this is worked on any more."""
        while of in self._busy:
            await self._next()

    async def _next(self) -> None:
        await asyncio.wait(self._busy.values(), return_when=asyncio.FIRST_COMPLETED)
        for one in [each for each, task in self._busy.items() if task.done()]:
            self._busy.pop(one).result()
