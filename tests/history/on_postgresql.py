"""What the tests of the store on PostgreSQL have in common."""

from __future__ import annotations

import logging
import traceback
from collections.abc import AsyncIterator, Awaitable, Iterator
from contextlib import asynccontextmanager, contextmanager
from urllib.parse import quote

import pytest

from bot.domain.times import Slot
from bot.history.errors import HistoryError
from bot.history.store import SqlHistory
from tests.history.given import NEVER, STEP, even, window
from tests.postgres import PASSWORD


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[SqlHistory]:
    history = SqlHistory(url)
    await history.open()
    try:
        yield history
    finally:
        await history.close()


async def known(history: SqlHistory) -> int:
    async with history.reading() as t:
        return (await t.buckets.usage([1], window(0, 1000), STEP))[1].known


async def write_and(history: SqlHistory, happens: Awaitable[object]) -> None:
    """A transaction in the middle of which something happens."""
    async with history.writing() as t:
        await t.buckets.write([even(1, range(9))], Slot(0), NEVER)
        await happens
        await t.progress.all()


async def refusal(url: str) -> HistoryError:
    """What opening the history says, and that no form of the password is in it, nor in a log of everything."""
    with everything_logged() as lines, pytest.raises(HistoryError) as caught:
        await SqlHistory(url).open()
    texts = ["".join(traceback.format_exception(caught.value)), *lines]
    for form in (PASSWORD, quote(PASSWORD, safe=""), "hunter22"):
        assert not [text for text in texts if form in text]
    return caught.value


@contextmanager
def everything_logged() -> Iterator[list[str]]:
    lines: list[str] = []

    class Keeping(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(self.format(record))

    root, handler = logging.getLogger(), Keeping()
    names = ("sqlalchemy", "psycopg", "alembic", "asyncio")
    loggers = [root, *(logging.getLogger(name) for name in names)]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.DEBUG)
    root.addHandler(handler)
    try:
        yield lines
    finally:
        root.removeHandler(handler)
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)
