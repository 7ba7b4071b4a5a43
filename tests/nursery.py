"""Lives of a bot that is to be killed: each a fork of a process that has imported everything, which spares the second
that an interpreter takes to start."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

LONGEST = 120
"""Seconds for one life."""


class Nursery:
    """The process that victims are forked from."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self.victim = 0

    async def live(self, order: object) -> int:
        """One life, as the order's text says; the exit code, -9 where it was killed."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{order}\n".encode())
        self.victim = await self._answer()
        code = await self._answer()
        self.victim = 0
        return code

    async def _answer(self) -> int:
        assert self._process.stdout is not None
        async with asyncio.timeout(LONGEST):
            return int(await self._process.stdout.readline())

    def kill(self) -> None:
        """The life under way, if there is one."""
        if self.victim:
            with suppress(ProcessLookupError):
                os.kill(self.victim, signal.SIGKILL)


@asynccontextmanager
async def nursed(module: str, folder: Path, environment: Mapping[str, str]) -> AsyncIterator[Nursery]:
    """Runs `python -m MODULE FOLDER`, which calls `nurse`."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", module, str(folder),
        env=dict(environment), stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    nursery = Nursery(process)
    try:
        yield nursery
    finally:
        nursery.kill()
        assert process.stdin is not None
        process.stdin.close()
        await process.wait()


def nurse(live: Callable[[str], Coroutine[Any, Any, None]]) -> None:
    """In the process itself: each line of its input is an order, and each life a fork. Of each it says the process id,
    and when it is over how it ended."""
    for order in sys.stdin:
        child = os.fork()
        if child == 0:
            code = 1
            try:
                asyncio.run(live(order))
                code = 0
            finally:
                os._exit(code)
        print(child, flush=True)  # noqa: T201 - how it answers
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)  # noqa: T201
