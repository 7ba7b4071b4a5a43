"""One receiver, tried from the terminal, with the settings that the bot has."""

from __future__ import annotations

from rich.console import Console

from bot.app.build import system_clock
from bot.app.existing import existing_history
from bot.app.media import media
from bot.history.address import missing_file
from bot.notify.dispatch import Notifiers
from bot.rules.model import Configuration, Receiver
from bot.service.audit import Actor
from bot.service.trial import Tried, note_trial, tried
from bot.settings import Settings


async def try_receiver(
    settings: Settings, configuration: Configuration, receiver: Receiver, by: Actor, console: Console
) -> tuple[Tried, bool]:
    """What came of each endpoint, and whether it is in the audit: there is none before the bot first ran.

    Raises HistoryError for a history that is there and cannot be used, before anything is sent.
    """
    notifiers, zone = Notifiers(media(settings, console)), configuration.timezone
    if missing_file(settings.database_url.get_secret_value()) is not None:
        return await tried(notifiers, receiver, by, system_clock(), zone), False
    async with existing_history(settings, "check DATABASE_URL") as history:
        now = system_clock()
        found = await tried(notifiers, receiver, by, now, zone)
        async with history.writing() as tx:
            await note_trial(tx, receiver, found, by, now)
    return found, True
