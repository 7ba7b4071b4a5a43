"""`usagebot` as an operator starts it: a process of its own, with settings, in a folder, in real time."""

from __future__ import annotations

import asyncio
import json
import signal
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

from tests.cli.console import Ran

ROOT = Path(__file__).parents[1]
USAGEBOT = (sys.executable, "-c", "from bot.cli import main; main()")
"""The words before a command's own; `PYTHONPATH` must be ROOT where the process runs elsewhere."""
PIPE = asyncio.subprocess.PIPE
SECONDS = 60
SECONDS_TO_STOP = 10


def now() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 - the process under test lives in real time, and so must its API


class Process:
    """A running `usagebot run`, which logs JSON. `said` is every line that it has written to standard error so far."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self.said: list[bytes] = []

    @property
    def pid(self) -> int:
        return self._process.pid

    async def until(self, event: str, **fields: object) -> dict[str, Any]:
        """The first log line of this event, written before or still to come; the test fails where the process ends
        without it, or takes too long."""
        wanted = {"event": event, **fields}.items()
        for line in self.said:
            if wanted <= json.loads(line).items():
                return dict(json.loads(line))
        assert self._process.stderr is not None
        async with asyncio.timeout(SECONDS):
            while line := await self._process.stderr.readline():
                self.said.append(line)
                if wanted <= (found := json.loads(line)).items():
                    return dict(found)
        raise AssertionError(f"no {event}: {self.said[-5:]!r}")

    async def stop(self) -> int:
        """SIGTERM; the exit code, within ten seconds."""
        self._process.send_signal(signal.SIGTERM)
        return await self.ended()

    async def ended(self) -> int:
        """The exit code of a process that has been told to end, within ten seconds."""
        async with asyncio.timeout(SECONDS_TO_STOP):
            _, rest = await self._process.communicate()
        self.said += rest.splitlines(keepends=True)
        assert self._process.returncode is not None
        return self._process.returncode


@asynccontextmanager
async def started(
    environment: Mapping[str, str],
    folder: Path,
    *,
    command: Sequence[str] = (*USAGEBOT, "run"),
    stdout: IO[bytes] | None = None,
) -> AsyncIterator[Process]:
    """A bot that runs, and is killed in the end where it still does."""
    process = await asyncio.create_subprocess_exec(
        *command, env=dict(environment), cwd=folder, stdout=stdout, stderr=PIPE
    )
    try:
        yield Process(process)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def ran(environment: Mapping[str, str], folder: Path, *words: str) -> Ran:
    """One command from its beginning to its end; the test fails where that takes too long."""
    process = await asyncio.create_subprocess_exec(
        *USAGEBOT, *words, env=dict(environment), cwd=folder, stdout=PIPE, stderr=PIPE
    )
    try:
        async with asyncio.timeout(SECONDS):
            out, err = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    assert process.returncode is not None
    return Ran(process.returncode, out.decode(), err.decode())
