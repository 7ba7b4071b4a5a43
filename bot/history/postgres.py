"""What of PostgreSQL's driver is not reached through SQLAlchemy. Imported only where PostgreSQL is used."""

from __future__ import annotations

from typing import Any, LiteralString, TypeVar

import sqlalchemy.ext.asyncio
from psycopg import AsyncConnection, Error, OperationalError
from psycopg.abc import PQGen
from psycopg.pq import TransactionStatus

from bot.history.diagnosis import of_postgresql
from bot.history.sql import Rows

ANSWER_SECONDS = 150
"""Longer than any statement may take, see LIMITS: who is silent for so long will not answer any more."""

T = TypeVar("T")


class PatientConnection(AsyncConnection[Any]):
    """A connection that does not wait for ever for a server that is frozen, or behind a broken network.

    The server's own limits are of no use there, and the system tells us of neither.
    """

    async def wait(self, gen: PQGen[T], interval: float = 0.1, timeout: float | None = None) -> T:  # noqa: ASYNC109
        try:
            return await super().wait(gen, interval, ANSWER_SECONDS if timeout is None else timeout)
        except OperationalError:
            if self.pgconn.transaction_status == TransactionStatus.ACTIVE:  # no answer: none will be understood now
                self.pgconn.finish()
            raise


async def copy_in(connection: sqlalchemy.ext.asyncio.AsyncConnection, statement: LiteralString, rows: Rows) -> None:
    """COPY … FROM STDIN, in the connection's transaction. Raises HistoryError."""
    driver = (await connection.get_raw_connection()).driver_connection
    assert isinstance(driver, AsyncConnection)  # noqa: S101 - the engine makes no others
    try:
        async with driver.cursor() as cursor, cursor.copy(statement) as copy:
            for row in rows:
                await copy.write_row(row)
    except Error as error:
        is_known = error.sqlstate is not None or isinstance(error, OperationalError)
        raise (of_postgresql(error, error.sqlstate) if is_known else None) or error from error
