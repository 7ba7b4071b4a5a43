"""Servers in a process of their own, so that their work is not counted as the bot's: the simulated usage API first."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager, suppress
from datetime import datetime
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import TypeVar

from bot.demo.api import SimulatedApi, serve
from bot.demo.large import fleet

TOKEN = "token-of-the-benchmarks"
SEED = 7
STOPPING_SECONDS = 5
T = TypeVar("T")


@contextmanager
def api_process(sites: int, until: datetime) -> Iterator[str]:
    """The base URL of an API that knows the traffic of `sites` up to `until`, however often it is asked."""
    with beside(served, sites, until) as base_url:
        yield base_url


@asynccontextmanager
async def served(sites: int, until: datetime) -> AsyncIterator[str]:
    async with serve(SimulatedApi(fleet(sites, SEED), lambda: until, token=TOKEN)) as base_url:
        yield base_url


@contextmanager
def beside(servers: Callable[..., AbstractAsyncContextManager[T]], *arguments: object) -> Iterator[T]:
    """What `servers(*arguments)` yields, entered in a process of its own for as long as this lasts."""
    context = get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_run, args=(theirs, servers, *arguments), daemon=True)
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


def _run(pipe: Connection, servers: Callable[..., AbstractAsyncContextManager[object]], *arguments: object) -> None:
    asyncio.run(_until_closed(pipe, servers(*arguments)))


async def _until_closed(pipe: Connection, servers: AbstractAsyncContextManager[object]) -> None:
    """Until the other end of the pipe is closed, which it also is when the benchmark was killed."""
    async with servers as yielded:
        pipe.send(yielded)
        with suppress(EOFError):
            await asyncio.to_thread(pipe.recv)
