"""The history of a bot that is, or was, running: for commands that must not make an empty one in passing."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bot.history.address import missing_file
from bot.history.errors import HistoryError
from bot.history.store import SqlHistory
from bot.settings import Settings


@asynccontextmanager
async def existing_history(settings: Settings, remedy: str) -> AsyncIterator[SqlHistory]:
    """An open history, closed on leaving. Raises HistoryError, with this remedy where there is no file yet."""
    url = settings.database_url.get_secret_value()
    missing = missing_file(url)
    if missing is not None:
        raise HistoryError(f"there is no history at {missing} yet", remedy)
    history = SqlHistory(url)
    await history.open()
    try:
        yield history
    finally:
        await history.close()
