"""The simulated usage API in a process of its own, so that its work is not counted as the bot's."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from multiprocessing import get_context
from multiprocessing.connection import Connection

from bot.demo.api import SimulatedApi, serve
from bot.demo.large import fleet

TOKEN = "token-of-the-benchmarks"
SEED = 7
STOPPING_SECONDS = 5


@contextmanager
def api_process(sites: int, until: datetime) -> Iterator[str]:
    """The base URL of an API that knows the traffic of `sites` up to `until`, however often it is asked."""
    context = get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(theirs, sites, until), daemon=True)
    process.start()
    theirs.close()
    try:
        yield ours.recv()
    finally:
        ours.close()
        process.join(STOPPING_SECONDS)
        if process.is_alive():
            process.kill()
            process.join()


def _serve(pipe: Connection, sites: int, until: datetime) -> None:
    asyncio.run(_served(pipe, sites, until))


async def _served(pipe: Connection, sites: int, until: datetime) -> None:
    """Until the other end of the pipe is closed, which it also is when the benchmark was killed."""
    async with serve(SimulatedApi(fleet(sites, SEED), lambda: until, token=TOKEN)) as base_url:
        pipe.send(base_url)
        await asyncio.to_thread(_closed, pipe)


def _closed(pipe: Connection) -> None:
    try:
        pipe.recv()
    except EOFError:
        return
