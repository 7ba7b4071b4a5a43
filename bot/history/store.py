"""The store: transactions over one database, and the tables seen through them."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.history.address import Address
from bot.history.alerts import SqlAlerts
from bot.history.audit import SqlAudit
from bot.history.baselines import SqlBaselines
from bot.history.buckets import SqlBuckets
from bot.history.bursts import SqlBursts
from bot.history.diagnosis import LOCKED, diagnose
from bot.history.engine import BUSY_SECONDS, asyncio_engine
from bot.history.errors import HistoryError
from bot.history.held import SqlHeld
from bot.history.migrate import behind
from bot.history.outbox import SqlOutbox
from bot.history.past import SqlPast
from bot.history.progress import SqlProgress
from bot.history.pulls import SqlPulls
from bot.history.pulse import SqlPulse
from bot.history.quiet import SqlSilences
from bot.history.reports import SqlReports
from bot.history.retention import SqlRetention
from bot.history.room import room_of
from bot.history.sites import SqlSites
from bot.history.sql import READING, WRITING, become_writer
from bot.history.tables import METADATA
from bot.service.vitals.facts import Room


class SqlTransaction:
    """`Transaction` on one connection."""

    def __init__(self, connection: AsyncConnection) -> None:
        self.connection = connection
        self.sites = SqlSites(connection)
        self.progress = SqlProgress(connection)
        self.buckets = SqlBuckets(connection)
        self.bursts = SqlBursts(connection)
        self.baselines = SqlBaselines(connection)
        self.pulls = SqlPulls(connection)
        self.alerts = SqlAlerts(connection)
        self.outbox = SqlOutbox(connection)
        self.silences = SqlSilences(connection)
        self.held = SqlHeld(connection)
        self.audit = SqlAudit(connection)
        self.pulse = SqlPulse(connection)
        self.reports = SqlReports(connection)
        self.retention = SqlRetention(connection)
        self.past = SqlPast(connection)


class SqlHistory:
    """`History` in SQL. Open it before use and close it after; all its methods may raise HistoryError."""

    def __init__(self, url: str) -> None:
        """`url` is a DATABASE_URL. "sqlite://" is a history in memory, which has its tables from the start."""
        self._address = Address.parse(url)
        self._engine = asyncio_engine(self._address)
        # Writers of one process take turns here: waiting inside SQLite is polling, and not in order of arrival, and
        # inside PostgreSQL each would hold a connection meanwhile.
        self._turn = asyncio.Lock()

    async def open(self) -> None:
        """Check that the database can be used. It must have been upgraded; `migrate.upgrade` does that."""
        try:
            await self._check()
        except BaseException:
            await self.close()
            raise

    async def close(self) -> None:
        await self._engine.dispose()

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[SqlTransaction]:
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(self._alone())
            connection = await stack.enter_async_context(self._begin(WRITING))
            await connection.run_sync(become_writer)
            yield SqlTransaction(connection)

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[SqlTransaction]:
        async with AsyncExitStack() as stack:
            if self._address.in_memory:  # the one connection cannot hold two transactions
                await stack.enter_async_context(self._alone())
            yield SqlTransaction(await stack.enter_async_context(self._begin(READING)))

    async def clock(self) -> datetime | None:
        """What time it is at the server; None of SQLite, which has no clock of its own."""
        if self._address.is_sqlite:
            return None
        async with self.reading() as tx:
            said: datetime = (await tx.connection.execute(select(func.clock_timestamp()))).scalar_one()
        return said

    def room(self) -> Room | None:
        """Of the disk that an SQLite file is on; None of other histories, and where nobody can say. May block."""
        return room_of(self._address)

    async def _check(self) -> None:
        self._address.prepare()
        # Reading waits for no writer: a question from the command line need not queue behind a cycle.
        async with self._begin(WRITING if self._address.in_memory else READING) as connection:
            if self._address.in_memory:
                await connection.run_sync(METADATA.create_all)
            elif await connection.run_sync(behind):
                raise HistoryError("the history has an older schema, or none", "run `usagebot db upgrade`")

    @asynccontextmanager
    async def _alone(self) -> AsyncIterator[None]:
        try:
            async with asyncio.timeout(BUSY_SECONDS):
                await self._turn.acquire()
        except TimeoutError:
            raise HistoryError(LOCKED, "another transaction of this process is stuck") from None
        try:
            yield
        finally:
            self._turn.release()

    @asynccontextmanager
    async def _begin(self, options: Mapping[str, Mapping[str, Any]]) -> AsyncIterator[AsyncConnection]:
        try:
            async with self._engine.connect() as connection:
                await connection.execution_options(**options[self._engine.dialect.name])
                async with connection.begin():
                    yield connection
        except (DBAPIError, PoolTimeoutError, sqlite3.Error) as error:
            raise diagnose(error) or error from error
