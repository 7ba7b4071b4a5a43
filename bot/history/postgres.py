"""What of PostgreSQL's driver is not reached through SQLAlchemy. Imported only where PostgreSQL is used."""

from __future__ import annotations

from typing import Any, TypeVar

from psycopg import AsyncConnection, OperationalError
from psycopg.abc import PQGen
from psycopg.pq import TransactionStatus

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
