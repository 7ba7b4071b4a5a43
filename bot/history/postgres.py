"""What of PostgreSQL's driver is not reached through SQLAlchemy. Imported only where PostgreSQL is used."""

from __future__ import annotations

import asyncio
from typing import Any, TypeVar

from psycopg import AsyncConnection, OperationalError
from psycopg.abc import PQGen

ANSWER_SECONDS = 150
"""Longer than any statement may take, see LIMITS: who is silent for so long will not answer any more."""

T = TypeVar("T")


class PatientConnection(AsyncConnection[Any]):
    """A connection that does not wait for ever for a server that is frozen, or behind a broken network.

    The server's own limits are of no use there, and the system tells us of neither.
    """

    async def wait(self, gen: PQGen[T], interval: float = 0.1, timeout: float | None = None) -> T:  # noqa: ASYNC109
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                return await super().wait(gen, interval, timeout)
        except TimeoutError:
            self.pgconn.finish()
            raise OperationalError("no answer from the server") from None
