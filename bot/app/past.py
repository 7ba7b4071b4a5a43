"""Moving history by hand: the commands' composition, around a history that a running bot may share."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from bot.app.build import system_clock
from bot.app.existing import existing_history
from bot.app.options import pull_options
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
    async with existing_history(settings, "start `usagebot run`, or check DATABASE_URL") as history:
        bucket = pull_options(settings).bucket
        yield Opened(history, await Survey(history, {}, configuration, system_clock, bucket).load())
