"""Moving history by hand: the commands' composition, around a history that a running bot may share."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from bot.app.build import pull_options, system_clock
from bot.history.address import missing_file
from bot.history.errors import HistoryError
from bot.history.store import SqlHistory
from bot.rules.model import Configuration
from bot.service.fleet import Fleet
from bot.service.survey import Survey
from bot.settings import Settings


@dataclass(frozen=True, slots=True)
class Opened:
    """An open history, and the fleet as it is known there and in the rules."""

    history: SqlHistory
    fleet: Fleet


@asynccontextmanager
async def opened(settings: Settings, configuration: Configuration) -> AsyncIterator[Opened]:
    """Raises HistoryError, also where there is no history yet: none is made in passing."""
    url = settings.database_url.get_secret_value()
    missing = missing_file(url)
    if missing is not None:
        raise HistoryError(f"there is no history at {missing} yet", "run `usagebot db upgrade`, or check DATABASE_URL")
    history = SqlHistory(url)
    await history.open()
    try:
        bucket = pull_options(settings).bucket
        yield Opened(history, await Survey(history, {}, configuration, system_clock, bucket).load())
    finally:
        await history.close()
