"""The database: held by another program, full, gone, restarted, frozen."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext
from random import Random
from typing import Any

from sqlalchemy import event

from tests.faults.faults import HOUR, Fault, Happens
from tests.faults.judge import Likeness
from tests.faults.stage import Stage
from tests.faults.stores import PostgresStore, SqliteStore

LATE = Likeness.STATES
SQLITE, POSTGRESQL = frozenset({"sqlite"}), frozenset({"postgresql"})


@asynccontextmanager
async def on_each_connection(stage: Stage, pragma: str) -> AsyncIterator[None]:
    """Every connection of the bot is told this; those that it has are made anew, then and at the end."""
    engine = stage.bot.history._engine

    def tell(connection: Any, _record: object) -> None:
        cursor = connection.cursor()
        cursor.execute(pragma)
        cursor.close()

    event.listen(engine.sync_engine, "connect", tell)
    await engine.dispose()
    try:
        yield
    finally:
        event.remove(engine.sync_engine, "connect", tell)
        await engine.dispose()


@asynccontextmanager
async def locked(stage: Stage, random: Random) -> AsyncIterator[None]:
    """For as long as it lasts; the bot waits a moment for the lock instead of half a minute."""
    del random
    assert isinstance(stage.store, SqliteStore)
    async with on_each_connection(stage, "PRAGMA busy_timeout = 20"):
        with stage.store.locked():
            yield


@asynccontextmanager
async def locked_now_and_then(stage: Stage, random: Random) -> AsyncIterator[None]:
    """For a part of each tick: a backup, somebody's query that forgot to end."""
    store = stage.store
    assert isinstance(store, SqliteStore)
    writing = stage.bot.history.writing

    def unlucky() -> Any:
        if random.random() < 0.4:
            return _while_locked(store, writing)
        return writing()

    async with on_each_connection(stage, "PRAGMA busy_timeout = 20"):
        stage.bot.history.writing = unlucky  # type: ignore[method-assign]
        yield
        stage.bot.history.writing = writing  # type: ignore[method-assign]


@asynccontextmanager
async def _while_locked(store: SqliteStore, writing: Any) -> AsyncIterator[Any]:
    with store.locked() if not store.is_locked() else nullcontext():
        async with writing() as transaction:
            yield transaction


@asynccontextmanager
async def full(stage: Stage, random: Random) -> AsyncIterator[None]:
    """The disk takes no page more; the pages there are may be written."""
    del random
    ((pages,),) = stage.store.ask("PRAGMA page_count")
    async with on_each_connection(stage, f"PRAGMA max_page_count = {pages}"):
        yield


def server(happening: str) -> Happens:
    """PostgreSQL goes, at once or in order, and comes back at the end."""

    @asynccontextmanager
    async def happens(stage: Stage, random: Random) -> AsyncIterator[None]:
        del random
        assert isinstance(stage.store, PostgresStore)
        await asyncio.to_thread(getattr(stage.store.server, happening))
        try:
            yield
        finally:
            await asyncio.to_thread(stage.store.server.start)

    return happens


@asynccontextmanager
async def restarted(stage: Stage, random: Random) -> AsyncIterator[None]:
    """Between ticks, every tick: each connection in the pool is broken when it is used next."""
    server = stage.store.server if isinstance(stage.store, PostgresStore) else None
    assert server is not None

    def restart() -> None:
        server.kill() if random.random() < 0.5 else server.stop()
        server.start()

    stage.each_tick.append(restart)
    yield
    stage.each_tick.remove(restart)


@asynccontextmanager
async def cut(stage: Stage, random: Random) -> AsyncIterator[None]:
    """Connections are ended in the middle of transactions."""
    store = stage.store
    assert isinstance(store, PostgresStore)
    over = asyncio.Event()

    async def terminate() -> None:
        name = store.url.rpartition("/")[2]
        query = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"  # noqa: S608
        while not over.is_set():
            await asyncio.to_thread(store.server.ask, query)
            await asyncio.sleep(random.uniform(0, 0.1))

    cutting = asyncio.create_task(terminate())
    yield
    over.set()
    await cutting


DATABASE = (
    Fault("database", "locked by another program for an hour", locked, LATE, HOUR, SQLITE),
    Fault("database", "locked now and then", locked_now_and_then, LATE, HOUR, SQLITE),
    Fault("database", "disk full for an hour", full, LATE, HOUR, SQLITE),
    Fault("database", "gone for an hour, in order", server("stop"), LATE, HOUR, POSTGRESQL),
    Fault("database", "gone for an hour, by kill -9", server("kill"), LATE, HOUR, POSTGRESQL),
    Fault("database", "restarted at every tick", restarted, LATE, HOUR, POSTGRESQL),
    Fault("database", "connections cut again and again", cut, LATE, 3, POSTGRESQL),
)
